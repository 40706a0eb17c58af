import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, makeTenant, send, sendRaw, verdictOn } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

let count = 0;
const create = (input: Record<string, unknown> = {}) =>
  send(service, 'createApiKey', { name: `key ${++count}`, ...input }, tenant.key);
const rotate = (id: string, graceSeconds: number, more: Record<string, unknown> = {}) =>
  send(service, 'rotateApiKey', { id, graceSeconds, ...more }, tenant.key);

/** Runs with the clock so many milliseconds later, and sets it back. */
async function later<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const { now } = service.clock;
  service.clock.now = new Date(now.getTime() + ms);
  try {
    return await work();
  } finally {
    service.clock.now = now;
  }
}

describe('rotateApiKey', () => {
  it('a rotated secret verifies until its grace ends, and not one millisecond later', async () => {
    const { apiKey, secret: old } = await create();
    const { secret: fresh, apiKey: rotated } = await rotate(apiKey.id, 60);
    expect(rotated.id).toBe(apiKey.id);
    const endsAt = new Date(service.clock.now.getTime() + 60_000).toISOString();
    expect(rotated.secrets).toMatchObject([
      { no: 2, state: 'CURRENT', expiresAt: null },
      { no: 1, state: 'RETIRING', expiresAt: endsAt },
    ]);
    expect([await verdictOn(service, old), await verdictOn(service, fresh)]).toEqual(['VALID', 'VALID']);
    expect(await later(59_999, () => verdictOn(service, old))).toBe('VALID');
    expect(await later(60_000, () => verdictOn(service, old))).toBe('INVALID');
    expect(await later(60_000, () => verdictOn(service, fresh))).toBe('VALID');
  });

  it('a secret whose grace is over is told of no more: not in a verdict, and not among the key’s secrets', async () => {
    const { apiKey, secret: old } = await create();
    await rotate(apiKey.id, 60);
    await later(60_000, async () => {
      const { verification } = await send(service, 'verifyApiKey', { token: old });
      expect(verification).toMatchObject({ code: 'INVALID', valid: false, keyId: null, tenantId: null, scopes: null });
      const { data } = await service.graph(
        'query ($id: ID) { apiKey(id: $id) { secrets { no } } }',
        { id: apiKey.id },
        tenant.key,
      );
      expect(data.apiKey.secrets).toEqual([{ no: 2 }]);
    });
  });

  it('without a grace the old secret ends at once, and its recovery lock with it', async () => {
    const { apiKey, secret: old } = await create();
    const { secret: fresh } = await rotate(apiKey.id, 0);
    expect([await verdictOn(service, old), await verdictOn(service, fresh)]).toEqual(['INVALID', 'VALID']);
    const locks = await service.database.sql<{ no: number }>(
      `select secret_no as no from api_key_recovery where 'key_' || keywright_base32(api_key_id) = $1`,
      [apiKey.id],
    );
    expect(locks).toEqual([{ no: 2 }]);
  });

  it('a verdict on the old secret says when it ends', async () => {
    const { apiKey, secret: old } = await create();
    await rotate(apiKey.id, 60);
    const { verification } = await send(service, 'verifyApiKey', { token: old });
    expect(verification.expiresAt).toBe(new Date(service.clock.now.getTime() + 60_000).toISOString());
  });

  it('a grace may reach to the end of the key, and not one second further', async () => {
    const expiresAt = new Date(service.clock.now.getTime() + 30_000).toISOString();
    const { apiKey } = await create({ expiresAt });
    const before = await checksum(service);
    expect(await rotate(apiKey.id, 31)).toMatchObject({
      apiKey: null,
      secret: null,
      userErrors: [
        {
          code: 'INVALID_INPUT',
          message: `The key itself ends at ${expiresAt}: give a grace of at most 30 seconds.`,
          path: ['input', 'graceSeconds'],
        },
      ],
    });
    expect(await checksum(service)).toBe(before);
    const { apiKey: rotated } = await rotate(apiKey.id, 30);
    expect(rotated.secrets).toMatchObject([{ expiresAt }, { state: 'RETIRING', expiresAt }]);
  });

  it('several secrets live side by side, at most five, and one more is refused until one ends', async () => {
    const { apiKey, secret } = await create();
    const secrets = [secret];
    for (let n = 1; n < 5; n++) secrets.push((await rotate(apiKey.id, 60 * n)).secret);
    expect(await Promise.all(secrets.map((token) => verdictOn(service, token)))).toEqual(Array(5).fill('VALID'));
    const before = await checksum(service);
    expect(await rotate(apiKey.id, 60)).toMatchObject({
      secret: null,
      userErrors: [{ code: 'WRONG_STATE', path: ['input', 'graceSeconds'] }],
    });
    expect(await checksum(service)).toBe(before);
    expect((await later(60_000, () => rotate(apiKey.id, 3600))).userErrors).toEqual([]);
  });

  it('of two rotations at once exactly one wins, and the other is told', async () => {
    const { apiKey } = await create();
    const answers = await Promise.all([rotate(apiKey.id, 60), rotate(apiKey.id, 60)]);
    const [won] = answers.filter((answer) => answer.secret !== null);
    const [lost] = answers.filter((answer) => answer.secret === null);
    expect(lost).toMatchObject({ userErrors: [{ code: 'CONCURRENT_CHANGE', path: ['input', 'id'] }] });
    expect(await verdictOn(service, won.secret)).toBe('VALID');
    const events = await service.database.sql(
      "select 1 from audit_events where target = $1 and action = 'rotateApiKey'",
      [apiKey.id],
    );
    expect(events).toHaveLength(1);
  });

  it('a retry with the same idempotency key rotates once and tells the secret once', async () => {
    const { apiKey } = await create();
    const first = await rotate(apiKey.id, 60, { idempotencyKey: 'r-1' });
    const before = await checksum(service);
    expect(await rotate(apiKey.id, 60, { idempotencyKey: 'r-1' })).toMatchObject({
      apiKey: { id: apiKey.id, secrets: [{ no: 2 }, { no: 1 }] },
      secret: null,
      replayed: true,
    });
    expect(first.replayed).toBe(false);
    expect(await rotate(apiKey.id, 61, { idempotencyKey: 'r-1' })).toMatchObject({
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('is one transaction with its audit event and its entry in the change log', async () => {
    const { apiKey } = await create();
    await rotate(apiKey.id, 60);
    const [row] = await service.database.sql<{ changes: unknown; one: boolean; logged: number }>(
      `select e.changes, e.xmin = k.xmin and r.xmin = k.xmin as one,
         (select count(*)::int from revocation_log l where l.subject_id = k.id and l.kind = 'key' and l.xmin = k.xmin) as logged
       from api_keys k join audit_events e on e.target = $1 and e.action = 'rotateApiKey'
       join api_key_retiring_secrets r on r.api_key_id = k.id where 'key_' || keywright_base32(k.id) = $1`,
      [apiKey.id],
    );
    const oldSecretEndsAt = new Date(service.clock.now.getTime() + 60_000).toISOString();
    expect(row).toEqual({
      changes: { before: { secretNo: 1 }, after: { secretNo: 2, oldSecretEndsAt } },
      one: true,
      logged: 1,
    });
  });

  it('refuses a revoked and an expired key, and changes nothing', async () => {
    const { apiKey: revoked } = await create();
    await send(service, 'revokeApiKey', { id: revoked.id }, tenant.key);
    const { apiKey: brief } = await create({ expiresAt: new Date(service.clock.now.getTime() + 1000).toISOString() });
    const before = await checksum(service);
    expect(await rotate(revoked.id, 60)).toMatchObject({
      secret: null,
      userErrors: [{ code: 'WRONG_STATE', path: ['input', 'id'] }],
    });
    expect(await later(1000, () => rotate(brief.id, 60))).toMatchObject({
      userErrors: [{ code: 'WRONG_STATE', path: ['input', 'id'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it.each([-1, 2_592_001])('refuses a grace of %d seconds', async (graceSeconds) => {
    const { apiKey } = await create();
    const before = await checksum(service);
    expect(await rotate(apiKey.id, graceSeconds)).toMatchObject({
      userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'graceSeconds'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('unknown and foreign keys are not found, in the same bytes; a malformed id is told apart', async () => {
    const { apiKey } = await create();
    const other = await makeTenant(service);
    const before = await checksum(service);
    const [foreign, unknown] = await Promise.all(
      [apiKey.id, 'key_01k7ra3cp3fn78y00h48sm8nda'].map((id) =>
        sendRaw(service, 'rotateApiKey', { id, graceSeconds: 0 }, other.key),
      ),
    );
    expect(foreign?.data).toEqual(unknown?.data);
    expect(foreign?.data.rotateApiKey.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'id'] }]);
    expect(await rotate(tenant.id, 0)).toMatchObject({
      userErrors: [{ code: 'INVALID_INPUT', message: 'Expected an id that begins with key_.', path: ['input', 'id'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('hands nobody a secret that may do more, or lives longer, than the key that rotates', async () => {
    const at = (ms: number) => new Date(service.clock.now.getTime() + ms).toISOString();
    const { secret: narrow } = await create({ scopes: ['keywright:keys:write', 'a:*'], expiresAt: at(60_000) });
    const { apiKey: wide } = await create({ scopes: ['a:b', 'b:c'], expiresAt: at(30_000) });
    const { apiKey: long } = await create({ scopes: ['a:b'], expiresAt: at(60_001) });
    const { apiKey: endless } = await create({ scopes: ['a:b'] });
    const { apiKey: fitting, secret: old } = await create({ scopes: ['a:b'], expiresAt: at(60_000) });
    const before = await checksum(service);
    const attempt = (id: string) => send(service, 'rotateApiKey', { id, graceSeconds: 0 }, narrow);
    expect(await attempt(wide.id)).toMatchObject({
      secret: null,
      userErrors: [{ code: 'SCOPE_NOT_HELD', path: ['input', 'id'] }],
    });
    for (const { id } of [long, endless]) {
      expect(await attempt(id)).toMatchObject({
        secret: null,
        userErrors: [{ code: 'EXPIRES_TOO_LATE', path: ['input', 'id'] }],
      });
    }
    expect(await checksum(service)).toBe(before);
    expect((await attempt(fitting.id)).userErrors).toEqual([]);
    expect(await verdictOn(service, old)).toBe('INVALID');
  });

  it('to its owner a personal key is measured by what the ceiling leaves of it', async () => {
    const scopeCeiling = ['a:*', 'keywright:keys:*'];
    const { user } = await send(service, 'createUser', { email: 'measured@example.com', scopeCeiling }, tenant.key);
    const { apiKey } = await create({ ownerUserId: user.id, scopes: ['*', 'keywright:keys:*'] });
    const { secret: own } = await create({ ownerUserId: user.id, scopes: ['*', 'keywright:keys:*'] });
    const { secret, userErrors } = await send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: 0 }, own);
    expect(userErrors).toEqual([]);
    expect(await verdictOn(service, secret)).toBe('VALID');
  });

  it('to anybody but its owner a personal key counts whole: the ceiling over it may be raised later', async () => {
    const { user } = await send(service, 'createUser', { name: 'lowered', scopeCeiling: ['a:*'] }, tenant.key);
    const { apiKey } = await create({ ownerUserId: user.id, scopes: ['*'] });
    const { secret: narrow } = await create({ scopes: ['keywright:keys:write', 'a:*'] });
    const before = await checksum(service);
    expect(await send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: 0 }, narrow)).toMatchObject({
      secret: null,
      userErrors: [{ code: 'SCOPE_NOT_HELD', path: ['input', 'id'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('a key rotates itself, but a retiring secret does not renew itself past its grace', async () => {
    const { apiKey, secret: first } = await create({ scopes: ['keywright:keys:write'] });
    const { secret: second } = await send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: 60 }, first);
    expect(second).toMatch(/^kw_live_/);
    expect(await send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: 60 }, first)).toMatchObject({
      secret: null,
      userErrors: [{ code: 'EXPIRES_TOO_LATE' }],
    });
  });

  it('in one document, what each rotation answers is what it left', async () => {
    const { apiKey } = await create();
    const one = (name: string) =>
      `${name}: rotateApiKey(input: { id: "${apiKey.id}", graceSeconds: 60 }) { apiKey { secrets { no } } }`;
    const { data } = await service.graph(`mutation { ${one('a')} ${one('b')} ${one('c')} }`, {}, tenant.key);
    const numbers = (name: string) => data[name].apiKey.secrets.map((secret: { no: number }) => secret.no);
    expect([numbers('a'), numbers('b'), numbers('c')]).toEqual([
      [2, 1],
      [3, 2, 1],
      [4, 3, 2, 1],
    ]);
  });
});
