import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
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

const remove = (id: string, key = tenant.key) => send(service, 'deleteApiKey', { id }, key);

describe('deleteApiKey', () => {
  it('removes the key with its secrets and locks, and leaves what it was in the audit', async () => {
    const { apiKey, secret: old } = await create({ name: 'Doomed', scopes: ['a:read'], metadata: { a: 1 } });
    const { secret } = await send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: 60 }, tenant.key);
    expect(await remove(apiKey.id)).toEqual({ deletedApiKeyId: apiKey.id, userErrors: [] });
    expect([await verdictOn(service, old), await verdictOn(service, secret)]).toEqual(['INVALID', 'INVALID']);
    const { data } = await service.graph('query ($id: ID!) { apiKey(id: $id) { id } }', { id: apiKey.id }, tenant.key);
    expect(data).toEqual({ apiKey: null });
    const [left] = await service.database.sql(
      `select (select count(*)::int from api_key_retiring_secrets where 'key_' || keywright_base32(api_key_id) = $1) as secrets,
         (select count(*)::int from api_key_recovery where 'key_' || keywright_base32(api_key_id) = $1) as locks`,
      [apiKey.id],
    );
    expect(left).toEqual({ secrets: 0, locks: 0 });
    expect((await eventsOf(service, apiKey.id)).at(-1)).toEqual({
      action: 'deleteApiKey',
      changes: {
        before: {
          name: 'Doomed',
          environment: 'live',
          status: 'active',
          scopes: ['a:read'],
          metadata: { a: 1 },
          notBefore: null,
          expiresAt: null,
          createdAt: apiKey.createdAt,
          ownerUserId: null,
          makerUserId: null,
          source: 'keywright',
          legacyId: null,
          externalKeyId: null,
        },
      },
    });
  });

  it('its name is free then, and its token never comes back', async () => {
    const { apiKey, secret } = await create({ name: 'Again' });
    await remove(apiKey.id);
    expect((await create({ name: 'again' })).userErrors).toEqual([]);
    expect(await verdictOn(service, secret)).toBe('INVALID');
  });

  it('of two at once one finds it, and there is one event', async () => {
    const { apiKey } = await create();
    const answers = await Promise.all([remove(apiKey.id), remove(apiKey.id)]);
    expect(answers.map((answer) => answer.userErrors[0]?.code ?? 'deleted').sort()).toEqual(['NOT_FOUND', 'deleted']);
    expect((await eventsOf(service, apiKey.id)).map((event) => event.action)).toEqual(['createApiKey', 'deleteApiKey']);
  });

  it('a person deletes their own keys; the tenant’s are not found', async () => {
    const ada = await makeUser(service, tenant.key);
    const before = await checksum(service);
    expect(await remove(tenant.keyId, ada.key)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    expect(await checksum(service)).toBe(before);
    expect((await remove(ada.keyId, ada.key)).userErrors).toEqual([]);
  });

  it('the last key of the platform that works is refused', async () => {
    const { data } = await service.graph('{ viewer { apiKey { id } } }');
    const before = await checksum(service);
    expect(await remove(data.viewer.apiKey.id, service.platformKey)).toMatchObject({
      deletedApiKeyId: null,
      userErrors: [{ code: 'WRONG_STATE', path: ['input', 'id'] }],
    });
    expect(await checksum(service)).toBe(before);
  });
});
