import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Argon2Queue, createArgon2Queue } from '../../src/crypto/argon2Queue.ts';
import type { Keyring } from '../../src/crypto/keyring.ts';
import { preOf } from '../../src/crypto/recoveryLock.ts';
import { parseToken } from '../../src/crypto/token.ts';
import { hashSecret, wrapHash } from '../../src/crypto/tokenHash.ts';
import { Unavailable } from '../../src/lib/errors.ts';
import { newUuid } from '../../src/lib/ids.ts';
import { limits } from '../../src/lib/limits.ts';
import { readKnownPres } from '../../src/store/recoveryLocks.ts';
import { openRecoveryPool, openVerifierPool } from '../../src/store/verifierPool.ts';
import type { Prover } from '../../src/verification/prove.ts';
import { createRecovery } from '../../src/verification/recovery.ts';
import { createRehash } from '../../src/verification/rehash.ts';
import { ringOf } from '../crypto/samples.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertLock, insertMintedKeys, type MintedKey, mintFor, rowOf } from '../support/mintedKeys.ts';
import { proveRow, proverOn } from '../support/provers.ts';
import { insertTenant } from '../support/rows.ts';
import { countStatements } from '../support/statements.ts';

/** The ring that was lost, and the one that was made after it. */
const lostRing = ringOf({ 1: 'active' });
const newRing = ringOf({ 1: 'lost', 2: 'active' });

let database: TestDatabase;
let pool: Pool;
let recoveryPool: Pool;
let tenantId: string;
const clock = { now: new Date() };
beforeAll(async () => {
  database = await createDatabase();
  pool = openVerifierPool(database.service);
  recoveryPool = openRecoveryPool(database.service);
  tenantId = await insertTenant(database);
});
afterAll(async () => {
  await Promise.all([pool.end(), recoveryPool.end()]);
  await database.drop();
});

type Recovering = { readonly prover: Prover; readonly runs: { count: number }; readonly rekeyed: string[] };

/** A process in recovery, as it is right after its start, that counts its runs of argon2. */
async function recovering(ring: Keyring = newRing, queue: Argon2Queue = createArgon2Queue()): Promise<Recovering> {
  const runs = { count: 0 };
  const rekeyed: string[] = [];
  const counting: Argon2Queue = {
    ...queue,
    run: (job, options) =>
      queue.run(() => {
        runs.count++;
        return job();
      }, options),
  };
  const known = await readKnownPres(database.service, [1]);
  const onRekeyed = (keyId: string) => rekeyed.push(keyId);
  const parts = { pool: recoveryPool, keyring: ring, known, queue: counting, clock: () => clock.now, onRekeyed };
  const rehash = createRehash({ pool, keyring: ring, onFault: (error) => expect.fail(String(error)) });
  return {
    prover: proverOn(pool, ring, { rehash, recovery: createRecovery(parts) }),
    runs,
    rekeyed,
  };
}

async function lostKey(): Promise<MintedKey> {
  const [key] = await insertMintedKeys(database, lostRing, { tenantId, count: 1, locked: true });
  if (key === undefined) throw new Error('No key was made.');
  return key;
}

/** The hash in a row, as the database writes it. */
const hashText = (key: MintedKey) => `\\x${hashSecret(newRing, 2, { ...key, tenantId }).toString('hex')}`;

/** Another secret for the key, current from now on; the one before retires until an hour from now. */
async function rotate(
  key: MintedKey,
  { grace, ring = lostRing }: { grace: boolean; ring?: Keyring },
): Promise<MintedKey> {
  const next = mintFor(ring, key.keyId);
  if (grace) {
    await database.sql(
      `insert into api_key_retiring_secrets
         (api_key_id, secret_no, tenant_id, token_hash, token_hash_key_version, minted_key_no, created_at, expires_at)
       select id, secret_no, tenant_id, token_hash, token_hash_key_version, minted_key_no, now(), $2 from api_keys where id = $1`,
      [key.keyId, new Date(clock.now.getTime() + 3_600_000)],
    );
  } else await database.sql('delete from api_key_recovery where api_key_id = $1', [key.keyId]);
  await database.sql(
    'update api_keys set secret_no = 2, token_hash = $2, token_hash_key_version = $3, minted_key_no = $4 where id = $1',
    [key.keyId, hashSecret(ring, ring.activeNo, { ...next, tenantId }), String(ring.activeNo), ring.activeNo],
  );
  await insertLock(database, next, { tenantId, secretNo: 2 });
  return next;
}

describe('a token of a lost ring', () => {
  it('is proven by its lock once, and by its new hash from then on; nothing else of its row changes', async () => {
    const key = await lostKey();
    const old = await rowOf(database, key.keyId);
    const { prover, runs, rekeyed } = await recovering();
    expect(await proveRow(prover, key.token)).toMatchObject({ row: { keyId: key.keyId }, secret: { version: '2' } });
    expect(runs.count).toBe(1);
    expect(rekeyed).toEqual([key.keyId]);
    expect(await rowOf(database, key.keyId)).toEqual({
      ...old,
      token_hash: hashText(key),
      token_hash_key_version: '2',
    });
    // Minted under a lost number, it has no tag to check still; and it costs what any other costs.
    const statements = await countStatements(async () => {
      expect((await proveRow(prover, key.token))?.secret.version).toBe('2');
    });
    expect(statements).toHaveLength(1);
    const restarted = await recovering();
    expect((await proveRow(restarted.prover, key.token))?.secret.version).toBe('2');
    expect([runs.count, restarted.runs.count]).toEqual([1, 0]);
  });

  it('presented many times at once is proven once', async () => {
    const key = await lostKey();
    const { prover, runs, rekeyed } = await recovering();
    const proofs = await Promise.all(Array.from({ length: 20 }, () => proveRow(prover, key.token)));
    expect(proofs.map((proof) => proof?.secret.version)).toEqual(proofs.map(() => '2'));
    expect([runs.count, rekeyed.length]).toEqual([1, 1]);
  });

  it('and another of the same key, at once, are each proven by its own lock', async () => {
    const key = await lostKey();
    const next = await rotate(key, { grace: true });
    const { prover, runs } = await recovering();
    const proofs = await Promise.all([proveRow(prover, key.token), proveRow(prover, next.token)]);
    expect(proofs.map((proof) => [proof?.secret.no, proof?.secret.version])).toEqual([
      [1, '2'],
      [2, '2'],
    ]);
    expect(runs.count).toBe(2);
  });

  it('whose row was read before it was re-keyed is not proven again', async () => {
    const key = await lostKey();
    const { prover, runs, rekeyed } = await recovering();
    const stale = (await prover.flights.findFresh(key.keyId)).row;
    expect((await proveRow(prover, key.token))?.secret.version).toBe('2');
    const parsed = parseToken(key.token);
    if (stale === undefined || parsed === undefined) throw new Error('The key is not there.');
    expect(await prover.recovery?.rekey(parsed, stale)).toBe(true);
    expect([runs.count, rekeyed.length]).toEqual([1, 1]);
  });

  it('presented to two processes at once is good in both', async () => {
    const key = await lostKey();
    const [one, other] = [await recovering(), await recovering()];
    const proofs = await Promise.all([proveRow(one.prover, key.token), proveRow(other.prover, key.token)]);
    expect(proofs.map((proof) => proof?.secret.version)).toEqual(['2', '2']);
    expect(one.rekeyed.length + other.rekeyed.length).toBe(1);
    expect(await rowOf(database, key.keyId)).toMatchObject({ token_hash: hashText(key) });
  });

  it('comes back with its wraps, and where only a key between them is lost', async () => {
    const wide = ringOf({ 1: 'lost', 2: 'verify', 3: 'active' });
    const key = await lostKey();
    const hash = hashSecret(lostRing, 1, { ...key, tenantId });
    const wrapped = wrapHash(wide, 2, { keyId: key.keyId, tenantId, version: '1', hash });
    if (wrapped === 'too-deep') throw new Error('Expected a wrap.');
    const values = [wrapped.hash, wrapped.version, key.keyId];
    await database.sql('update api_keys set token_hash = $1, token_hash_key_version = $2 where id = $3', values);
    const { prover, runs } = await recovering(wide);
    expect((await proveRow(prover, key.token))?.secret.version).toBe('3');
    expect(runs.count).toBe(1);
  });

  it('comes back, too, where its tag can be checked and its hash cannot', async () => {
    // Minted under a key that came back from a backup, hashed since under one that did not.
    const [key] = await insertMintedKeys(database, ringOf({ 2: 'active' }), { tenantId, count: 1, locked: true });
    if (key === undefined) throw new Error('No key was made.');
    const hash = hashSecret(ringOf({ 1: 'active' }), 1, { ...key, tenantId });
    await database.sql("update api_keys set token_hash = $1, token_hash_key_version = '1' where id = $2", [
      hash,
      key.keyId,
    ]);
    const { prover, runs } = await recovering();
    expect((await proveRow(prover, key.token))?.secret.version).toBe('2');
    expect(runs.count).toBe(1);
  });

  it('of a retiring secret comes back while its grace lasts, and not after it', async () => {
    const [key, ended] = [await lostKey(), await lostKey()];
    const next = await rotate(key, { grace: true });
    await rotate(ended, { grace: true });
    const { prover, runs } = await recovering();
    expect((await proveRow(prover, key.token))?.secret).toMatchObject({ no: 1, version: '2' });
    expect((await proveRow(prover, next.token))?.secret).toMatchObject({ no: 2, version: '2' });
    expect(runs.count).toBe(2);
    const { now } = clock;
    clock.now = new Date(now.getTime() + 3_600_000);
    expect(await proveRow(prover, ended.token)).toBeUndefined();
    clock.now = now;
    expect(runs.count).toBe(2);
    expect(await versionsOf(ended.keyId)).toEqual(['1', '1']);
  });

  it('is refused once its secret was rotated out, revoked or never had a lock, and costs no argon2', async () => {
    const [rotated, revoked, unlocked, unswept] = [await lostKey(), await lostKey(), await lostKey(), await lostKey()];
    // They were good when this process started.
    const { prover, runs } = await recovering();
    await rotate(rotated, { grace: false });
    await database.sql("update api_keys set status = 'revoked', revoked_at = now() where id = $1", [revoked.keyId]);
    await database.sql('delete from api_key_recovery where api_key_id = $1', [unlocked.keyId]);
    // Even a lock that was left behind opens nothing.
    await rotate(unswept, { grace: false });
    await insertLock(database, unswept, { tenantId, secretNo: 1 });
    for (const { token } of [rotated, revoked, unlocked, unswept])
      expect(await proveRow(prover, token)).toBeUndefined();
    expect(runs.count).toBe(0);
  });

  it('is refused when its lock does not open, and its row stays as it was', async () => {
    const [key, other] = [await lostKey(), await lostKey()];
    await database.sql(
      'update api_key_recovery set secret_phc = (select secret_phc from api_key_recovery where api_key_id = $2) where api_key_id = $1',
      [key.keyId, other.keyId],
    );
    const old = await rowOf(database, key.keyId);
    const { prover, runs } = await recovering();
    expect(await proveRow(prover, key.token)).toBeUndefined();
    expect(runs.count).toBe(1);
    expect(await rowOf(database, key.keyId)).toEqual(old);
  });

  it('is refused when it is rotated out while its lock is being opened, and brings no old secret back', async () => {
    const key = await lostKey();
    const queue = createArgon2Queue();
    let next: MintedKey | undefined;
    const meanwhile: Argon2Queue = {
      ...queue,
      run: (job) =>
        queue.run(async () => {
          const opened = await job();
          next ??= await rotate(key, { grace: false, ring: newRing });
          return opened;
        }),
    };
    const { prover, rekeyed } = await recovering(newRing, meanwhile);
    expect(await proveRow(prover, key.token)).toBeUndefined();
    expect(rekeyed).toEqual([]);
    expect(await rowOf(database, key.keyId)).toMatchObject({ secret_no: 2, token_hash_key_version: '2' });
    expect((await proveRow(prover, next?.token ?? ''))?.secret.no).toBe(2);
  });

  it('of the other environment than its key’s is refused before anything is looked for', async () => {
    const keyId = newUuid();
    const bytes = Buffer.alloc(32, 7);
    const random = () => bytes;
    const key = mintFor(lostRing, keyId, { random });
    await database.sql(
      `insert into api_keys (id, tenant_id, name, environment, token_hash, token_hash_key_version, minted_key_no)
       values ($1, $2, 'live alone', 'live', $3, '1', 1)`,
      [keyId, tenantId, hashSecret(lostRing, 1, { ...key, tenantId })],
    );
    await insertLock(database, key, { tenantId, secretNo: 1 });
    const { prover, runs } = await recovering();
    expect(await proveRow(prover, mintFor(lostRing, keyId, { random, environment: 'test' }).token)).toBeUndefined();
    expect(runs.count).toBe(0);
    expect((await proveRow(prover, key.token))?.row.environment).toBe('live');
  });

  it('is refused, before the database, by a process that is not in recovery', async () => {
    const key = await lostKey();
    const { prover } = await recovering();
    const statements = await countStatements(async () => {
      expect(await proveRow({ ...prover, recovery: undefined }, key.token)).toBeUndefined();
    });
    expect(statements).toEqual([]);
  });
});

describe('a stranger who knows a key id', () => {
  it('gets no further than with a wrong tag: no statement, and no argon2', async () => {
    const key = await lostKey();
    const { prover, runs } = await recovering();
    const guesses = Array.from({ length: 200 }, () => mintFor(lostRing, key.keyId).token);
    const statements = await countStatements(async () => {
      for (const guess of guesses) expect(await proveRow(prover, guess)).toBeUndefined();
    });
    expect(statements).toEqual([]);
    expect(runs.count).toBe(0);
  });

  it('neither fills the queue nor locks the owner out, however much is guessed meanwhile', async () => {
    const key = await lostKey();
    const old = await rowOf(database, key.keyId);
    const { prover, runs } = await recovering(newRing, createArgon2Queue({ concurrency: 1, waitingMax: 0 }));
    const guess = () => proveRow(prover, mintFor(lostRing, key.keyId).token);
    const guesses = [...Array.from({ length: 1_000 }, guess)];
    const own = proveRow(prover, key.token);
    guesses.push(...Array.from({ length: 1_000 }, guess));
    expect((await Promise.all(guesses)).every((proof) => proof === undefined)).toBe(true);
    expect((await own)?.secret.version).toBe('2');
    expect(runs.count).toBe(1);
    expect(await rowOf(database, key.keyId)).toEqual({
      ...old,
      token_hash: hashText(key),
      token_hash_key_version: '2',
    });
  });
});

describe('a full queue', () => {
  it('is told as "I cannot tell", never as a refusal, and the same token is good a moment later', async () => {
    const [first, second] = [await lostKey(), await lostKey()];
    const queue = createArgon2Queue({ concurrency: 1, waitingMax: 0, whenFull: 'full' });
    const { prover, runs } = await recovering(newRing, queue);
    const busy = Promise.withResolvers<void>();
    const holding = queue.run(() => busy.promise);
    for (const { token } of [first, second]) {
      const answer = await proveRow(prover, token).catch((error: unknown) => error);
      expect(answer).toBeInstanceOf(Unavailable);
      expect(answer).toMatchObject({ message: 'full' });
    }
    expect(runs.count).toBe(0);
    expect(await versionsOf(first.keyId)).toEqual(['1']);
    busy.resolve();
    await holding;
    for (const { token } of [first, second]) expect((await proveRow(prover, token))?.secret.version).toBe('2');
  });
});

describe('the memory of what was minted under lost numbers', () => {
  it('is read to the end, however many there are', async () => {
    const other = await createDatabase();
    const count = limits.recoveryLocksPerRead + 1;
    await other.sql(
      `with made as (
         insert into api_keys (id, tenant_id, name, environment, token_hash, token_hash_key_version, minted_key_no)
         select gen_random_uuid(), $1, n::text, 'live', sha256(n::text::bytea), '1', 1 from generate_series(1, $2::int) as n
         returning id, tenant_id, token_hash
       ) insert into api_key_recovery (api_key_id, secret_no, tenant_id, pre, secret_phc)
         select id, 1, tenant_id, substr(token_hash, 1, 8), 'phc' from made`,
      [await insertTenant(other), count],
    );
    const known = await readKnownPres(other.service, [1]);
    await other.drop();
    expect(known.size).toBe(count);
    const pres = Array.from({ length: count }, (_, n) =>
      createHash('sha256')
        .update(String(n + 1))
        .digest()
        .subarray(0, 8),
    );
    expect(pres.every((pre) => known.has(pre))).toBe(true);
    expect(known.has(createHash('sha256').update('0').digest().subarray(0, 8))).toBe(false);
  });

  it('holds the secrets of those numbers and no others, each by key and secret', async () => {
    const other = await createDatabase();
    try {
      const tenant = await insertTenant(other);
      const lost = await insertMintedKeys(other, lostRing, { tenantId: tenant, count: 3, locked: true });
      const kept = await insertMintedKeys(other, ringOf({ 2: 'active' }), { tenantId: tenant, count: 2, locked: true });
      const known = await readKnownPres(other.service, [1]);
      expect(known.size).toBe(3);
      expect(lost.map((key) => known.has(preOf(key)))).toEqual([true, true, true]);
      expect(kept.map((key) => known.has(preOf(key)))).toEqual([false, false]);
      const [first, second] = lost;
      if (first === undefined || second === undefined) throw new Error('No keys were made.');
      expect(known.has(preOf({ keyId: first.keyId, secret: second.secret }))).toBe(false);
      expect((await readKnownPres(other.service, [])).size).toBe(0);
      expect((await readKnownPres(other.service, [1, 2])).size).toBe(5);
      // A rotated key has secrets of two numbers: each lock goes by its own.
      await other.sql(
        `insert into api_key_retiring_secrets
           (api_key_id, secret_no, tenant_id, token_hash, token_hash_key_version, minted_key_no, created_at, expires_at)
         select id, 1, tenant_id, token_hash, '1', 1, now(), now() + interval '1 hour' from api_keys where id = $1`,
        [first.keyId],
      );
      await other.sql('update api_keys set secret_no = 2, token_hash = $2, minted_key_no = 2 where id = $1', [
        first.keyId,
        Buffer.alloc(32, 1),
      ]);
      await insertLock(other, second, { tenantId: tenant, secretNo: 9 });
      await other.sql('update api_key_recovery set api_key_id = $1, secret_no = 2 where secret_no = 9', [first.keyId]);
      expect((await readKnownPres(other.service, [1])).size).toBe(3);
      expect((await readKnownPres(other.service, [2])).size).toBe(3);
    } finally {
      await other.drop();
    }
  });
});

/** The versions of a key's hashes: the current one first. */
async function versionsOf(keyId: string): Promise<string[]> {
  const rows = await database.sql<{ version: string }>(
    `select token_hash_key_version as version from api_keys where id = $1
     union all select token_hash_key_version from api_key_retiring_secrets where api_key_id = $1`,
    [keyId],
  );
  return rows.map(({ version }) => version);
}
