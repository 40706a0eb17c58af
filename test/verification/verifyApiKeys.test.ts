import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, makeTenant, send, sendRaw } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

const verify = (items: readonly Record<string, unknown>[], key = tenant.key) =>
  send(service, 'verifyApiKeys', { items }, key);

describe('verifyApiKeys', () => {
  it('judges each for itself, in the order given, however often one is there', async () => {
    const { apiKey, secret } = await send(service, 'createApiKey', { name: 'good', scopes: ['a:read'] }, tenant.key);
    const stranger = await makeTenant(service);
    const items = [
      { token: '' },
      { token: secret },
      { token: secret, allOf: ['b:read'] },
      { token: stranger.key },
      { token: secret },
    ];
    const good = { code: 'VALID', valid: true, keyId: apiKey.id };
    const bad = { code: 'INVALID', valid: false, keyId: null };
    expect(await verify(items)).toEqual({
      verifications: [bad, good, { ...good, code: 'INSUFFICIENT_SCOPE', valid: false }, bad, good],
      userErrors: [],
    });
  });

  it.each([0, 101])('refuses %i tokens, and takes 100', async (count) => {
    expect(await verify(Array(count).fill({ token: 'x' }))).toMatchObject({
      verifications: null,
      userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'items'] }],
    });
    expect((await verify(Array(100).fill({ token: 'x' }))).verifications).toHaveLength(100);
  });

  it('a wish that nobody can ask for is told with its place', async () => {
    expect(await verify([{ token: 'x' }, { token: 'x', allOf: ['ok', '*'] }])).toMatchObject({
      verifications: null,
      userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'items', '1', 'allOf', '1'] }],
    });
  });

  it('needs the scope, and writes nothing', async () => {
    const before = await checksum(service);
    await verify([{ token: tenant.key }]);
    expect(await checksum(service)).toBe(before);
    const { secret } = await send(service, 'createApiKey', { name: 'none' }, tenant.key);
    const { errors } = await sendRaw(service, 'verifyApiKeys', { items: [{ token: secret }] }, secret);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
