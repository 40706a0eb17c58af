import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSigningKey, signJwt } from '../support/identityProvider.ts';
import { type Answered, startTestService, type TestService } from '../support/service.ts';
import { makeTenant, send } from '../support/verbs.ts';

const viewer = `{ viewer { kind tenant { id } user { id } apiKey { id } scopes grantableScopes permissions } }`;

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

async function ask(headers: Record<string, string>) {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: viewer }),
  });
  return { status: response.status, body: (await response.json()) as Answered };
}

describe('a caller', () => {
  it('is whoever the key in either header stands for', async () => {
    for (const headers of [
      { authorization: `Bearer ${tenant.key}` },
      { authorization: `bearer  ${tenant.key}` },
      { 'x-api-key': tenant.key },
    ]) {
      expect((await ask(headers)).body.data.viewer).toMatchObject({
        kind: 'TENANT',
        tenant: { id: tenant.id },
        user: null,
        apiKey: { id: tenant.keyId },
      });
    }
  });

  it('stands for the platform, for a tenant or for a user, by what its key is', async () => {
    const { user } = await send(
      service,
      'createUser',
      { email: 'v@example.com', scopeCeiling: ['keywright:keys:*', 'a:*'] },
      tenant.key,
    );
    const { secret } = await send(
      service,
      'createApiKey',
      { name: 'mine', ownerUserId: user.id, scopes: ['*', 'keywright:keys:read'] },
      tenant.key,
    );
    expect((await ask({ 'x-api-key': service.platformKey })).body.data.viewer).toMatchObject({
      kind: 'PLATFORM',
      scopes: ['*', 'keywright:*'],
    });
    expect((await ask({ 'x-api-key': secret })).body.data.viewer).toEqual({
      kind: 'USER',
      tenant: { id: tenant.id },
      user: { id: user.id },
      apiKey: { id: expect.stringMatching(/^key_/) },
      scopes: expect.arrayContaining(['a:*', 'keywright:keys:read']),
      grantableScopes: expect.arrayContaining(['a:*', 'keywright:keys:read']),
      permissions: ['keys:read'],
    });
  });

  it.each([
    ['no credential', {}, 200],
    ['a key that was never made', { 'x-api-key': 'kw_live_nonsense' }, 401],
    ['another scheme', { authorization: 'Basic YTpi' }, 401],
    ['two words', { authorization: 'Bearer a b' }, 401],
    ['an empty key', { 'x-api-key': '' }, 401],
  ])('with %s is nobody', async (_, headers, status) => {
    const answer = await ask(headers);
    expect(answer.status).toBe(status);
    expect(answer.body.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('a JWT is told that there is no identity provider, and nothing more', async () => {
    const token = signJwt(makeSigningKey('one'), { sub: 'ada' });
    const { status, body } = await ask({ authorization: `Bearer ${token}` });
    expect(status).toBe(401);
    expect(body.errors).toMatchObject([
      {
        message: 'This is a JWT, and no identity provider is configured here. Send a key of this service.',
        extensions: { code: 'UNAUTHENTICATED' },
      },
    ]);
    expect(service.logged.at(-1)).toContain('"denied":"not-configured"');
  });

  it('two different keys in one request are refused, whichever is good', async () => {
    const { status, body } = await ask({ authorization: `Bearer ${tenant.key}`, 'x-api-key': service.platformKey });
    expect(status).toBe(401);
    expect(body.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('a key outside its window is nobody, and again somebody inside it', async () => {
    const { now } = service.clock;
    const expiresAt = new Date(now.getTime() + 1000).toISOString();
    const { secret } = await send(service, 'createApiKey', { name: 'brief', expiresAt }, tenant.key);
    service.clock.now = new Date(now.getTime() + 1000);
    const late = await ask({ 'x-api-key': secret });
    service.clock.now = now;
    expect([late.status, (await ask({ 'x-api-key': secret })).status]).toEqual([401, 200]);
  });
});
