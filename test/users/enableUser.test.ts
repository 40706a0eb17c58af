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

describe('enableUser', () => {
  it('brings back exactly what was stopped', async () => {
    const ada = await makeUser(service, tenant.key);
    const { secret: resting, apiKey } = await send(service, 'createApiKey', { name: 'resting' }, ada.key);
    await send(service, 'disableApiKey', { id: apiKey.id }, ada.key);
    await send(service, 'disableUser', { id: ada.id }, tenant.key);
    expect(await send(service, 'enableUser', { id: ada.id }, tenant.key)).toMatchObject({
      user: { status: 'ACTIVE' },
      userErrors: [],
    });
    expect([await verdictOn(service, ada.key), await verdictOn(service, resting)]).toEqual(['VALID', 'DISABLED']);
    expect((await eventsOf(service, ada.id)).map((event) => event.action)).toEqual([
      'createUser',
      'disableUser',
      'enableUser',
    ]);
    const before = await checksum(service);
    expect((await send(service, 'enableUser', { id: ada.id }, tenant.key)).user.status).toBe('ACTIVE');
    expect(await checksum(service)).toBe(before);
  });
});
