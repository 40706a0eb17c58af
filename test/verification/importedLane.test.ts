import { Client, type Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseKeyring } from '../../src/crypto/keyring.ts';
import { wrapHash } from '../../src/crypto/tokenHash.ts';
import { Unavailable } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { openVerifierPool } from '../../src/store/verifierPool.ts';
import { createImportedLane } from '../../src/verification/importedLane.ts';
import { createImportedLookup } from '../../src/verification/importedLookup.ts';
import { entryOf, ringText } from '../crypto/samples.ts';
import { bringIn, bringInOne, digestOf, oldToken, row } from '../legacy/importing.ts';
import { noMemory, proveRow, proverOn } from '../support/provers.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { countStatements } from '../support/statements.ts';
import { checksum, makeTenant, send, sendRaw, verdictOn } from '../support/verbs.ts';

const ring = ringText([entryOf(1, 'active'), entryOf(2, 'pending'), entryOf(4, 'import:old')]);

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService({ ring });
  tenant = await makeTenant(service);
});
afterAll(() => service.close());
/** Every test begins where nothing was imported. */
beforeEach(async () => {
  await service.database.sql("delete from api_keys where source <> 'keywright'");
});

const importOne = (said: Record<string, unknown>) => bringInOne(service, tenant.id, said);

const pools: Pool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end();
});

/** Another node on the same database: a lane of its own, whose clock a test moves. `looked` runs before each answer. */
function node({ keyring = service.keyring, looked = async () => {} } = {}) {
  const pool = openVerifierPool(service.database.service, { name: 'test', connectionsMax: 2 });
  pools.push(pool);
  const clock = { ms: 1_000_000 };
  const lookup = createImportedLookup(pool);
  const imported = createImportedLane({
    keyring,
    monotonicMs: () => clock.ms,
    memory: noMemory(),
    async lookup(hashes) {
      const found = await lookup(hashes);
      await looked();
      return found;
    },
  });
  const prover = proverOn(pool, keyring, { imported });
  return { clock, find: async (token: string) => (await proveRow(prover, token))?.row.keyId, forget: imported.forget };
}

const statementsOf = async (work: () => Promise<unknown>) => (await countStatements(work)).length;
const idOf = async (keyId: string) =>
  (
    await service.database.sql<{ id: string }>("select id from api_keys where 'key_' || keywright_base32(id) = $1", [
      keyId,
    ])
  )[0]?.id;

describe('while nothing was imported', () => {
  it('a token of another shape costs one look at the forms in five seconds, however many are presented', async () => {
    const { find, clock } = node();
    expect(await statementsOf(() => Promise.all(Array.from({ length: 200 }, () => find(oldToken()))))).toBe(1);
    clock.ms += limits.importFormsAgeMs - 1;
    expect(await statementsOf(() => find(oldToken()))).toBe(0);
    clock.ms += 1;
    expect(await statementsOf(() => find(oldToken()))).toBe(1);
  });

  it('an import is found at once by the process that did it, and within five seconds by every other', async () => {
    const { find, clock } = node();
    const token = oldToken();
    expect(await find(token)).toBeUndefined();
    expect(await verdictOn(service, token)).toBe('INVALID');
    const key = await importOne(row({ token }));
    expect(await verdictOn(service, token)).toBe('VALID');
    clock.ms += limits.importFormsAgeMs - 1;
    expect(await find(token)).toBeUndefined();
    clock.ms += 1;
    expect(await find(token)).toBe(await idOf(key.id));
  });

  it('an import between a question and its answer is not missed by who asks next', async () => {
    const [looked, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { find, forget } = node({
      looked() {
        looked.resolve();
        return gate.promise;
      },
    });
    const token = oldToken();
    const early = find(oldToken());
    await looked.promise;
    const key = await importOne(row({ token }));
    forget();
    const next = find(token);
    gate.resolve();
    expect([await early, await next]).toEqual([undefined, await idOf(key.id)]);
  });
});

describe('while something is imported', () => {
  it('a token costs one statement, found or not, and one of our own shape costs none here', async () => {
    const token = oldToken();
    await importOne(row({ token }));
    const { secret } = await send(service, 'createApiKey', { name: `native ${token}` }, tenant.key);
    const mistyped = `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`;
    const { find } = node();
    await find(token);
    expect(await statementsOf(() => find(token))).toBe(1);
    expect(await statementsOf(() => find(oldToken()))).toBe(1);
    expect(await statementsOf(() => find(mistyped))).toBe(0);
    expect(await statementsOf(() => find(secret))).toBe(1);
    for (const text of ['', 'x'.repeat(limits.tokenCharsMax + 1)]) {
      expect(await statementsOf(() => find(text))).toBe(0);
    }
  });

  it('whatever is not found is INVALID, byte for byte as everywhere, and so is another tenant’s', async () => {
    const token = oldToken();
    await importOne(row({ token }));
    const other = await makeTenant(service);
    const mine = [`${token}x`, token.slice(1), oldToken(), token.toUpperCase(), '', 'kw_live_x'];
    const bodies = await Promise.all(
      mine.map(async (text) =>
        JSON.stringify((await sendRaw(service, 'verifyApiKey', { token: text }, tenant.key)).data),
      ),
    );
    bodies.push(JSON.stringify((await sendRaw(service, 'verifyApiKey', { token }, other.key)).data));
    expect(new Set(bodies).size).toBe(1);
    expect(bodies[0]).toContain('"code":"INVALID"');
  });

  it('verifying changes nothing, and tells the log nothing of the token', async () => {
    const token = oldToken();
    await importOne(row({ token }));
    const before = await checksum(service);
    await verdictOn(service, token);
    await verdictOn(service, `${token}x`);
    expect(await checksum(service)).toBe(before);
    expect(service.logged.join('')).not.toContain(token);
  });

  it('an imported key that is rotated has a token of ours, and its old one until the grace ends', async () => {
    const token = oldToken();
    const { id } = await importOne(row({ token }));
    const { secret } = await send(service, 'rotateApiKey', { id, graceSeconds: 60 });
    const { now } = service.clock;
    const verdicts = async () => [await verdictOn(service, token), await verdictOn(service, secret)];
    expect(await verdicts()).toEqual(['VALID', 'VALID']);
    service.clock.now = new Date(now.getTime() + 59_999);
    expect(await verdicts()).toEqual(['VALID', 'VALID']);
    service.clock.now = new Date(now.getTime() + 60_000);
    expect(await verdicts()).toEqual(['INVALID', 'VALID']);
    service.clock.now = now;
    const { verification } = await send(service, 'verifyApiKey', { token });
    expect(verification).toMatchObject({ keyId: id, expiresAt: new Date(now.getTime() + 60_000).toISOString() });
  });

  it('a token that came in twice, as itself and as a digest, ends with either of its keys', async () => {
    const token = oldToken();
    await importOne(row({ token }));
    const digest = digestOf.sha256?.(token).toString('hex');
    const { id } = await importOne({ ...row(), token: undefined, digest, scheme: 'sha256' });
    expect(await verdictOn(service, token)).toBe('VALID');
    await send(service, 'revokeApiKey', { id });
    expect(await verdictOn(service, token)).toBe('REVOKED');
  });

  it.each([false, true])('and does so where it seems to name its key (%s), and was remembered', async (names) => {
    const said = row();
    const first = await importOne(said);
    const kid = first.id.slice('key_'.length);
    const token = names ? `OLD-${kid}${'x'.repeat(63)}` : `OLD-${kid.slice(0, 20)}${'y'.repeat(40)}`;
    // The same row again with another token: the same key has that one now.
    expect((await importOne({ ...said, token })).id).toBe(first.id);
    expect(await verdictOn(service, token)).toBe('VALID');
    const digest = digestOf.sha256?.(token).toString('hex');
    const { id } = await importOne({ ...row(), token: undefined, digest, scheme: 'sha256' });
    await send(service, 'revokeApiKey', { id });
    expect(await verdictOn(service, token)).toBe('REVOKED');
  });

  it('one that many present at one moment is looked for once, and none of them is told to try again', async () => {
    const token = oldToken();
    await importOne(row({ token }));
    await verdictOn(service, token);
    // Whatever was remembered of imported tokens is not any more.
    await importOne(row({ token: oldToken() }));
    const verdicts = await Promise.all(Array.from({ length: 150 }, () => verdictOn(service, token)));
    expect(new Set(verdicts)).toEqual(new Set(['VALID']));
  });

  it('a row that gets another form between two looks is found in it', async () => {
    const token = oldToken();
    const key = await importOne(row({ token }));
    const { find } = node();
    const id = await find(token);
    const [stored] = await service.database.sql<{ hash: Buffer; version: string }>(
      'select token_hash as hash, token_hash_key_version as version from api_keys where id = $1',
      [id],
    );
    const owner = { keyId: id ?? '', tenantId: id ?? '' };
    const wrapped = wrapHash(service.keyring, 2, { ...owner, hash: stored?.hash ?? Buffer.alloc(0), version: '1/raw' });
    if (wrapped === 'too-deep') throw new Error(wrapped);
    await service.database.sql('update api_keys set token_hash = $1, token_hash_key_version = $2 where id = $3', [
      wrapped.hash,
      wrapped.version,
      id,
    ]);
    const found = await countStatements(async () => expect(await find(token)).toBe(await idOf(key.id)));
    expect(found.filter((statement) => statement.includes('token_hash = any'))).toHaveLength(2);
    expect(await statementsOf(() => find(token))).toBe(1);
    expect(await verdictOn(service, token)).toBe('VALID');
  });

  it('a ring that lacks a key or a pepper cannot tell, and says so instead of INVALID', async () => {
    const token = oldToken();
    const digest = digestOf['hmac:old']?.(oldToken()).toString('hex');
    await bringIn(service, tenant.id, [row({ token }), { ...row(), token: undefined, digest, scheme: 'hmac:old' }]);
    const poorer = node({ keyring: parseKeyring(ringText([entryOf(1, 'active')]), 'the test') });
    expect(await poorer.find(token)).toEqual(expect.any(String));
    await expect(poorer.find(oldToken())).rejects.toBeInstanceOf(Unavailable);
    const another = node({ keyring: parseKeyring(ringText([entryOf(3, 'active')], { active: 3 }), 'the test') });
    await expect(another.find(token)).rejects.toBeInstanceOf(Unavailable);
  });

  it('what was hashed with a key that is lost is lost with it, and keeps no other token waiting', async () => {
    const token = oldToken();
    await importOne(row({ token }));
    const peppers = [entryOf(4, 'import:old')];
    const keys = [entryOf(1, 'lost', { material: undefined }), entryOf(3, 'active'), ...peppers];
    const { find } = node({ keyring: parseKeyring(ringText(keys, { active: 3 }), 'the test') });
    expect(await find(token)).toBeUndefined();
    expect(await find(oldToken())).toBeUndefined();
    expect(await node().find(token)).toEqual(expect.any(String));
  });
});

describe('the ration', () => {
  it('is a hundred look-ups in any second; beyond it nobody is refused, and native tokens notice nothing', async () => {
    const token = oldToken();
    await importOne(row({ token }));
    const { secret } = await send(service, 'createApiKey', { name: `native ${token}` }, tenant.key);
    const { find, clock } = node();
    const look = (times: number) => Promise.allSettled(Array.from({ length: times }, () => find(oldToken())));
    // The first of them learns of the forms besides.
    const first = await look(99);
    expect(first.filter(({ status }) => status === 'fulfilled')).toHaveLength(99);
    await expect(find(token)).rejects.toMatchObject({ name: 'Unavailable', retryAfterSeconds: 1 });
    expect(await statementsOf(() => find(token).catch(() => {}))).toBe(0);
    expect(await statementsOf(async () => expect(await find(secret)).toEqual(expect.any(String)))).toBe(1);
    clock.ms += 999;
    await expect(find(token)).rejects.toBeInstanceOf(Unavailable);
    clock.ms += 1;
    expect(await find(token)).toEqual(expect.any(String));
  });

  it('has connections of its own, two at most', async () => {
    await importOne(row({ token: oldToken() }));
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => verdictOn(service, oldToken())));
    expect(new Set(verdicts)).toEqual(new Set(['INVALID']));
    const [{ connections }] = (await service.database.sql(
      `select count(*)::int as connections from pg_stat_activity
       where datname = current_database() and application_name = 'keywright imported'`,
    )) as [{ connections: number }];
    expect(connections).toBe(limits.importedPoolConnectionsMax);
  });

  it('a database that does not answer is UNAVAILABLE, and no verdict', async () => {
    const token = oldToken();
    await importOne(row({ token }));
    const { find } = node();
    const somebody = new Client(service.database.admin);
    await somebody.connect();
    await somebody.query('begin; lock table api_keys');
    await expect(find(token)).rejects.toBeInstanceOf(Unavailable);
    await somebody.query('rollback');
    await somebody.end();
    expect(await find(token)).toEqual(expect.any(String));
  });
});
