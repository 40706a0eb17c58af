import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { makeTenant, sendRaw, type Verb } from '../support/verbs.ts';

type Policy = { readonly name: string; readonly table: string; readonly role: string; readonly command: string };

/** Every policy of the database. One that is missing here, or there, is a row that somebody sees too much or too little of. */
const promised: readonly string[] = [
  'api_key_recovery: keywright_app, keywright_platform, keywright_recovery',
  'api_key_retiring_secrets: keywright_app, keywright_platform, keywright_recovery, keywright_verify',
  'api_keys: keywright_app, keywright_platform, keywright_reader, keywright_recovery, keywright_verify, the owner',
  'audit_events: keywright_app, keywright_platform, keywright_reader, the owner',
  'idempotency: keywright_app, keywright_platform',
  'tenants: keywright_app, keywright_platform, keywright_reader, keywright_verify, the owner',
  'users: keywright_app, keywright_platform, keywright_reader, keywright_verify',
];

let service: TestService;
let a: { id: string; key: string };
let policies: Policy[];
beforeAll(async () => {
  service = await startTestService();
  a = await makeTenant(service);
  policies = await service.database.sql<Policy>(
    `select policyname as name, tablename as table, roles[1]::text as role, cmd as command from pg_policies
     where schemaname = 'public' order by tablename, policyname`,
  );
});
afterAll(() => service.close());

let count = 0;

/** The life of a key, from a tenant's credential or the platform's; answers whether all of it went well. */
async function lifeOfAKey(key: string, tenantId: string): Promise<boolean> {
  const name = `life-${++count}`;
  const call = async (verb: Verb, input: Record<string, unknown>) => {
    const { data, errors } = await sendRaw(service, verb, input, key);
    const payload = data?.[verb];
    return errors.length === 0 && payload?.userErrors.length === 0 ? payload : undefined;
  };
  const owner = await call('createUser', { tenantId, name });
  const made = await call('createApiKey', { tenantId, name, ownerUserId: owner?.user.id, idempotencyKey: name });
  if (owner === undefined || made === undefined) return false;
  const { id } = made.apiKey;
  const again = await call('createApiKey', { tenantId, name, ownerUserId: owner.user.id, idempotencyKey: name });
  const rotated = await call('rotateApiKey', { id, graceSeconds: 60 });
  const renamed = await call('updateTenant', { id: tenantId, name });
  const verdict = await call('verifyApiKey', { token: rotated?.secret ?? '' });
  const retiring = await call('verifyApiKey', { token: made.secret });
  const { data } = await service.graph(
    'query ($id: ID!) { apiKey(id: $id) { tenant { id } owner { id } secrets { no } } }',
    { id },
    key,
  );
  const [left] = await service.database.sql<{ locks: number }>(
    "select count(*)::int as locks from api_key_recovery where 'key_' || keywright_base32(api_key_id) = $1",
    [id],
  );
  const ended = await call('revokeApiKey', { id });
  const [after] = await service.database.sql<{ locks: number }>(
    "select count(*)::int as locks from api_key_recovery where 'key_' || keywright_base32(api_key_id) = $1",
    [id],
  );
  return (
    again?.replayed === true &&
    renamed !== undefined &&
    verdict?.verification.code === 'VALID' &&
    retiring?.verification.code === 'VALID' &&
    data?.apiKey?.secrets.length === 2 &&
    data.apiKey.owner?.id === owner.user.id &&
    ended !== undefined &&
    left?.locks === 2 &&
    after?.locks === 0
  );
}

describe('the policies of the database', () => {
  it('are these, and no others', () => {
    const rows = [...Map.groupBy(policies, ({ table }) => table)].map(
      ([table, ofTable]) =>
        `${table}: ${ofTable
          .map(({ role }) => (role.startsWith('keywright_') ? role : 'the owner'))
          .sort()
          .join(', ')}`,
    );
    expect(rows).toEqual(promised);
  });

  it.each(['keywright_app', 'keywright_platform', 'keywright_verify'])(
    'the life of a key needs each one of %s',
    async (role) => {
      const key = role === 'keywright_app' ? a.key : service.platformKey;
      expect(await lifeOfAKey(key, a.id)).toBe(true);
      const needless: string[] = [];
      for (const { name, table } of policies.filter((policy) => policy.role === role)) {
        const [definition] = await service.database.sql<{ sql: string }>(
          `select format('create policy %I on %I for %s to %s using (%s) %s', policyname, tablename, cmd, roles[1], qual,
           case when with_check is null then '' else format('with check (%s)', with_check) end) as sql
         from pg_policies where policyname = $1`,
          [name],
        );
        await service.database.sql(`drop policy ${name} on ${table}`);
        if (await lifeOfAKey(key, a.id)) needless.push(name);
        await service.database.sql(definition?.sql ?? '');
      }
      expect(needless).toEqual([]);
      expect(await lifeOfAKey(key, a.id)).toBe(true);
    },
  );
});
