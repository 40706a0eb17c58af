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

describe('reactivateTenant', () => {
  it('brings back exactly what was stopped, and nothing that was stopped before or besides', async () => {
    const ada = await makeUser(service, tenant.key);
    const bob = await makeUser(service, tenant.key);
    const { apiKey, secret: resting } = await send(service, 'createApiKey', { name: 'resting' }, tenant.key);
    await send(service, 'disableApiKey', { id: apiKey.id }, tenant.key);
    await send(service, 'disableUser', { id: bob.id }, tenant.key);
    const { secret: dead, apiKey: gone } = await send(service, 'createApiKey', { name: 'dead' }, tenant.key);
    await send(service, 'revokeApiKey', { id: gone.id }, tenant.key);
    const tokens = [tenant.key, ada.key, bob.key, resting, dead];
    const verdicts = () => Promise.all(tokens.map((token) => verdictOn(service, token)));
    const before = await verdicts();
    expect(before).toEqual(['VALID', 'VALID', 'USER_DISABLED', 'DISABLED', 'REVOKED']);
    await send(service, 'suspendTenant', { id: tenant.id });
    expect(new Set(await verdicts())).toEqual(new Set(['TENANT_SUSPENDED']));
    expect(await send(service, 'reactivateTenant', { id: tenant.id })).toMatchObject({
      tenant: { status: 'ACTIVE' },
      userErrors: [],
    });
    expect(await verdicts()).toEqual(before);
    expect((await eventsOf(service, tenant.id)).at(-1)).toEqual({
      action: 'reactivateTenant',
      changes: { before: { status: 'suspended' }, after: { status: 'active' } },
    });
  });

  it('reactivating what is active changes nothing', async () => {
    const before = await checksum(service);
    expect((await send(service, 'reactivateTenant', { id: tenant.id })).tenant.status).toBe('ACTIVE');
    expect(await checksum(service)).toBe(before);
  });
});
