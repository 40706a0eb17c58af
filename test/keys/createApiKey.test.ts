import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseToken } from '../../src/crypto/token.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, makeTenant, send, sendRaw, verdictOn } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

const create = (input: Record<string, unknown>, key = tenant.key) => send(service, 'createApiKey', input, key);

describe('createApiKey', () => {
  it('answers the key with all that was asked for, and a secret that verifies', async () => {
    const input = {
      name: '  Production  ',
      environment: 'TEST',
      scopes: ['reports:read', 'reports:read'],
      metadata: { team: 'a', nested: { n: [1, null] } },
      expiresAt: new Date(service.clock.now.getTime() + 3_600_000).toISOString(),
    };
    const { apiKey, secret, replayed, userErrors } = await create(input);
    expect({ replayed, userErrors }).toEqual({ replayed: false, userErrors: [] });
    expect(apiKey).toMatchObject({
      name: 'Production',
      environment: 'TEST',
      status: 'ACTIVE',
      isActive: true,
      scopes: ['reports:read'],
      metadata: input.metadata,
      source: 'keywright',
      tenant: { id: tenant.id },
      maker: null,
      owner: null,
      expiresAt: input.expiresAt,
      createdAt: service.clock.now.toISOString(),
      updatedAt: service.clock.now.toISOString(),
    });
    expect(apiKey.secrets).toEqual([
      {
        no: 1,
        state: 'CURRENT',
        createdAt: service.clock.now.toISOString(),
        expiresAt: input.expiresAt,
        lastUsedAt: null,
      },
    ]);
    expect(secret).toMatch(new RegExp(`^kw_test_${apiKey.publicId}_[0-9A-Za-z]{62}$`));
    expect(apiKey).toMatchObject({ id: `key_${apiKey.publicId}`, display: `kw_test_${apiKey.publicId}_***` });
    expect(await verdictOn(service, secret)).toBe('VALID');
  });

  it('writes the key, its recovery lock and its audit event in one transaction, and the secret nowhere', async () => {
    const { apiKey, secret } = await create({ name: 'audited' });
    const rows = await service.database.sql<{
      at: string;
      lock: string;
      action: string;
      actor: string;
      changes: string;
      same: boolean;
    }>(
      `select k.created_at::text as at, r.secret_phc as lock, e.action, e.actor, e.changes::text as changes,
         k.xmin = r.xmin and r.xmin = e.xmin as same
       from api_keys k join api_key_recovery r on r.api_key_id = k.id join audit_events e on e.target = $1
       where $1 = 'key_' || keywright_base32(k.id)`,
      [apiKey.id],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ action: 'createApiKey', actor: tenant.keyId, same: true });
    expect(rows[0]?.lock).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$/);
    const bare = parseToken(secret)?.secret.reveal() ?? '';
    expect(bare).toHaveLength(43);
    for (const table of ['api_keys', 'api_key_recovery', 'audit_events', 'idempotency']) {
      const [found] = await service.database.sql(`select 1 from ${table} x where x::text like $1`, [`%${bare}%`]);
      expect(found).toBeUndefined();
    }
  });

  it('is one key for one idempotency key, and its secret is told once', async () => {
    const input = { name: 'once', idempotencyKey: 'order-1', metadata: { a: 1, b: 2 } };
    const first = await create(input);
    const before = await checksum(service);
    // Members in another order are the same request.
    const again = await create({ metadata: { b: 2, a: 1 }, idempotencyKey: 'order-1', name: 'once' });
    expect(again).toMatchObject({ apiKey: { id: first.apiKey.id }, secret: null, replayed: true, userErrors: [] });
    const other = await create({ ...input, name: 'twice' });
    expect(other).toMatchObject({
      apiKey: null,
      secret: null,
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', path: ['input', 'idempotencyKey'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('a retry is answered with the key, also when the key is over by then, and when its caller may not read keys', async () => {
    const { now } = service.clock;
    const { secret: writer } = await create({ name: 'writer', scopes: ['keywright:keys:write'] });
    const input = {
      name: ' brief',
      ownerUserId: null,
      expiresAt: new Date(now.getTime() + 1000).toISOString(),
      idempotencyKey: 'brief',
    };
    const first = await create(input, writer);
    service.clock.now = new Date(now.getTime() + 2000);
    const { ownerUserId: _, ...again } = { ...input, name: 'brief' };
    const retry = await create(again, writer);
    service.clock.now = now;
    expect(retry).toMatchObject({ apiKey: { id: first.apiKey.id }, secret: null, replayed: true, userErrors: [] });
  });

  it('an idempotency key is the caller’s own, and is free again after a day', async () => {
    const mine = await create({ name: 'mine', idempotencyKey: 'shared' });
    const stranger = await makeTenant(service);
    const theirs = await create({ name: 'mine', idempotencyKey: 'shared' }, stranger.key);
    expect(theirs.replayed).toBe(false);
    expect(theirs.apiKey.id).not.toBe(mine.apiKey.id);
    const now = service.clock.now;
    try {
      service.clock.now = new Date(now.getTime() + 24 * 3_600_000);
      expect(await create({ name: 'a day later', idempotencyKey: 'shared' })).toMatchObject({
        replayed: false,
        userErrors: [],
      });
    } finally {
      service.clock.now = now;
    }
  });

  it('of ten requests at once with one idempotency key, one makes the key and the others are its retries', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => create({ name: 'raced', idempotencyKey: 'race' })),
    );
    expect(new Set(answers.map((answer) => answer.apiKey.id)).size).toBe(1);
    expect(answers.filter((answer) => answer.secret !== null)).toHaveLength(1);
    expect(answers.filter((answer) => answer.replayed)).toHaveLength(9);
  });

  it('of ten requests at once for one name, exactly one wins, and the others are told', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => create({ name: n % 2 ? 'Popular' : 'pOPULAR' })),
    );
    expect(answers.filter((answer) => answer.secret !== null)).toHaveLength(1);
    const refused = answers.flatMap((answer) => answer.userErrors);
    expect(refused).toHaveLength(9);
    for (const error of refused) expect(error).toMatchObject({ code: 'NAME_TAKEN', path: ['input', 'name'] });
  });

  it.each([
    ['an empty name', { name: '' }, ['name']],
    ['a blank name', { name: ' \t ' }, ['name']],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, ['name']],
    ['a control character in a name', { name: 'a\u0007b' }, ['name']],
    ['NUL in a name', { name: 'a\u0000b' }, ['name']],
    ['a lone surrogate in a name', { name: 'a\ud800' }, ['name']],
    ['a malformed tenant id', { name: 'n', tenantId: 'tnt_zzz' }, ['tenantId']],
    ['an id of the wrong kind', { name: 'n', tenantId: 'key_01k7ra3cp3fn78y00h48sm8nda' }, ['tenantId']],
    ['a malformed owner id', { name: 'n', ownerUserId: '42' }, ['ownerUserId']],
    ['an expiry in the past', { name: 'n', expiresAt: '2020-01-01T00:00:00Z' }, ['expiresAt']],
    ['an expiry in the year 10000', { name: 'n', expiresAt: '9999-12-31T23:59:59-01:00' }, ['expiresAt']],
    [
      'a beginning after the end',
      { name: 'n', notBefore: '2999-01-02T00:00:00Z', expiresAt: '2999-01-01T00:00:00Z' },
      ['notBefore'],
    ],
    ['a malformed scope', { name: 'n', scopes: ['ok', 'not ok'] }, ['scopes', '1']],
    ['a thousand scopes', { name: 'n', scopes: Array.from({ length: 1000 }, (_, n) => `s:${n}`) }, ['scopes']],
    ['metadata that is a list', { name: 'n', metadata: [1] }, ['metadata']],
    ['metadata of 9 KiB', { name: 'n', metadata: { a: 'x'.repeat(9 * 1024) } }, ['metadata']],
    [
      'metadata six levels deep',
      { name: 'n', metadata: { a: { b: { c: { d: { e: {} } } } } } },
      ['metadata', 'a', 'b', 'c', 'd', 'e'],
    ],
    ['a number that the database would write out', { name: 'n', metadata: { a: 1e308 } }, ['metadata', 'a']],
    ['NUL in metadata', { name: 'n', metadata: { a: '\u0000' } }, ['metadata', 'a']],
    ['an idempotency key of 256 characters', { name: 'n', idempotencyKey: 'x'.repeat(256) }, ['idempotencyKey']],
  ])('refuses %s, says where, and changes nothing', async (_, input, path) => {
    const before = await checksum(service);
    const { apiKey, secret, userErrors } = await create(input);
    expect({ apiKey, secret }).toEqual({ apiKey: null, secret: null });
    expect(userErrors).toEqual([
      { code: 'INVALID_INPUT', message: expect.stringMatching(/\.$/), path: ['input', ...path] },
    ]);
    expect(await checksum(service)).toBe(before);
  });

  it('refuses __proto__ in metadata, which JSON alone can carry', async () => {
    const body = `{"query":"mutation($input:CreateApiKeyInput!){createApiKey(input:$input){userErrors{code path}}}","variables":{"input":{"name":"n","metadata":{"__proto__":{"admin":true}}}}}`;
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': tenant.key },
      body,
    });
    expect(await response.json()).toEqual({
      data: { createApiKey: { userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'metadata'] }] } },
    });
  });

  it('gives only what the caller holds, for no longer than the caller lives', async () => {
    const expiresAt = new Date(service.clock.now.getTime() + 60_000).toISOString();
    const narrow = await create({ name: 'narrow', scopes: ['reports:*', 'keywright:keys:write'], expiresAt });
    const before = await checksum(service);
    for (const scope of ['*', 'billing:read', 'reports', 'keywright:keys:read', 'keywright:*', '*:read']) {
      expect(await create({ name: 'wide', scopes: [scope], expiresAt }, narrow.secret)).toMatchObject({
        apiKey: null,
        userErrors: [{ code: 'SCOPE_NOT_HELD', path: ['input', 'scopes'] }],
      });
    }
    const later = new Date(Date.parse(expiresAt) + 1).toISOString();
    for (const wanted of [{}, { expiresAt: null }, { expiresAt: later }]) {
      expect(await create({ name: 'long', ...wanted }, narrow.secret)).toMatchObject({
        userErrors: [{ code: 'EXPIRES_TOO_LATE', path: ['input', 'expiresAt'] }],
      });
    }
    expect(await checksum(service)).toBe(before);
    expect(await create({ name: 'fits', scopes: ['reports:read:all'], expiresAt }, narrow.secret)).toMatchObject({
      userErrors: [],
    });
  });

  it('a tenant that is not there and one of somebody else are answered in the same bytes', async () => {
    const other = await makeTenant(service);
    const before = await checksum(service);
    const unknown = 'tnt_01k7ra3cp3fn78y00h48sm8nda';
    const answers = await Promise.all(
      [other.id, unknown].map((tenantId) => sendRaw(service, 'createApiKey', { name: 'n', tenantId }, tenant.key)),
    );
    expect(answers[0]?.data).toEqual(answers[1]?.data);
    expect(answers[0]?.data.createApiKey.userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['input', 'tenantId'] },
    ]);
    // The platform sees all tenants, so for it the unknown one is refused by the database's own reference.
    expect(await create({ name: 'n', tenantId: unknown }, service.platformKey)).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND', path: ['input', 'tenantId'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('a key can be owned by a user of its tenant, and by no other', async () => {
    const other = await makeTenant(service);
    const { user } = await send(service, 'createUser', { email: 'own@example.com' }, tenant.key);
    const { user: stranger } = await send(service, 'createUser', { email: 'own@example.com' }, other.key);
    expect(await create({ name: 'personal', ownerUserId: user.id })).toMatchObject({
      apiKey: { owner: { id: user.id } },
    });
    const before = await checksum(service);
    for (const ownerUserId of [stranger.id, 'usr_01k7ra3cp3fn78y00h48sm8nda']) {
      expect(await create({ name: 'foreign', ownerUserId })).toMatchObject({
        userErrors: [{ code: 'NOT_FOUND', path: ['input', 'ownerUserId'] }],
      });
    }
    expect(await checksum(service)).toBe(before);
  });

  it('a personal key makes keys for its owner alone', async () => {
    const { user } = await send(service, 'createUser', { email: 'self@example.com' }, tenant.key);
    const { user: colleague } = await send(service, 'createUser', { email: 'colleague@example.com' }, tenant.key);
    const personal = await create({ name: 'mine alone', ownerUserId: user.id, scopes: ['keywright:keys:*', 'a:*'] });
    const made = await create({ name: 'by myself', scopes: ['a:b'] }, personal.secret);
    expect(made.apiKey).toMatchObject({ owner: { id: user.id }, maker: { id: user.id } });
    expect(await create({ name: 'for her', ownerUserId: colleague.id }, personal.secret)).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND', path: ['input', 'ownerUserId'] }],
    });
  });

  it('needs keywright:keys:write, and says so', async () => {
    const { secret } = await create({ name: 'reader', scopes: ['keywright:keys:read'] });
    const before = await checksum(service);
    const { data, errors } = await sendRaw(service, 'createApiKey', { name: 'n' }, secret);
    expect(data).toEqual({ createApiKey: null });
    expect(errors).toMatchObject([
      { message: 'This needs the scope keywright:keys:write.', extensions: { code: 'FORBIDDEN' } },
    ]);
    expect(await checksum(service)).toBe(before);
  });
});
