import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createArgon2Queue } from '../../src/crypto/argon2Queue.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { bootstrapCaller } from '../../src/keys/bootstrap.ts';
import { rotateApiKey } from '../../src/keys/rotateApiKey.ts';
import { parseGlobalId } from '../../src/lib/ids.ts';
import { limits } from '../../src/lib/limits.ts';
import { openCtx } from '../../src/store/Ctx.ts';
import { createNodes } from '../../src/store/createNodes.ts';
import { openOrm } from '../../src/store/orm.ts';
import { recordUses } from '../../src/store/recordUses.ts';
import { openVerifierPool } from '../../src/store/verifierPool.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { countStatements } from '../support/statements.ts';
import { eventsOf, makeTenant, makeUser, send, sendRaw, verdictOn } from '../support/verbs.ts';

let service: TestService;
let tenant: { id: string; key: string; keyId: string };
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

const minuteMs = 60_000;
/** Every test begins in an hour of its own, so that what the one before wrote is never less than a minute behind. */
beforeEach(() => pass(60 * minuteMs));
function pass(ms: number): string {
  service.clock.now = new Date(service.clock.now.getTime() + ms);
  return service.clock.now.toISOString();
}

let count = 0;
async function newKey(input: Record<string, unknown> = {}): Promise<{ id: string; secret: string }> {
  const { apiKey, secret } = await send(service, 'createApiKey', { name: `used ${++count}`, ...input }, tenant.key);
  return { id: apiKey.id, secret };
}

/** What the graph says of a key, once all that waits is written. */
async function told(id: string) {
  await service.writeUses();
  const query =
    'query ($id: ID!) { apiKey(id: $id) { lastUsedAt updatedAt createdAt secrets { no lastUsedAt expiresAt } } }';
  return (await service.graph(query, { id }, service.platformKey)).data.apiKey;
}

describe('a use', () => {
  it('is a verification that answers VALID: key and secret tell it, and the key has not changed', async () => {
    const { id, secret } = await newKey();
    expect(await told(id)).toMatchObject({ lastUsedAt: null, secrets: [{ no: 1, lastUsedAt: null }] });
    const at = pass(1234);
    expect(await verdictOn(service, secret, {}, tenant.key)).toBe('VALID');
    const events = await eventsOf(service, id);
    const after = await told(id);
    expect(after).toMatchObject({ lastUsedAt: at, secrets: [{ no: 1, lastUsedAt: at }] });
    expect(after.updatedAt).toBe(after.createdAt);
    expect(await eventsOf(service, id)).toEqual(events);
  });

  it('costs the verification no statement', async () => {
    const { secret } = await newKey();
    await service.writeUses();
    const sent = await countStatements(() => verdictOn(service, secret, {}, tenant.key));
    // The key that is asked about: the caller's is known.
    expect(sent).toHaveLength(1);
    for (const text of sent) expect(text).toMatch(/^select /);
  });

  it('is one of each that is VALID among many', async () => {
    const [good, bad] = [await newKey(), await newKey({ scopes: ['orders:read'] })];
    const items = [{ token: good.secret }, { token: bad.secret, allOf: ['orders:write'] }];
    const at = pass(1);
    const { verifications } = await send(service, 'verifyApiKeys', { items }, tenant.key);
    expect(verifications.map(({ code }: { code: string }) => code)).toEqual(['VALID', 'INSUFFICIENT_SCOPE']);
    expect([(await told(good.id)).lastUsedAt, (await told(bad.id)).lastUsedAt]).toEqual([at, null]);
  });

  it('is a request that a key lets in, whatever comes of the request', async () => {
    const { id, secret } = await newKey({ scopes: [] });
    const at = pass(1);
    const { errors } = await sendRaw(service, 'createApiKey', { name: 'no right' }, secret);
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await told(id)).toMatchObject({ lastUsedAt: at, secrets: [{ lastUsedAt: at }] });
  });

  it.each([
    ['DISABLED', (id: string) => send(service, 'disableApiKey', { id }, tenant.key), {}],
    ['REVOKED', (id: string) => send(service, 'revokeApiKey', { id }, tenant.key), {}],
    ['INSUFFICIENT_SCOPE', async () => {}, { allOf: ['other:read'] }],
    ['WRONG_ENVIRONMENT', async () => {}, { environment: 'TEST' }],
    ['EXPIRED', async () => pass(25 * 60 * minuteMs), {}],
  ])('is none where the verdict is %s', async (code, change, want) => {
    const expiresAt = new Date(service.clock.now.getTime() + 24 * 60 * minuteMs).toISOString();
    const { id, secret } = await newKey({ expiresAt, scopes: ['orders:read'] });
    await change(id);
    expect(await verdictOn(service, secret, want, tenant.key)).toBe(code);
    expect((await told(id)).lastUsedAt).toBeNull();
  });

  it('is none where a stranger asks, a key lets nobody in, or its bearer ends it', async () => {
    const other = await makeTenant(service);
    const { id, secret } = await newKey();
    expect(await verdictOn(service, secret, {}, other.key)).toBe('INVALID');
    await send(service, 'disableApiKey', { id }, tenant.key);
    expect((await sendRaw(service, 'createApiKey', { name: 'resting' }, secret)).errors[0]?.extensions.code).toBe(
      'UNAUTHENTICATED',
    );
    await send(service, 'revokePresentedApiKey', { token: secret });
    expect((await told(id)).lastUsedAt).toBeNull();
  });

  it('is told to the minute, and never of a moment before the last', async () => {
    const { id, secret } = await newKey();
    const first = pass(1);
    await verdictOn(service, secret, {}, tenant.key);
    expect((await told(id)).lastUsedAt).toBe(first);
    pass(minuteMs - 1);
    await verdictOn(service, secret, {}, tenant.key);
    expect((await told(id)).lastUsedAt).toBe(first);
    // What is remembered was noted a moment ago, and is noted again after some seconds.
    const due = pass(limits.useNotedSeconds * 1000);
    await verdictOn(service, secret, {}, tenant.key);
    expect((await told(id)).lastUsedAt).toBe(due);
    pass(-10 * minuteMs);
    await verdictOn(service, secret, {}, tenant.key);
    expect((await told(id)).lastUsedAt).toBe(due);
    pass(10 * minuteMs);
  });

  it('of a personal key is its own, and of nobody else’s', async () => {
    const user = await makeUser(service, tenant.key);
    const { id } = await newKey({ ownerUserId: user.id });
    const at = pass(1);
    expect(await verdictOn(service, user.key, {}, tenant.key)).toBe('VALID');
    expect([(await told(user.keyId)).lastUsedAt, (await told(id)).lastUsedAt]).toEqual([at, null]);
  });
});

describe('a rotation', () => {
  const rotate = async (id: string) =>
    (await send(service, 'rotateApiKey', { id, graceSeconds: 3600 }, tenant.key)).secret as string;

  it('leaves the old secret its time, and the new one begins without', async () => {
    const { id, secret } = await newKey();
    const first = pass(1);
    await verdictOn(service, secret, {}, tenant.key);
    await service.writeUses();
    pass(minuteMs);
    const fresh = await rotate(id);
    expect(await told(id)).toMatchObject({
      lastUsedAt: first,
      secrets: [
        { no: 2, lastUsedAt: null },
        { no: 1, lastUsedAt: first },
      ],
    });
    const second = pass(minuteMs);
    await verdictOn(service, fresh, {}, tenant.key);
    const third = pass(minuteMs);
    await verdictOn(service, secret, {}, tenant.key);
    expect(await told(id)).toMatchObject({
      lastUsedAt: third,
      secrets: [
        { no: 2, lastUsedAt: second },
        { no: 1, lastUsedAt: third },
      ],
    });
    expect((await send(service, 'retireApiKeySecret', { id, secretNo: 1 }, tenant.key)).lastUsedAt).toBe(third);
    expect((await told(id)).lastUsedAt).toBe(third);
  });

  it('that comes between a use and its writing does not give the new secret the old one’s', async () => {
    const { id, secret } = await newKey();
    const at = pass(1);
    await verdictOn(service, secret, {}, tenant.key);
    await rotate(id);
    expect(await told(id)).toMatchObject({
      lastUsedAt: at,
      secrets: [
        { no: 2, lastUsedAt: null },
        { no: 1, lastUsedAt: at },
      ],
    });
  });

  it('that has read the key already goes on beside a use that is written, and its new secret begins without one', async () => {
    const { id } = await newKey();
    const { database, keyring, clock } = service;
    const { orm } = openOrm(database.service);
    const pool = openVerifierPool(database.service);
    const used = async (atMs: number) => {
      const uses = [{ keyId: parseGlobalId('ApiKey', id, []), secretNo: 1, atMs }];
      expect(await recordUses(pool, uses)).toEqual({ written: 1, kept: [] });
    };
    const queue = createArgon2Queue();
    const first = clock.now.getTime();
    const argon2Queue: typeof queue = {
      ...queue,
      // While argon2 runs, the rotation has read the key, and its transaction is not open yet.
      run: (job) =>
        queue.run(async () => {
          await used(first);
          return job();
        }),
    };
    const minting = { keyring, tokenPrefix: 'kw', randomBytes: systemRandom, argon2Queue };
    const parts = { orm, nodes: createNodes(pool), caller: bootstrapCaller, now: clock.now, requestId: null, minting };
    try {
      const rotated = await rotateApiKey(openCtx(parts), { id, graceSeconds: 3600 });
      expect(rotated.apiKey?.secretLastUsedAt).toBeNull();
      const expected = {
        lastUsedAt: clock.now.toISOString(),
        secrets: [{ lastUsedAt: null }, { lastUsedAt: clock.now.toISOString() }],
      };
      expect(await told(id)).toMatchObject(expected);
    } finally {
      await Promise.all([orm.close(true), pool.end()]);
    }
  });
});

it('lists are narrowed by it', async () => {
  const [never, once] = [await newKey({ scopes: ['narrow'] }), await newKey({ scopes: ['narrow'] })];
  const at = pass(1);
  await verdictOn(service, once.secret, {}, tenant.key);
  await service.writeUses();
  const found = async (filter: Record<string, unknown>) => {
    const query = 'query ($filter: ApiKeyFilter) { apiKeys(filter: $filter) { nodes { id } } }';
    const { data } = await service.graph(query, { filter: { scope: 'narrow', ...filter } }, tenant.key);
    return data.apiKeys.nodes.map(({ id }: { id: string }) => id);
  };
  expect(await found({ neverUsed: true })).toEqual([never.id]);
  expect(await found({ neverUsed: false })).toEqual([once.id]);
  expect(await found({ lastUsedAfter: at })).toEqual([once.id]);
  expect(await found({ lastUsedBefore: at })).toEqual([]);
});

it('the metrics tell what waits, what was written and what was not', async () => {
  await service.writeUses();
  const metrics = async () => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    return ['waiting', 'written_total', 'dropped_total'].map((name) =>
      Number(new RegExp(`^keywright_uses_${name} (\\d+)$`, 'm').exec(text)?.[1]),
    );
  };
  const [, before = Number.NaN] = await metrics();
  const { secret } = await newKey();
  await verdictOn(service, secret, {}, tenant.key);
  expect(await metrics()).toEqual([2, before, 0]);
  await service.writeUses();
  expect(await metrics()).toEqual([0, before + 2, 0]);
});
