import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { countStatements } from '../support/statements.ts';
import { checksum, eventsOf, makeTenant, makeUser, send, verdictOn } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

let count = 0;
const create = (input: Record<string, unknown> = {}, key = tenant.key) =>
  send(service, 'createApiKey', { name: `key ${++count}`, ...input }, key);

const revoke = (input: Record<string, unknown>, key = tenant.key) => send(service, 'revokeApiKeys', input, key);

describe('revokeApiKeys', () => {
  it('ends those that are named, in the order given and each once, with an event for each', async () => {
    const [one, other] = [await create(), await create()];
    const ids = [other.apiKey.id, one.apiKey.id];
    expect(await revoke({ ids: [...ids, ids[0]], reason: 'leaked' })).toEqual({
      apiKeys: ids.map((id) => ({ id, status: 'REVOKED', revocationReason: 'leaked' })),
      hasMore: false,
      userErrors: [],
    });
    expect([await verdictOn(service, one.secret), await verdictOn(service, other.secret)]).toEqual([
      'REVOKED',
      'REVOKED',
    ]);
    for (const id of ids) {
      expect((await eventsOf(service, id)).map((event) => event.action)).toEqual(['createApiKey', 'revokeApiKeys']);
      const [log] = await service.database.sql(
        "select count(*)::int as n from revocation_log where 'key_' || keywright_base32(subject_id) = $1",
        [id],
      );
      expect(log).toEqual({ n: 1 });
    }
  });

  it('holds the head of the change log for one statement and the commit, however many keys there are', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await create()).apiKey.id);
    const sent = await countStatements(() => revoke({ ids }));
    const at = sent.findIndex((text) => text.includes('log_revocation'));
    expect(sent.filter((text) => text.includes('log_revocation'))).toHaveLength(1);
    expect(sent[at + 1]).toMatch(/^commit/i);
    const log = await service.database.sql<{ id: string }>(
      "select 'key_' || keywright_base32(subject_id) as id from revocation_log order by seq desc limit 5",
    );
    expect(log.map(({ id }) => id).reverse()).toEqual([...ids].sort());
  });

  it('all or none: one that cannot be found is named, and nothing changes', async () => {
    const { apiKey } = await create();
    const stranger = await makeTenant(service);
    const before = await checksum(service);
    expect(await revoke({ ids: [apiKey.id, stranger.keyId] })).toMatchObject({
      apiKeys: null,
      userErrors: [{ code: 'NOT_FOUND', path: ['input', 'ids', '1'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('takes the personal keys of one user, or all that one made, and leaves every other', async () => {
    const ada = await makeUser(service, tenant.key);
    const bob = await makeUser(service, tenant.key);
    const { apiKey: second } = await create({}, ada.key);
    const { apiKeys } = await revoke({ ownerUserId: ada.id });
    expect(apiKeys.map((key: { id: string }) => key.id).sort()).toEqual([ada.keyId, second.id].sort());
    const { apiKey: made } = await create({}, bob.key);
    expect((await revoke({ makerUserId: bob.id })).apiKeys).toMatchObject([{ id: made.id }]);
    expect(await verdictOn(service, bob.key)).toBe('VALID');
    expect((await revoke({ ownerUserId: ada.id })).apiKeys).toEqual([]);
  });

  it('takes at most a hundred of one owner, and says that more are left', async () => {
    const { id } = await makeUser(service, tenant.key);
    await service.database.sql(
      `insert into api_keys (id, tenant_id, owner_user_id, name, environment, token_hash, token_hash_key_version)
       select gen_random_uuid(), tenant_id, id, 'many ' || n, 'live', sha256(('many ' || n)::bytea), '1'
       from users, generate_series(1, 100) as n where 'usr_' || keywright_base32(id) = $1`,
      [id],
    );
    const first = await revoke({ ownerUserId: id });
    expect([first.apiKeys.length, first.hasMore]).toEqual([100, true]);
    const second = await revoke({ ownerUserId: id });
    expect([second.apiKeys.length, second.hasMore]).toEqual([1, false]);
  });

  it('a person ends their own, and nobody else’s', async () => {
    const ada = await makeUser(service, tenant.key);
    const bob = await makeUser(service, tenant.key);
    const before = await checksum(service);
    expect(await revoke({ ids: [bob.keyId] }, ada.key)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    expect((await revoke({ ownerUserId: bob.id }, ada.key)).apiKeys).toEqual([]);
    expect(await checksum(service)).toBe(before);
  });

  it.each([
    ['nothing', {}],
    ['two choices', { ids: [], ownerUserId: 'usr_x' }],
    ['no id', { ids: [] }],
    ['101 ids', { ids: Array(101).fill('key_x') }],
  ])('refuses %s and changes nothing', async (_what, input) => {
    const before = await checksum(service);
    expect(await revoke(input)).toMatchObject({
      apiKeys: null,
      userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'ids'] }],
    });
    expect(await checksum(service)).toBe(before);
  });
});
