import { createHash } from 'node:crypto';
import { Client, type Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Keyring } from '../../src/crypto/keyring.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { Secret } from '../../src/crypto/Secret.ts';
import { hashImported, hashSecret, wrapHash } from '../../src/crypto/tokenHash.ts';
import { newUuid } from '../../src/lib/ids.ts';
import { limits } from '../../src/lib/limits.ts';
import { createLog } from '../../src/lib/log.ts';
import { openVerifierPool } from '../../src/store/verifierPool.ts';
import { createImportedLane } from '../../src/verification/importedLane.ts';
import { createImportedLookup } from '../../src/verification/importedLookup.ts';
import type { KeyRow } from '../../src/verification/KeyRow.ts';
import type { Prover } from '../../src/verification/prove.ts';
import { createReadRows } from '../../src/verification/readRows.ts';
import { createRehash } from '../../src/verification/rehash.ts';
import { ringOf } from '../crypto/samples.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertMintedKeys, type MintedKey, rowOf } from '../support/mintedKeys.ts';
import { noMemory, proveRow, proverOn } from '../support/provers.ts';
import { insertTenant } from '../support/rows.ts';

/** The ring before, while and after key 2 became the active one. */
const before = ringOf({ 1: 'active' });
const after = ringOf({ 1: 'verify', 2: 'active' });

let database: TestDatabase;
let pool: Pool;
let tenantId: string;
beforeAll(async () => {
  database = await createDatabase();
  pool = openVerifierPool(database.service);
  tenantId = await insertTenant(database);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const faults: unknown[] = [];
function proverWith(keyring: Keyring, on: Pool = pool, drainMs = 60_000): Prover {
  const rehash = createRehash({ pool: on, keyring, onFault: (error) => faults.push(error), drainMs });
  return proverOn(pool, keyring, { rehash });
}

async function oneKey(ring: Keyring = before): Promise<MintedKey> {
  const [key] = await insertMintedKeys(database, ring, { tenantId, count: 1 });
  if (key === undefined) throw new Error('No key was made.');
  return key;
}

/** The hash in a row, as the database writes it. */
const hashText = (ring: Keyring, n: number, { keyId, secret }: MintedKey) =>
  `\\x${hashSecret(ring, n, { keyId, tenantId, secret }).toString('hex')}`;

/** A key's row as a verification has it. */
async function keyRow(keyId: string): Promise<KeyRow> {
  const row = (await createReadRows(pool)([keyId])).get(keyId);
  if (row === undefined) throw new Error('There is no such key.');
  return row;
}

function firstSecret(row: KeyRow) {
  const [secret] = row.secrets;
  if (secret === undefined) throw new Error('The key has no secret.');
  return secret;
}

describe('a hash of an older ring key', () => {
  it('becomes the active key’s when its secret is used, and nothing else of the row changes', async () => {
    const key = await oneKey();
    const old = await rowOf(database, key.keyId);
    const prover = proverWith(after);
    expect((await proveRow(prover, key.token))?.secret.version).toBe('1');
    await prover.rehash.drain();
    const now = await rowOf(database, key.keyId);
    expect(now).toEqual({ ...old, token_hash: hashText(after, 2, key), token_hash_key_version: '2' });
    expect((await proveRow(prover, key.token))?.secret.version).toBe('2');
    expect(prover.rehash.waiting).toBe(0);
  });

  it('loses its wraps, too', async () => {
    const key = await oneKey();
    const { hash } = firstSecret(await keyRow(key.keyId));
    const wrapped = wrapHash(after, 2, { keyId: key.keyId, tenantId, version: '1', hash });
    if (wrapped === 'too-deep') throw new Error('Expected a wrap.');
    const values = [wrapped.hash, wrapped.version, key.keyId];
    await database.sql('update api_keys set token_hash = $1, token_hash_key_version = $2 where id = $3', values);
    const prover = proverWith(after);
    expect((await proveRow(prover, key.token))?.secret.version).toBe('2<1');
    await prover.rehash.drain();
    expect(await rowOf(database, key.keyId)).toMatchObject({
      token_hash: hashText(after, 2, key),
      token_hash_key_version: '2',
    });
  });

  it('is brought up in a retiring secret as in a current one', async () => {
    const [key, next] = [await oneKey(), await oneKey()];
    await database.sql(
      `insert into api_key_retiring_secrets (api_key_id, secret_no, tenant_id, token_hash, token_hash_key_version, created_at, expires_at)
       select id, 1, tenant_id, token_hash, token_hash_key_version, now(), now() + interval '1 hour' from api_keys where id = $1`,
      [key.keyId],
    );
    const newest = hashSecret(before, 1, { keyId: key.keyId, tenantId, secret: next.secret });
    await database.sql('update api_keys set secret_no = 2, token_hash = $2 where id = $1', [key.keyId, newest]);
    const prover = proverWith(after);
    expect((await proveRow(prover, key.token))?.secret.no).toBe(1);
    await prover.rehash.drain();
    const retiring = await database.sql(
      'select token_hash, token_hash_key_version as version from api_key_retiring_secrets where api_key_id = $1',
      [key.keyId],
    );
    const hash = hashSecret(after, 2, { keyId: key.keyId, tenantId, secret: key.secret });
    expect(retiring).toEqual([{ token_hash: hash, version: '2' }]);
    expect(await rowOf(database, key.keyId)).toMatchObject({ token_hash_key_version: '1', secret_no: 2 });
    // And by its hash, here as there: what was read before is not the row's any more.
    const stale = { row: await keyRow(key.keyId), presented: next.secret };
    const secret = { ...firstSecret(stale.row), no: 1, endsAtMs: Date.now(), version: '1', hash: Buffer.alloc(32, 1) };
    prover.rehash.offer({ ...stale, secret });
    await prover.rehash.drain();
    expect(
      await database.sql('select token_hash from api_key_retiring_secrets where api_key_id = $1', [key.keyId]),
    ).toEqual([{ token_hash: hash }]);
  });

  it('stays where this process does not mint yet with the key that others mint with: two would undo each other', async () => {
    const key = await oneKey(after);
    const old = await rowOf(database, key.keyId);
    const prover = proverWith(ringOf({ 1: 'active', 2: 'pending' }));
    expect((await proveRow(prover, key.token))?.secret.version).toBe('2');
    expect(prover.rehash.waiting).toBe(0);
    await prover.rehash.drain();
    expect(await rowOf(database, key.keyId)).toEqual(old);
  });

  it('of an imported token becomes the active key’s, of the same scheme', async () => {
    const token = new Secret('abcdefghij0123456789KLMNOPQR');
    const digest = createHash('sha256').update(token.reveal()).digest();
    const id = newUuid();
    await database.sql(
      `insert into api_keys (id, tenant_id, name, environment, token_hash, token_hash_key_version)
       values ($1, $2, 'imported', 'live', $3, '1/sha256')`,
      [id, tenantId, hashImported(before, 1, 'sha256', digest)],
    );
    const imported = createImportedLane({
      keyring: after,
      lookup: createImportedLookup(pool),
      memory: noMemory(),
      monotonicMs: () => 0,
    });
    const prover = { ...proverWith(after), imported };
    expect((await proveRow(prover, token.reveal()))?.secret.version).toBe('1/sha256');
    await prover.rehash.drain();
    const expected = `\\x${hashImported(after, 2, 'sha256', digest).toString('hex')}`;
    expect(await rowOf(database, id)).toMatchObject({ token_hash: expected, token_hash_key_version: '2/sha256' });
    expect((await proveRow(prover, token.reveal()))?.secret.version).toBe('2/sha256');
  });
});

describe('the queue', () => {
  it('never brings a secret back that was rotated out meanwhile, with the same version or the same number', async () => {
    const [key, other] = [await oneKey(), await oneKey()];
    const row = await keyRow(key.keyId);
    const { rehash } = proverWith(after);
    // The new secret's hash is of the same version as the old one's was, and bears the next number.
    const fresh = hashSecret(before, 1, { keyId: key.keyId, tenantId, secret: other.secret });
    await database.sql('update api_keys set secret_no = 2, token_hash = $2 where id = $1', [key.keyId, fresh]);
    const rotated = await rowOf(database, key.keyId);
    rehash.offer({ row, secret: firstSecret(row), presented: key.secret });
    await rehash.drain();
    expect(await rowOf(database, key.keyId)).toEqual(rotated);
    // And the same number with another hash, as after a restore.
    await database.sql('update api_keys set secret_no = 1 where id = $1', [key.keyId]);
    const restored = await rowOf(database, key.keyId);
    const again = proverWith(after).rehash;
    again.offer({ row, secret: firstSecret(row), presented: key.secret });
    await again.drain();
    expect(await rowOf(database, key.keyId)).toEqual(restored);
  });

  it('works behind the answer: a row that somebody holds delays no verification', async () => {
    const key = await oneKey();
    const prover = proverWith(after);
    const holder = new Client(database.admin);
    await holder.connect();
    await holder.query('begin');
    await holder.query('select from api_keys where id = $1 for update', [key.keyId]);
    expect((await proveRow(prover, key.token))?.row.keyId).toBe(key.keyId);
    // Offered once, however often the key is used before its turn has come.
    expect((await proveRow(prover, key.token))?.row.keyId).toBe(key.keyId);
    expect(prover.rehash.waiting).toBe(1);
    await holder.query('commit');
    await holder.end();
    await prover.rehash.drain();
    expect(await rowOf(database, key.keyId)).toMatchObject({ token_hash_key_version: '2' });
  });

  it('holds a thousand and drops the rest, which their next use offers again', async () => {
    const keys = await insertMintedKeys(database, before, { tenantId, count: limits.rehashQueueMax + 50 });
    const { rehash } = proverWith(after);
    const offerAll = async () => {
      const rows = await Promise.all(keys.map(({ keyId }) => keyRow(keyId)));
      for (const [at, row] of rows.entries()) {
        const presented = keys[at]?.secret;
        if (presented !== undefined) rehash.offer({ row, secret: firstSecret(row), presented });
      }
    };
    const versions = () =>
      database.sql(
        'select token_hash_key_version as version, count(*)::int as count from api_keys where id = any($1) group by 1 order by 1',
        [keys.map(({ keyId }) => keyId)],
      );
    await offerAll();
    expect(rehash.waiting).toBe(limits.rehashQueueMax);
    await rehash.drain();
    expect(rehash.waiting).toBe(0);
    expect(await versions()).toEqual([
      { version: '1', count: 50 },
      { version: '2', count: limits.rehashQueueMax },
    ]);
    await offerAll();
    await rehash.drain();
    expect(await versions()).toEqual([{ version: '2', count: keys.length }]);
  });

  it('is given up by a process that has waited long enough for it', async () => {
    const keys = await insertMintedKeys(database, before, { tenantId, count: 200 });
    const rows = await Promise.all(keys.map(({ keyId }) => keyRow(keyId)));
    const { rehash } = proverWith(after, pool, 0);
    for (const [at, row] of rows.entries()) {
      const presented = keys[at]?.secret;
      if (presented !== undefined) rehash.offer({ row, secret: firstSecret(row), presented });
    }
    await rehash.drain();
    expect(rehash.waiting).toBe(0);
    const [left] = await database.sql<{ count: number }>(
      "select count(*)::int as count from api_keys where id = any($1) and token_hash_key_version = '1'",
      [keys.map(({ keyId }) => keyId)],
    );
    expect(left?.count).toBeGreaterThan(100);
  });

  it('keeps a stopping process from waiting for a database that is away', async () => {
    const keys = await insertMintedKeys(database, before, { tenantId, count: 3 });
    const rows = await Promise.all(keys.map(({ keyId }) => keyRow(keyId)));
    const away = openVerifierPool({ host: '127.0.0.1', port: 1, user: 'nobody', database: 'none' });
    const query = away.query.bind(away) as (...args: unknown[]) => unknown;
    let tries = 0;
    away.query = ((...args: unknown[]) => {
      tries++;
      return query(...args);
    }) as typeof away.query;
    const { rehash } = proverWith(after, away);
    for (const [at, row] of rows.entries()) {
      const presented = keys[at]?.secret;
      if (presented !== undefined) rehash.offer({ row, secret: firstSecret(row), presented });
    }
    expect(rehash.waiting).toBe(3);
    await rehash.drain();
    // Each further try would be a wait for a connection that nobody answers.
    expect([tries, rehash.waiting, faults.length]).toEqual([1, 0, 0]);
    await away.end();
  });

  it('tells what is no outage, and goes on', async () => {
    const [spoiled, good] = [await oneKey(), await oneKey()];
    const { rehash } = proverWith(after);
    const row = await keyRow(spoiled.keyId);
    // A number that the column cannot hold: a fault of our own, and no word of an outage.
    rehash.offer({
      row: { ...row, keyId: 'ffffffff-ffff-7fff-8fff-ffffffffffff' },
      secret: { ...firstSecret(row), no: 2 ** 40 },
      presented: spoiled.secret,
    });
    const goodRow = await keyRow(good.keyId);
    rehash.offer({ row: goodRow, secret: firstSecret(goodRow), presented: good.secret });
    await rehash.drain();
    expect(faults.splice(0)).toMatchObject([{ message: expect.stringContaining('out of range') }]);
    expect(await rowOf(database, good.keyId)).toMatchObject({ token_hash_key_version: '2' });
  });

  it('is emptied before a stopping service lets go of the database', async () => {
    const keys = await insertMintedKeys(database, before, { tenantId, count: 40 });
    const app = await createApp({
      database: database.service,
      keyring: after,
      tokenPrefix: 'kw',
      host: '127.0.0.1',
      port: 0,
      corsOrigins: [],
      cachedKeys: 0,
      outageGraceSeconds: 0,
      introspection: true,
      log: createLog({ level: 'silent', destination: { write: () => {} } }),
      clock: () => new Date(),
      randomBytes: systemRandom,
    });
    await app.listen();
    const proofs = await Promise.all(keys.map(({ token }) => proveRow(app.parts.prover, token)));
    expect(proofs.map((proof) => proof?.secret.version)).toEqual(keys.map(() => '1'));
    expect(app.parts.prover.rehash.waiting).toBeGreaterThan(0);
    await app.close();
    const left = await database.sql(
      "select count(*)::int as count from api_keys where id = any($1) and token_hash_key_version <> '2'",
      [keys.map(({ keyId }) => keyId)],
    );
    expect(left).toEqual([{ count: 0 }]);
  });
});
