import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, makeTenant, send, sendRaw } from '../support/verbs.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const create = (input: Record<string, unknown>, key?: string) => send(service, 'createTenant', input, key);

describe('createTenant', () => {
  it('answers the tenant with all that was asked for, and its audit event stands beside it', async () => {
    const { tenant, replayed, userErrors } = await create({ name: ' Acme é ', slug: 'acme', kind: 'PERSONAL' });
    expect({ replayed, userErrors }).toEqual({ replayed: false, userErrors: [] });
    const now = service.clock.now.toISOString();
    expect(tenant).toEqual({
      id: expect.stringMatching(/^tnt_[0-7][0-9a-z]{25}$/),
      name: 'Acme é',
      slug: 'acme',
      kind: 'PERSONAL',
      status: 'ACTIVE',
      accountNumber: null,
      createdAt: now,
      updatedAt: now,
    });
    const [event] = await service.database.sql('select action, changes from audit_events where target = $1', [
      tenant.id,
    ]);
    expect(event).toEqual({
      action: 'createTenant',
      changes: { after: { name: 'Acme é', slug: 'acme', kind: 'personal', accountNumber: null, status: 'active' } },
    });
  });

  it('makes a slug from the name where none is given, so two of one name are no clash', async () => {
    const [one, other] = await Promise.all([create({ name: 'Größe & Co.' }), create({ name: 'Größe & Co.' })]);
    expect(one.tenant.slug).toMatch(/^[a-z0-9][a-z0-9-]*[a-z0-9]$/);
    expect(one.tenant.slug).not.toBe(other.tenant.slug);
  });

  it('of two tenants with one slug at once, exactly one is made', async () => {
    const answers = await Promise.all([create({ name: 'a', slug: 'wanted' }), create({ name: 'b', slug: 'wanted' })]);
    expect(answers.filter((answer) => answer.tenant !== null)).toHaveLength(1);
    expect(answers.flatMap((answer) => answer.userErrors)).toMatchObject([
      { code: 'SLUG_TAKEN', path: ['input', 'slug'] },
    ]);
  });

  it('is one tenant for one idempotency key', async () => {
    const first = await create({ name: 'Once', idempotencyKey: 't-1' });
    const before = await checksum(service);
    expect(await create({ name: 'Once', idempotencyKey: 't-1' })).toEqual({ ...first, replayed: true });
    expect(await create({ name: 'Twice', idempotencyKey: 't-1' })).toMatchObject({
      tenant: null,
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it.each([
    ['an empty name', { name: '' }, ['name']],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, ['name']],
    ['a control character', { name: 'a\nb' }, ['name']],
    ['an upper-case slug', { name: 'n', slug: 'Acme' }, ['slug']],
    ['a slug of 64 characters', { name: 'n', slug: 'x'.repeat(64) }, ['slug']],
    ['a second platform', { name: 'n', kind: 'PLATFORM' }, ['kind']],
  ])('refuses %s and changes nothing', async (_, input, path) => {
    const before = await checksum(service);
    expect(await create(input)).toMatchObject({
      tenant: null,
      userErrors: [{ code: 'INVALID_INPUT', path: ['input', ...path] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('is for the platform alone, with the scope', async () => {
    const tenant = await makeTenant(service);
    const { secret: reader } = await send(service, 'createApiKey', { name: 'reader', scopes: ['keywright:*:read'] });
    const before = await checksum(service);
    for (const [key, message] of [
      [tenant.key, 'This is not for a caller that stands for a tenant.'],
      [reader, 'This needs the scope keywright:tenants:write.'],
    ] as const) {
      const { data, errors } = await sendRaw(service, 'createTenant', { name: 'n' }, key);
      expect(data).toEqual({ createTenant: null });
      expect(errors).toMatchObject([{ message, extensions: { code: 'FORBIDDEN' } }]);
    }
    expect(await checksum(service)).toBe(before);
  });
});
