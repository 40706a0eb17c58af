import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  audience,
  issuer,
  type JwksServer,
  jwksOf,
  makeSigningKey,
  signJwt,
  startJwksServer,
  trusting,
} from '../support/identityProvider.ts';
import { type Answered, startTestService, type TestService } from '../support/service.ts';
import { checksum, makeTenant, send, sendRaw, verdictOn } from '../support/verbs.ts';

const key = makeSigningKey('one');
const selfService = ['tenants:read', 'users:read', 'users:write', 'keys:read', 'keys:write', 'audit:read'];
const selfServiceScopes = selfService.map((name) => `keywright:${name}`);

let provider: JwksServer;
let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
let slug: string;
beforeAll(async () => {
  provider = await startJwksServer(jwksOf(key));
  service = await startTestService({ jwt: trusting({ url: provider.url }) });
  tenant = await makeTenant(service);
  slug = (await service.graph('{ viewer { tenant { slug } } }', {}, tenant.key)).data.viewer.tenant.slug;
});
afterAll(async () => {
  await service.close();
  await provider.close();
});

let count = 0;

/** A user of the tenant whom the provider knows. */
async function makeUser(scopeCeiling?: readonly string[]): Promise<{ id: string; subject: string }> {
  const subject = `subject-${++count}`;
  const { user } = await send(
    service,
    'createUser',
    { externalId: subject, scopeCeiling: scopeCeiling ?? null },
    tenant.key,
  );
  return { id: user.id, subject };
}

function tokenOf(subject: string, other: Readonly<Record<string, unknown>> = {}): string {
  const nowSeconds = Math.floor(service.clock.now.getTime() / 1000);
  return signJwt(key, { iss: issuer, aud: audience, sub: subject, tenant: slug, exp: nowSeconds + 60, ...other });
}

const fields = 'kind tenant { id } user { id } apiKey { id } scopes grantableScopes permissions';
async function viewerOf(token: string): Promise<Answered> {
  const { data, errors } = await service.graph(`{ viewer { ${fields} } }`, {}, token);
  return errors[0]?.extensions.code ?? data.viewer;
}

describe('who a JWT stands for', () => {
  it('is the user, who may do for themselves what nobody has to give them', async () => {
    const { id, subject } = await makeUser();
    const scopes = ['openid', 'orders:read', ...selfServiceScopes];
    expect(await viewerOf(tokenOf(subject, { scope: 'openid orders:read' }))).toEqual({
      kind: 'USER',
      tenant: { id: tenant.id },
      user: { id },
      apiKey: null,
      scopes,
      grantableScopes: scopes,
      permissions: selfService,
    });
  });

  it('is the tenant, as soon as one scope is of this service, and the user is still known', async () => {
    const { id, subject } = await makeUser();
    const scopes = ['orders:read', 'keywright:keys:read'];
    expect(await viewerOf(tokenOf(subject, { scope: scopes.join(' ') }))).toEqual({
      kind: 'TENANT',
      tenant: { id: tenant.id },
      user: { id },
      apiKey: null,
      scopes,
      grantableScopes: scopes,
      permissions: ['keys:read'],
    });
  });

  it.each([
    ['keywright:*', 'TENANT'],
    ['keywright:*:read', 'TENANT'],
    ['keywright:something:else', 'TENANT'],
    ['keywright', 'USER'],
    ['*', 'USER'],
    ['*:keys:write', 'USER'],
    ['Keywright:keys:write', 'USER'],
    ['orders:keywright:keys', 'USER'],
  ])('with the scope %s is a %s', async (scope, kind) => {
    const { subject } = await makeUser();
    expect(await viewerOf(tokenOf(subject, { scope }))).toMatchObject({ kind });
  });

  it('is never the platform, and of the platform’s tenant never more than the user', async () => {
    const [platform] = await service.database.sql<{ id: string; slug: string }>(
      "select id, slug from tenants where kind = 'platform'",
    );
    const { user } = await send(service, 'createUser', { externalId: 'operator' });
    const token = tokenOf('operator', { tenant: platform?.slug, scope: '* keywright:*' });
    const viewer = await viewerOf(token);
    expect(viewer).toMatchObject({ kind: 'USER', user: { id: user.id }, permissions: selfService });

    const before = await checksum(service);
    const made = await sendRaw(service, 'createTenant', { name: 'Mine' }, token);
    expect(made.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await checksum(service)).toBe(before);
    const { apiKey, secret } = await send(service, 'createApiKey', { name: 'mine', scopes: ['keywright:*'] }, token);
    expect(apiKey).toMatchObject({ owner: { id: user.id }, maker: { id: user.id } });
    expect(await viewerOf(secret)).toMatchObject({ kind: 'USER' });
  });
});

describe('the scopes of a JWT', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['a text', 'a b:read', ['a', 'b:read']],
    ['a text with spaces too many', '  a   b ', ['a', 'b']],
    ['an empty text', '', []],
    ['a list', ['a', 'b:*'], ['a', 'b:*']],
    ['an empty list', [], []],
    ['nothing', undefined, []],
    ['twice the same', 'a a', ['a']],
    ['scopes of others among ours', 'a https://api.example.com/read b: x/y é', ['a']],
    ['one with a space, in a list', ['a b', 'c'], ['c']],
    ['a hundred', Array.from({ length: 100 }, (_, i) => `s${i}`), Array.from({ length: 100 }, (_, i) => `s${i}`)],
  ])('are read from %s', async (_, scope, expected) => {
    const { subject } = await makeUser();
    expect((await viewerOf(tokenOf(subject, { scope }))).scopes).toEqual([...expected, ...selfServiceScopes]);
  });

  it('are cut to the user’s ceiling, self-service included', async () => {
    const { subject } = await makeUser(['orders:read', 'keywright:keys:*']);
    expect(await viewerOf(tokenOf(subject, { scope: 'orders:* stock:read' }))).toMatchObject({
      kind: 'USER',
      scopes: ['orders:read', 'keywright:keys:read', 'keywright:keys:write'],
      permissions: ['keys:read', 'keys:write'],
    });
    const powerless = await makeUser([]);
    expect(await viewerOf(tokenOf(powerless.subject, { scope: '* keywright:*' }))).toMatchObject({
      kind: 'USER',
      scopes: [],
      permissions: [],
    });
  });

  it('make nobody a tenant that their ceiling takes away', async () => {
    const { subject } = await makeUser(['orders:*']);
    expect(await viewerOf(tokenOf(subject, { scope: 'orders:read keywright:*' }))).toMatchObject({
      kind: 'USER',
      scopes: ['orders:read'],
      permissions: [],
    });
  });
});

describe('what stops a user stops their JWT at the next request', () => {
  const cases: [string, string, string][] = [
    ['disabling the user', "update users set status = 'disabled' where", "update users set status = 'active' where"],
    [
      'another subject',
      "update users set external_id = external_id || 'x' where",
      'update users set external_id = left(external_id, -1) where',
    ],
  ];
  it.each(cases)('%s, and undoing it', async (_, stop, undo) => {
    const { id, subject } = await makeUser();
    const uuid = await uuidOf(subject);
    const token = tokenOf(subject);
    expect(await viewerOf(token)).toMatchObject({ user: { id } });
    await service.database.sql(`${stop} id = $1`, [uuid]);
    expect(await viewerOf(token)).toBe('UNAUTHENTICATED');
    await service.database.sql(`${undo} id = $1`, [uuid]);
    expect(await viewerOf(token)).toMatchObject({ user: { id } });
  });

  it('suspending the tenant, and reactivating it', async () => {
    const { id, subject } = await makeUser();
    const token = tokenOf(subject, { scope: 'keywright:*' });
    await service.database.sql("update tenants set status = 'suspended' where slug = $1", [slug]);
    expect(await viewerOf(token)).toBe('UNAUTHENTICATED');
    await service.database.sql("update tenants set status = 'active' where slug = $1", [slug]);
    expect(await viewerOf(token)).toMatchObject({ user: { id } });
  });

  async function uuidOf(subject: string): Promise<string | undefined> {
    const [row] = await service.database.sql<{ id: string }>('select id from users where external_id = $1', [subject]);
    return row?.id;
  }
});

describe('what a user makes', () => {
  it('with a scope of this service is the tenant’s key, of which the user is the maker', async () => {
    const { id, subject } = await makeUser();
    const token = tokenOf(subject, { scope: 'keywright:keys:write orders:*' });
    const { apiKey, secret } = await send(
      service,
      'createApiKey',
      { name: `t${count}`, scopes: ['orders:read'] },
      token,
    );
    expect(apiKey).toMatchObject({ tenant: { id: tenant.id }, maker: { id }, owner: null });
    expect(await verdictOn(service, secret)).toBe('VALID');
    expect(await actorOf(apiKey.id)).toBe(id);
  });

  it('with none is a personal key of their own, and nobody else’s', async () => {
    const { id, subject } = await makeUser();
    const other = await makeUser();
    const token = tokenOf(subject, { scope: 'orders:*' });
    const { apiKey } = await send(service, 'createApiKey', { name: `p${count}`, scopes: ['orders:read'] }, token);
    expect(apiKey).toMatchObject({ tenant: { id: tenant.id }, maker: { id }, owner: { id } });
    expect(await actorOf(apiKey.id)).toBe(id);

    const before = await checksum(service);
    const { userErrors } = await send(service, 'createApiKey', { name: 'theirs', ownerUserId: other.id }, token);
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'ownerUserId'] }]);
    expect(await checksum(service)).toBe(before);
  });

  it('carries no scope that the user does not hold', async () => {
    const { subject } = await makeUser(['orders:read', 'keywright:keys:*']);
    const before = await checksum(service);
    for (const scope of ['stock:read', 'orders:*', 'keywright:users:write']) {
      const wanted = { name: 'more', scopes: [scope] };
      const { userErrors } = await send(service, 'createApiKey', wanted, tokenOf(subject, { scope: 'orders:*' }));
      expect(userErrors).toMatchObject([{ code: 'SCOPE_NOT_HELD', path: ['input', 'scopes'] }]);
    }
    expect(await checksum(service)).toBe(before);
  });

  it('outlives the JWT that it was made with', async () => {
    const { now } = service.clock;
    const { subject } = await makeUser();
    const { apiKey, secret } = await send(service, 'createApiKey', { name: `o${count}` }, tokenOf(subject));
    expect(apiKey.expiresAt).toBe(null);
    service.clock.now = new Date(now.getTime() + 3_600_000);
    expect(await verdictOn(service, secret)).toBe('VALID');
    service.clock.now = now;
  });

  it('is made once for one idempotency key of one user, whichever JWT presents it', async () => {
    const [one, two] = [await makeUser(), await makeUser()];
    const input = { idempotencyKey: 'again' };
    const first = await send(service, 'createApiKey', { ...input, name: `i${count}` }, tokenOf(one.subject));
    const again = await send(
      service,
      'createApiKey',
      { ...input, name: `i${count}` },
      tokenOf(one.subject, { jti: '2' }),
    );
    const other = await send(service, 'createApiKey', { ...input, name: `j${count}` }, tokenOf(two.subject));
    expect(again).toMatchObject({ apiKey: { id: first.apiKey.id }, secret: null, replayed: true });
    expect(other).toMatchObject({ replayed: false, userErrors: [] });
    expect(other.apiKey.id).not.toBe(first.apiKey.id);
  });

  async function actorOf(keyId: string): Promise<string | undefined> {
    const [event] = await service.database.sql<{ actor: string }>('select actor from audit_events where target = $1', [
      keyId,
    ]);
    return event?.actor;
  }
});

it('the same subject in two tenants is two users', async () => {
  const other = await makeTenant(service);
  const here = await send(service, 'createUser', { externalId: 'both' }, tenant.key);
  const there = await send(service, 'createUser', { externalId: 'both' }, other.key);
  expect(await viewerOf(tokenOf('both'))).toMatchObject({ user: { id: here.user.id }, tenant: { id: tenant.id } });
  expect(await viewerOf(tokenOf('both', { tenant: other.id }))).toMatchObject({
    user: { id: there.user.id },
    tenant: { id: other.id },
  });
});

it('a database that does not answer is an outage, and no verdict on the JWT', async () => {
  const { id, subject } = await makeUser();
  const [{ name } = { name: '' }] = await service.database.sql<{ name: string }>('select current_database() as name');
  const disconnect = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`;
  await service.database.sql(`alter database ${name} connection limit 0`);
  await service.database.sql(disconnect);
  const during = await service.graph('{ viewer { kind } }', {}, tokenOf(subject));
  await service.database.sql(`alter database ${name} connection limit -1`);
  expect([during.status, during.errors[0]?.extensions.code]).toEqual([503, 'UNAVAILABLE']);
  let viewer = await viewerOf(tokenOf(subject));
  // Each broken connection may cost one try.
  for (let tries = 0; tries < 20 && viewer === 'UNAVAILABLE'; tries++) viewer = await viewerOf(tokenOf(subject));
  expect(viewer).toMatchObject({ user: { id } });
});
