import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, eventsOf, makeTenant, makeUser, send, sendRaw, verdictOn } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

const remove = (id: string, key = tenant.key) => send(service, 'deleteUser', { id }, key);

describe('deleteUser', () => {
  it('personal keys die with their owner, each with its event; what the user made for the tenant stays', async () => {
    const ada = await makeUser(service, tenant.key);
    const { secret, apiKey } = await send(service, 'createApiKey', { name: 'second', scopes: ['a:read'] }, ada.key);
    await service.database.sql(
      "update api_keys set user_id = (select id from users where 'usr_' || keywright_base32(id) = $1) where 'key_' || keywright_base32(id) = $2",
      [ada.id, tenant.keyId],
    );
    expect(await remove(ada.id)).toEqual({ deletedUserId: ada.id, deletedApiKeys: 2, userErrors: [] });
    const verdicts = await Promise.all([ada.key, secret, tenant.key].map((token) => verdictOn(service, token)));
    expect(verdicts).toEqual(['INVALID', 'INVALID', 'VALID']);
    const { data } = await service.graph('{ viewer { apiKey { maker { id } } } }', {}, tenant.key);
    expect(data.viewer.apiKey.maker).toBeNull();
    for (const id of [ada.keyId, apiKey.id]) {
      expect((await eventsOf(service, id)).at(-1)).toMatchObject({
        action: 'deleteApiKey',
        changes: { before: { ownerUserId: ada.id, status: 'active' }, because: ada.id },
      });
    }
    expect((await eventsOf(service, ada.id)).at(-1)).toMatchObject({
      action: 'deleteUser',
      changes: { deletedApiKeys: 2 },
    });
    const log = await service.database.sql(
      "select kind from revocation_log where 'usr_' || keywright_base32(subject_id) = $1",
      [ada.id],
    );
    expect(log).toEqual([{ kind: 'user' }]);
    const [left] = await service.database.sql(
      `select (select count(*)::int from api_key_recovery r where not exists (select from api_keys k where k.id = r.api_key_id)) as locks`,
    );
    expect(left).toEqual({ locks: 0 });
  });

  it('nobody is found twice, nor by a stranger', async () => {
    const ada = await makeUser(service, tenant.key);
    const stranger = await makeTenant(service);
    const before = await checksum(service);
    expect(await remove(ada.id, stranger.key)).toMatchObject({
      deletedUserId: null,
      userErrors: [{ code: 'NOT_FOUND' }],
    });
    expect(await checksum(service)).toBe(before);
    const answers = await Promise.all([remove(ada.id), remove(ada.id)]);
    expect(answers.map((answer) => answer.userErrors[0]?.code ?? 'deleted').sort()).toEqual(['NOT_FOUND', 'deleted']);
  });

  it('a key that is made for the user at the same moment dies as well, or is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const ada = await makeUser(service, tenant.key);
      const [, made] = await Promise.all([
        remove(ada.id),
        send(service, 'createApiKey', { name: `late ${round}`, ownerUserId: ada.id }, tenant.key),
      ]);
      if (made.secret === null) expect(made.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
      else expect(await verdictOn(service, made.secret)).toBe('INVALID');
    }
  });

  it('a person deletes nobody, themselves included', async () => {
    const ada = await makeUser(service, tenant.key);
    const { errors } = await sendRaw(service, 'deleteUser', { id: ada.id }, ada.key);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
