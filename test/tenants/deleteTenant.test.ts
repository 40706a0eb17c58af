import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, eventsOf, makeTenant, makeUser, send } from '../support/verbs.ts';

let service: TestService;
let _tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  _tenant = await makeTenant(service);
});
afterAll(() => service.close());

const remove = (id: string) => send(service, 'deleteTenant', { id });

describe('deleteTenant', () => {
  it('removes one that is empty; its slug is free then, and the audit keeps what it was', async () => {
    const { tenant: empty } = await send(service, 'createTenant', { name: 'Empty', slug: 'empty' });
    expect(await remove(empty.id)).toEqual({ deletedTenantId: empty.id, userErrors: [] });
    expect((await eventsOf(service, empty.id)).at(-1)).toMatchObject({
      action: 'deleteTenant',
      changes: { before: { name: 'Empty', slug: 'empty', kind: 'organization', status: 'active' } },
    });
    expect((await send(service, 'createTenant', { name: 'Empty', slug: 'empty' })).userErrors).toEqual([]);
  });

  it('one with keys or users stays, whole, and the refusal counts them', async () => {
    const other = await makeTenant(service);
    const before = await checksum(service);
    expect(await remove(other.id)).toMatchObject({
      deletedTenantId: null,
      userErrors: [
        {
          code: 'WRONG_STATE',
          message: 'The tenant still has 1 key and 0 users: delete these first, or suspend it.',
          path: ['input', 'id'],
        },
      ],
    });
    expect(await checksum(service)).toBe(before);
    const ada = await makeUser(service, other.key);
    await send(service, 'deleteApiKey', { id: ada.keyId }, other.key);
    await send(service, 'deleteApiKey', { id: other.keyId });
    expect((await remove(other.id)).userErrors[0].message).toContain('0 keys and 1 user:');
    await send(service, 'deleteUser', { id: ada.id });
    expect((await remove(other.id)).userErrors).toEqual([]);
  });

  it('a key that is made at the same moment is either refused, or keeps its tenant', async () => {
    for (let round = 0; round < 5; round++) {
      const { tenant: home } = await send(service, 'createTenant', { name: 'Racing' });
      const [removed, made] = await Promise.all([
        remove(home.id),
        send(service, 'createUser', { tenantId: home.id, name: 'first' }),
      ]);
      const won = [removed, made].filter((answer) => answer.userErrors.length === 0);
      expect(won).toHaveLength(1);
      expect(made.user === null).toBe(removed.deletedTenantId !== null);
    }
  });

  it('the platform is never deleted', async () => {
    const { data } = await service.graph('{ viewer { tenant { id } } }');
    const before = await checksum(service);
    expect(await remove(data.viewer.tenant.id)).toMatchObject({ userErrors: [{ code: 'WRONG_STATE' }] });
    expect(await checksum(service)).toBe(before);
  });
});
