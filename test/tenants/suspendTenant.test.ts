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

describe('suspendTenant', () => {
  it('stops every key of the tenant from the answer on, the personal ones too, and no other', async () => {
    const ada = await makeUser(service, tenant.key);
    const other = await makeTenant(service);
    expect(await send(service, 'suspendTenant', { id: tenant.id, reason: 'unpaid' })).toMatchObject({
      tenant: { status: 'SUSPENDED' },
      userErrors: [],
    });
    const verdicts = await Promise.all([tenant.key, ada.key, other.key].map((token) => verdictOn(service, token)));
    expect(verdicts).toEqual(['TENANT_SUSPENDED', 'TENANT_SUSPENDED', 'VALID']);
    for (const key of [tenant.key, ada.key]) {
      expect((await service.graph('{ viewer { kind } }', {}, key)).status).toBe(401);
    }
    expect((await eventsOf(service, tenant.id)).at(-1)).toEqual({
      action: 'suspendTenant',
      changes: { before: { status: 'active' }, after: { status: 'suspended', reason: 'unpaid' } },
    });
    const before = await checksum(service);
    expect((await send(service, 'suspendTenant', { id: tenant.id })).tenant.status).toBe('SUSPENDED');
    expect(await checksum(service)).toBe(before);
  });

  it('the platform is never suspended', async () => {
    const { data } = await service.graph('{ viewer { tenant { id } } }');
    const before = await checksum(service);
    expect(await send(service, 'suspendTenant', { id: data.viewer.tenant.id })).toMatchObject({
      tenant: null,
      userErrors: [{ code: 'WRONG_STATE', path: ['input', 'id'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('a tenant does not suspend anybody, itself included', async () => {
    const other = await makeTenant(service);
    const { errors } = await sendRaw(service, 'suspendTenant', { id: other.id }, other.key);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await verdictOn(service, other.key)).toBe('VALID');
  });
});
