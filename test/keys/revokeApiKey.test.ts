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
const revoke = (id: string, reason?: string, key = tenant.key) => send(service, 'revokeApiKey', { id, reason }, key);

describe('revokeApiKey', () => {
  it('a revoked key is refused from the answer on, with every secret it had', async () => {
    const { apiKey, secret: old } = await create();
    const { secret } = await send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: 3600 }, tenant.key);
    expect(await revoke(apiKey.id, 'leaked')).toEqual({
      apiKey: {
        id: apiKey.id,
        status: 'REVOKED',
        isActive: false,
        revokedAt: service.clock.now.toISOString(),
        revocationReason: 'leaked',
        secrets: [],
      },
      userErrors: [],
    });
    expect([await verdictOn(service, old), await verdictOn(service, secret)]).toEqual(['REVOKED', 'REVOKED']);
  });

  it('a revoked key is no credential of this service either', async () => {
    const { apiKey, secret } = await create({ scopes: ['keywright:keys:*'] });
    expect((await service.graph('{ viewer { kind } }', {}, secret)).data).toEqual({ viewer: { kind: 'TENANT' } });
    await revoke(apiKey.id);
    const { status, errors } = await service.graph('{ viewer { kind } }', {}, secret);
    expect(status).toBe(401);
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('revoking twice changes nothing and answers the key as it is', async () => {
    const { apiKey } = await create();
    await revoke(apiKey.id, 'first');
    const before = await checksum(service);
    expect(await revoke(apiKey.id, 'second')).toMatchObject({
      apiKey: { status: 'REVOKED', revocationReason: 'first' },
      userErrors: [],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('is one transaction with its audit event and the change log, and takes the recovery locks along', async () => {
    const { apiKey } = await create();
    await revoke(apiKey.id, 'gone');
    const [row] = await service.database.sql<{ changes: unknown; one: boolean; logged: number; locks: number }>(
      `select e.changes, e.xmin = k.xmin as one,
         (select count(*)::int from revocation_log l where l.subject_id = k.id and l.kind = 'key' and l.xmin = k.xmin) as logged,
         (select count(*)::int from api_key_recovery r where r.api_key_id = k.id) as locks
       from api_keys k join audit_events e on e.target = $1 and e.action = 'revokeApiKey' where 'key_' || keywright_base32(k.id) = $1`,
      [apiKey.id],
    );
    const changes = { before: { status: 'active' }, after: { status: 'revoked', reason: 'gone' } };
    expect(row).toEqual({ changes, one: true, logged: 1, locks: 0 });
  });

  it('never loses: whoever rotates or revokes the key at the same moment, it is revoked, and nobody is refused for that', async () => {
    for (let round = 0; round < 5; round++) {
      const { apiKey } = await create();
      const [rotations, revocations] = await Promise.all([
        Promise.all(
          [1, 2, 3].map(() => send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: 60 }, tenant.key)),
        ),
        Promise.all([1, 2, 3].map(() => revoke(apiKey.id))),
      ]);
      for (const answer of revocations) expect(answer).toMatchObject({ apiKey: { status: 'REVOKED' }, userErrors: [] });
      const refused = rotations.flatMap((answer) => answer.userErrors.map((error: { code: string }) => error.code));
      expect(['CONCURRENT_CHANGE', 'WRONG_STATE']).toEqual(expect.arrayContaining([...new Set(refused)]));
      const events = await service.database.sql(
        "select 1 from audit_events where target = $1 and action = 'revokeApiKey'",
        [apiKey.id],
      );
      expect(events).toHaveLength(1);
    }
  });

  it('keeps the name of a revoked key', async () => {
    const { apiKey } = await create({ name: 'kept' });
    await revoke(apiKey.id);
    expect(await create({ name: 'KEPT' })).toMatchObject({ userErrors: [{ code: 'NAME_TAKEN' }] });
  });

  it.each([
    ['a reason of 501 characters', 'x'.repeat(501)],
    ['a control character', 'a\u001bb'],
    ['a blank reason', '   '],
  ])('refuses %s and changes nothing', async (_, reason) => {
    const { apiKey } = await create();
    const before = await checksum(service);
    expect(await revoke(apiKey.id, reason)).toMatchObject({
      userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'reason'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('somebody else’s key is not found, in the same bytes as one that is not there, and goes on working', async () => {
    const { apiKey, secret } = await create();
    const other = await makeTenant(service);
    const before = await checksum(service);
    const [foreign, unknown] = await Promise.all(
      [apiKey.id, 'key_01k7ra3cp3fn78y00h48sm8nda'].map((id) => sendRaw(service, 'revokeApiKey', { id }, other.key)),
    );
    expect(foreign?.data).toEqual(unknown?.data);
    expect(foreign?.data.revokeApiKey.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'id'] }]);
    expect(await checksum(service)).toBe(before);
    expect(await verdictOn(service, secret)).toBe('VALID');
  });

  it('a colleague’s personal key is not found either', async () => {
    const people = ['a@example.com', 'b@example.com'];
    const [mine, theirs] = await Promise.all(
      people.map(async (email) => {
        const { user } = await send(service, 'createUser', { email }, tenant.key);
        return create({ ownerUserId: user.id, scopes: ['keywright:keys:*'] });
      }),
    );
    expect(await revoke(theirs.apiKey.id, undefined, mine.secret)).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND' }],
    });
    expect(await revoke(mine.apiKey.id, undefined, mine.secret)).toMatchObject({ apiKey: { status: 'REVOKED' } });
  });
});
