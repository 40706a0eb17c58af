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

describe('disableUser', () => {
  it('stops the personal keys from the answer on, and what the user made for the tenant works on', async () => {
    const ada = await makeUser(service, tenant.key);
    const { secret: personal } = await send(service, 'createApiKey', { name: 'second' }, ada.key);
    await service.database.sql(
      "update api_keys set user_id = (select id from users where 'usr_' || keywright_base32(id) = $1) where 'key_' || keywright_base32(id) = $2",
      [ada.id, tenant.keyId],
    );
    expect(await send(service, 'disableUser', { id: ada.id, reason: 'left' }, tenant.key)).toMatchObject({
      user: { status: 'DISABLED' },
      userErrors: [],
    });
    const verdicts = await Promise.all([ada.key, personal, tenant.key].map((token) => verdictOn(service, token)));
    expect(verdicts).toEqual(['USER_DISABLED', 'USER_DISABLED', 'VALID']);
    expect((await service.graph('{ viewer { kind } }', {}, ada.key)).status).toBe(401);
    expect((await eventsOf(service, ada.id)).at(-1)).toEqual({
      action: 'disableUser',
      changes: { before: { status: 'active' }, after: { status: 'disabled', reason: 'left' } },
    });
    const before = await checksum(service);
    expect((await send(service, 'disableUser', { id: ada.id }, tenant.key)).user.status).toBe('DISABLED');
    expect(await checksum(service)).toBe(before);
  });

  it('a person disables nobody, themselves included', async () => {
    const ada = await makeUser(service, tenant.key);
    const { errors } = await sendRaw(service, 'disableUser', { id: ada.id }, ada.key);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await verdictOn(service, ada.key)).toBe('VALID');
  });
});
