import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { makeTenant, makeUser, send, type Verb } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

type Subjects = { readonly tenant: string; readonly user: string; readonly key: string };
type Step = readonly [Verb, (subjects: Subjects) => Record<string, unknown>, readonly string[]];

const inAnHour = () => new Date(service.clock.now.getTime() + 3_600_000).toISOString();

/** One life after the other, in this order; each step names what it must log for those who answer from memory. */
const steps: readonly Step[] = [
  ['updateTenant', ({ tenant: id }) => ({ id, name: 'renamed' }), []],
  ['suspendTenant', ({ tenant: id }) => ({ id }), ['tenant']],
  ['reactivateTenant', ({ tenant: id }) => ({ id }), ['tenant']],
  ['updateUser', ({ user: id }) => ({ id, name: 'renamed' }), []],
  ['updateUser', ({ user: id }) => ({ id, scopeCeiling: ['a:*'] }), ['user']],
  ['disableUser', ({ user: id }) => ({ id }), ['user']],
  ['enableUser', ({ user: id }) => ({ id }), ['user']],
  ['updateApiKey', ({ key: id }) => ({ id, name: 'another name' }), []],
  ['updateApiKey', ({ key: id }) => ({ id, scopes: ['a:read'] }), ['key']],
  ['updateApiKey', ({ key: id }) => ({ id, metadata: { a: 1 } }), ['key']],
  ['updateApiKey', ({ key: id }) => ({ id, expiresAt: inAnHour() }), ['key']],
  ['updateApiKey', ({ key: id }) => ({ id, notBefore: '2026-01-01T00:00:00Z' }), ['key']],
  ['rotateApiKey', ({ key: id }) => ({ id, graceSeconds: 60 }), ['key']],
  ['retireApiKeySecret', ({ key: id }) => ({ id, secretNo: 1 }), ['key']],
  ['disableApiKey', ({ key: id }) => ({ id }), ['key']],
  ['enableApiKey', ({ key: id }) => ({ id }), ['key']],
  ['revokeApiKey', ({ key: id }) => ({ id }), ['key']],
  ['deleteApiKey', ({ key: id }) => ({ id }), ['key']],
  ['deleteUser', ({ user: id }) => ({ id }), ['user']],
  ['deleteTenant', ({ tenant: id }) => ({ id }), ['tenant']],
];

describe('the change log', () => {
  it('every verb that touches what a verdict depends on logs its subject once, the widening ones too, and no other verb does', async () => {
    const { tenant: home } = await send(service, 'createTenant', { name: 'home' });
    const { user } = await send(service, 'createUser', { tenantId: home.id, name: 'one' });
    const { apiKey } = await send(service, 'createApiKey', { tenantId: home.id, name: 'key' });
    const subjects = { tenant: home.id, user: user.id, key: apiKey.id };
    const found: unknown[] = [];
    for (const [verb, inputOf, promised] of steps) {
      const [head] = await service.database.sql<{ seq: string }>('select seq from revocation_head');
      const { userErrors } = await send(service, verb, inputOf(subjects));
      expect(userErrors, verb).toEqual([]);
      const logged = await service.database.sql<{ kind: string; subject: string }>(
        `select kind, case kind when 'key' then 'key_' when 'user' then 'usr_' else 'tnt_' end || keywright_base32(subject_id) as subject
         from revocation_log where seq > $1 order by seq`,
        [head?.seq],
      );
      found.push([verb, logged]);
      expect([verb, logged]).toEqual([
        verb,
        promised.map((kind) => ({ kind, subject: subjects[kind as keyof Subjects] })),
      ]);
    }
    expect(found).toHaveLength(steps.length);
  });

  it('seq grows by one for each, in the order of the commits', async () => {
    const ada = await makeUser(service, tenant.key);
    await Promise.all(
      [1, 2, 3].map((n) => send(service, 'updateApiKey', { id: ada.keyId, metadata: { n } }, tenant.key)),
    );
    const rows = await service.database.sql<{ seq: string }>('select seq from revocation_log order by seq');
    const [head] = await service.database.sql<{ seq: string }>('select seq from revocation_head');
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: Number(head?.seq) }, (_, n) => String(n + 1)));
  });
});
