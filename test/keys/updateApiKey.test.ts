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

let count = 0;
const create = (input: Record<string, unknown> = {}, key = tenant.key) =>
  send(service, 'createApiKey', { name: `key ${++count}`, ...input }, key);

const update = (id: string, input: Record<string, unknown>, key = tenant.key) =>
  send(service, 'updateApiKey', { id, ...input }, key);
const inSeconds = (seconds: number) => new Date(service.clock.now.getTime() + seconds * 1000).toISOString();
const logged = async (id: string) =>
  (await service.database.sql("select 1 from revocation_log where 'key_' || keywright_base32(subject_id) = $1", [id]))
    .length;

describe('updateApiKey', () => {
  it('changes what is given and leaves what is absent, and the audit says what it was', async () => {
    const { apiKey } = await create({ scopes: ['a:read'], metadata: { team: 1 }, expiresAt: inSeconds(60) });
    const changes = { name: 'renamed', scopes: ['a:read', 'b:read'], metadata: { team: 2 }, notBefore: inSeconds(5) };
    expect(await update(apiKey.id, changes)).toMatchObject({
      apiKey: { ...changes, expiresAt: inSeconds(60), updatedAt: service.clock.now.toISOString() },
      userErrors: [],
    });
    const [, event] = await eventsOf(service, apiKey.id);
    expect(event).toEqual({
      action: 'updateApiKey',
      changes: {
        before: { name: apiKey.name, scopes: ['a:read'], metadata: { team: 1 }, notBefore: null },
        after: changes,
      },
    });
  });

  it('the next verification judges by it, and answers it', async () => {
    const { apiKey, secret } = await create({ scopes: ['a:read'] });
    await update(apiKey.id, { scopes: ['b:read'], metadata: { n: 1 } });
    expect(await verdictOn(service, secret, { allOf: ['a:read'] })).toBe('INSUFFICIENT_SCOPE');
    const { verification } = await send(service, 'verifyApiKey', { token: secret, allOf: ['b:read'] });
    expect(verification).toMatchObject({ code: 'VALID', scopes: ['b:read'], metadata: { n: 1 } });
    expect(await logged(apiKey.id)).toBe(1);
  });

  it('what is no part of a verdict is not in the log of what verdicts depend on', async () => {
    const { apiKey } = await create();
    await update(apiKey.id, { name: 'only a name' });
    expect(await logged(apiKey.id)).toBe(0);
  });

  it('null removes a window and metadata, and never a name or scopes', async () => {
    const { apiKey } = await create({ metadata: { a: 1 }, notBefore: inSeconds(1), expiresAt: inSeconds(60) });
    expect(await update(apiKey.id, { metadata: null, notBefore: null, expiresAt: null })).toMatchObject({
      apiKey: { metadata: {}, notBefore: null, expiresAt: null },
    });
    for (const field of ['name', 'scopes']) {
      expect(await update(apiKey.id, { [field]: null })).toMatchObject({
        apiKey: null,
        userErrors: [{ code: 'INVALID_INPUT', path: ['input', field] }],
      });
    }
  });

  it('what changes nothing writes nothing', async () => {
    const { apiKey } = await create({ metadata: { a: 1, bb: { c: 1, dd: 2 } } });
    const before = await checksum(service);
    const same = { name: apiKey.name, scopes: [], metadata: { bb: { dd: 2, c: 1 }, a: 1 }, expiresAt: null };
    expect((await update(apiKey.id, same)).userErrors).toEqual([]);
    expect(await checksum(service)).toBe(before);
  });

  it('nobody adds a scope that they do not hold; what the key has may stay, and go', async () => {
    const { secret: weak } = await create({ scopes: ['keywright:keys:write', 'a:*'] });
    const { apiKey } = await create({ scopes: ['a:read', 'b:read'] });
    const before = await checksum(service);
    expect(await update(apiKey.id, { scopes: ['a:read', 'b:write'] }, weak)).toMatchObject({
      apiKey: null,
      userErrors: [{ code: 'SCOPE_NOT_HELD', path: ['input', 'scopes'] }],
    });
    expect(await checksum(service)).toBe(before);
    expect((await update(apiKey.id, { scopes: ['a:write', 'b:read'] }, weak)).userErrors).toEqual([]);
    expect((await update(apiKey.id, { scopes: [] }, weak)).userErrors).toEqual([]);
  });

  it('a credential that ends moves no end beyond its own, and may bring one nearer', async () => {
    const { secret: brief } = await create({ scopes: ['keywright:keys:write'], expiresAt: inSeconds(100) });
    const { apiKey } = await create({ expiresAt: inSeconds(1000) });
    const before = await checksum(service);
    for (const expiresAt of [inSeconds(1001), null]) {
      expect(await update(apiKey.id, { expiresAt }, brief)).toMatchObject({
        userErrors: [{ code: 'EXPIRES_TOO_LATE', path: ['input', 'expiresAt'] }],
      });
    }
    expect(await checksum(service)).toBe(before);
    expect((await update(apiKey.id, { expiresAt: inSeconds(900) }, brief)).userErrors).toEqual([]);
    expect((await update(apiKey.id, { expiresAt: inSeconds(901) }, brief)).userErrors).toHaveLength(1);
    expect((await update(apiKey.id, { expiresAt: inSeconds(2000) })).userErrors).toEqual([]);
  });

  it('nobody gives a key time for scopes that they do not hold; a shorter time is anybody’s to set', async () => {
    const { secret: weak } = await create({ scopes: ['keywright:keys:write', 'a:*'] });
    const window = { notBefore: inSeconds(10), expiresAt: inSeconds(100) };
    const { apiKey: wide } = await create({ scopes: ['b:read'], ...window });
    const { apiKey: fitting } = await create({ scopes: ['a:read'], ...window });
    const before = await checksum(service);
    for (const [field, times] of [
      ['expiresAt', [inSeconds(101), null]],
      ['notBefore', [inSeconds(9), null]],
    ] as const) {
      for (const time of times) {
        expect(await update(wide.id, { [field]: time }, weak)).toMatchObject({
          apiKey: null,
          userErrors: [{ code: 'SCOPE_NOT_HELD', path: ['input', field] }],
        });
      }
    }
    expect(await checksum(service)).toBe(before);
    expect((await update(wide.id, { notBefore: inSeconds(11), expiresAt: inSeconds(99) }, weak)).userErrors).toEqual(
      [],
    );
    expect((await update(fitting.id, { notBefore: null, expiresAt: null }, weak)).userErrors).toEqual([]);
    const lost = { scopes: [], notBefore: null, expiresAt: null };
    expect((await update(wide.id, lost, weak)).userErrors).toEqual([]);
  });

  it('a credential that ends adds nothing to a key that lives longer, and starts none before its time', async () => {
    const { secret: brief } = await create({ scopes: ['keywright:keys:write', 'a:*'], expiresAt: inSeconds(100) });
    const { apiKey } = await create({ scopes: ['a:read'], notBefore: inSeconds(10), expiresAt: inSeconds(101) });
    const before = await checksum(service);
    for (const [field, value] of [
      ['scopes', ['a:read', 'a:write']],
      ['notBefore', inSeconds(9)],
    ] as const) {
      expect(await update(apiKey.id, { [field]: value }, brief)).toMatchObject({
        apiKey: null,
        userErrors: [{ code: 'EXPIRES_TOO_LATE', path: ['input', field] }],
      });
    }
    expect(await checksum(service)).toBe(before);
    const bounded = { scopes: ['a:write'], notBefore: null, expiresAt: inSeconds(100) };
    expect((await update(apiKey.id, bounded, brief)).userErrors).toEqual([]);
  });

  it('a person gives their own key no more time than they hold its scopes', async () => {
    const ada = await makeUser(service, tenant.key, ['keywright:keys:write']);
    const { apiKey } = await create({ ownerUserId: ada.id, scopes: ['b:read'], expiresAt: inSeconds(100) });
    const before = await checksum(service);
    expect(await update(apiKey.id, { expiresAt: null }, ada.key)).toMatchObject({
      userErrors: [{ code: 'SCOPE_NOT_HELD', path: ['input', 'expiresAt'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it.each([
    ['an expiry in the past', () => ({ expiresAt: inSeconds(0) }), 'expiresAt'],
    ['a beginning after the end that it has', () => ({ notBefore: inSeconds(60) }), 'notBefore'],
    ['an end before the beginning that it has', () => ({ expiresAt: inSeconds(5) }), 'expiresAt'],
    ['a blank name', () => ({ name: ' ' }), 'name'],
    ['a scope that is none', () => ({ scopes: ['a b'] }), 'scopes'],
    ['metadata that is no object', () => ({ metadata: [1] }), 'metadata'],
  ])('refuses %s and changes nothing', async (_what, input, field) => {
    const { apiKey } = await create({ notBefore: inSeconds(5), expiresAt: inSeconds(60) });
    const before = await checksum(service);
    const { apiKey: none, userErrors } = await update(apiKey.id, input());
    expect(none).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT' }]);
    expect(userErrors[0].path.slice(0, 2)).toEqual(['input', field]);
    expect(await checksum(service)).toBe(before);
  });

  it('a name is taken whatever its case, and the revoked keep theirs', async () => {
    const { apiKey: holder } = await create({ name: 'Held' });
    const { apiKey } = await create();
    await send(service, 'revokeApiKey', { id: holder.id }, tenant.key);
    expect(await update(apiKey.id, { name: 'HELD' })).toMatchObject({ userErrors: [{ code: 'NAME_TAKEN' }] });
    expect((await update(holder.id, { name: 'was held' })).userErrors).toEqual([]);
    expect((await update(apiKey.id, { name: 'HELD' })).userErrors).toEqual([]);
  });

  it('a gateway’s identifier is the platform’s to set, and taken across tenants', async () => {
    const { apiKey } = await create();
    const before = await checksum(service);
    const denied = await sendRaw(service, 'updateApiKey', { id: apiKey.id, externalKeyId: 'gw-1' }, tenant.key);
    expect(denied.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await checksum(service)).toBe(before);
    expect(await update(apiKey.id, { externalKeyId: 'gw-1' }, service.platformKey)).toMatchObject({
      apiKey: { externalKeyId: 'gw-1' },
    });
    const other = await makeTenant(service);
    expect(await update(other.keyId, { externalKeyId: 'gw-1' }, service.platformKey)).toMatchObject({
      userErrors: [{ code: 'EXTERNAL_KEY_ID_TAKEN', path: ['input', 'externalKeyId'] }],
    });
  });

  it('of a revoked key only the name and the metadata change', async () => {
    const { apiKey } = await create();
    await send(service, 'revokeApiKey', { id: apiKey.id }, tenant.key);
    for (const input of [{ scopes: [] }, { notBefore: null }, { expiresAt: null }]) {
      expect(await update(apiKey.id, input)).toMatchObject({
        userErrors: [{ code: 'WRONG_STATE', path: ['input', 'id'] }],
      });
    }
    expect(await update(apiKey.id, { metadata: { closed: true } })).toMatchObject({ userErrors: [] });
  });

  it('a person changes their own keys; another’s and the tenant’s are not found', async () => {
    const ada = await makeUser(service, tenant.key);
    const bob = await makeUser(service, tenant.key);
    expect((await update(ada.keyId, { name: 'mine' }, ada.key)).userErrors).toEqual([]);
    const before = await checksum(service);
    for (const id of [bob.keyId, tenant.keyId]) {
      expect(await update(id, { name: 'not mine' }, ada.key)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    }
    expect(await checksum(service)).toBe(before);
  });
});
