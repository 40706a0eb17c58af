import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, eventsOf, makeTenant, send, sendRaw } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

const update = (input: Record<string, unknown>, key = tenant.key) =>
  send(service, 'updateTenant', { id: tenant.id, ...input }, key);

describe('updateTenant', () => {
  it('a tenant calls itself what it likes, and the audit says what it was', async () => {
    expect(await update({ name: 'Acme & Söhne' })).toMatchObject({
      tenant: { name: 'Acme & Söhne', updatedAt: service.clock.now.toISOString() },
      userErrors: [],
    });
    const event = (await eventsOf(service, tenant.id)).at(-1);
    expect(event).toMatchObject({
      action: 'updateTenant',
      changes: { after: { name: 'Acme & Söhne' } },
    });
    expect(Object.keys(event?.changes.before)).toEqual(['name']);
  });

  it('what changes nothing writes nothing', async () => {
    const before = await checksum(service);
    expect((await update({ name: 'Acme & Söhne' })).userErrors).toEqual([]);
    expect(await checksum(service)).toBe(before);
  });

  it('its slug is the platform’s to set: a provider’s tokens may name the tenant by it', async () => {
    const before = await checksum(service);
    const denied = await sendRaw(service, 'updateTenant', { id: tenant.id, slug: 'acme-2' }, tenant.key);
    expect(denied.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await checksum(service)).toBe(before);
    expect(await update({ slug: 'acme-2' }, service.platformKey)).toMatchObject({ tenant: { slug: 'acme-2' } });
  });

  it('its account number is the platform’s to set, and to remove', async () => {
    const before = await checksum(service);
    const denied = await sendRaw(service, 'updateTenant', { id: tenant.id, accountNumber: '189' }, tenant.key);
    expect(denied.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await checksum(service)).toBe(before);
    const highest = '9223372036854775807';
    expect(await update({ accountNumber: highest }, service.platformKey)).toMatchObject({
      tenant: { accountNumber: highest },
    });
    const other = await makeTenant(service);
    expect(await update({ id: other.id, accountNumber: highest }, service.platformKey)).toMatchObject({
      userErrors: [{ code: 'ACCOUNT_NUMBER_TAKEN', path: ['input', 'accountNumber'] }],
    });
    expect((await update({ accountNumber: null }, service.platformKey)).tenant.accountNumber).toBeNull();
  });

  it.each([
    ['a blank name', { name: '' }, 'name'],
    ['no name', { name: null }, 'name'],
    ['a slug with a space', { slug: 'a b' }, 'slug'],
    ['no slug', { slug: null }, 'slug'],
  ])('refuses %s and changes nothing', async (_what, input, field) => {
    const before = await checksum(service);
    expect(await update(input, service.platformKey)).toMatchObject({
      tenant: null,
      userErrors: [{ code: 'INVALID_INPUT', path: ['input', field] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it.each(['0', '-1', '1.5', '189.0', '9223372036854775808', 'abc', ''])('refuses the account number %j', async (n) => {
    const before = await checksum(service);
    expect(await update({ accountNumber: n }, service.platformKey)).toMatchObject({
      userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'accountNumber'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('a slug that another has is taken', async () => {
    const { tenant: other } = await send(service, 'createTenant', { name: 'Other', slug: 'other-slug' });
    expect(await update({ slug: other.slug }, service.platformKey)).toMatchObject({
      userErrors: [{ code: 'SLUG_TAKEN' }],
    });
  });
});
