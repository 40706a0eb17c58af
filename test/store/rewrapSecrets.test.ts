import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/crypto/Secret.ts';
import { hashImported, hashPresentedImport, hashSecret, wrapHash } from '../../src/crypto/tokenHash.ts';
import { Unavailable } from '../../src/lib/errors.ts';
import { newUuid } from '../../src/lib/ids.ts';
import { limits } from '../../src/lib/limits.ts';
import { type RewrapInput, type Rewrapped, rewrapSecrets } from '../../src/store/rewrapSecrets.ts';
import { openVerifierPool } from '../../src/store/verifierPool.ts';
import { createRehash } from '../../src/verification/rehash.ts';
import { ringOf } from '../crypto/samples.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertMintedKeys, type MintedKey, rowOf } from '../support/mintedKeys.ts';
import { proveRow, proverOn } from '../support/provers.ts';
import { insertTenant } from '../support/rows.ts';

const before = ringOf({ 1: 'active' });
const after = ringOf({ 1: 'verify', 2: 'active' });

let database: TestDatabase;
let tenantId: string;
beforeEach(async () => {
  database = await createDatabase();
  tenantId = await insertTenant(database);
});
afterEach(() => database.drop());

const none: Rewrapped['tooDeep'] = { count: 0, keyIds: [] };

function rewrap(input: Partial<RewrapInput> = {}): Promise<Rewrapped> {
  return rewrapSecrets(database.service, { ring: after, from: 1, to: 2, onProgress: () => {}, ...input });
}

const versions = () =>
  database.sql<{ version: string; count: number }>(
    `select version, count(*)::int as count from (
       select token_hash_key_version as version from api_keys union all select token_hash_key_version from api_key_retiring_secrets
     ) as s group by 1 order by 1`,
  );

/** Which of these tokens prove their keys with this ring, without changing anything. */
async function proven(keys: readonly MintedKey[]): Promise<number> {
  const pool = openVerifierPool(database.service);
  const prover = proverOn(pool, after);
  const proofs = await Promise.all(keys.map(({ token }) => proveRow(prover, token)));
  await pool.end();
  return proofs.filter((proof, at) => proof?.row.keyId === keys[at]?.keyId).length;
}

/** Sets a key's hash to one of a deeper version, which nothing here has to verify. */
const setVersion = (keyId: string, version: string) =>
  database.sql('update api_keys set token_hash_key_version = $2 where id = $1', [keyId, version]);

describe('a rewrap', () => {
  it('wraps every hash of one key, current and retiring, page by page; each secret proves itself as before', async () => {
    const keys = await insertMintedKeys(database, before, { tenantId, count: 25 });
    const other = await insertMintedKeys(database, after, { tenantId, count: 5 });
    const [first] = keys;
    if (first === undefined) throw new Error('No key was made.');
    // The key of several retiring secrets stands across the edge of a page, too.
    for (const no of [7, 8, 9]) {
      await database.sql(
        `insert into api_key_retiring_secrets (api_key_id, secret_no, tenant_id, token_hash, token_hash_key_version, created_at, expires_at)
         select id, $2, tenant_id, sha256(token_hash || $3::bytea), '1', now(), now() + interval '1 hour' from api_keys where id = $1`,
        [first.keyId, no, Buffer.of(no)],
      );
    }
    const progress: unknown[] = [];
    const report = await rewrap({ batchRows: 2, onProgress: (told) => progress.push(told) });
    expect(report).toEqual({ rewrapped: 28, tooDeep: none, busy: 0 });
    expect(progress.at(-1)).toEqual({ done: 28, total: 28 });
    expect(progress).toHaveLength(18);
    expect(await versions()).toEqual([
      { version: '2', count: 5 },
      { version: '2<1', count: 28 },
    ]);
    expect(await proven([...keys, ...other])).toBe(30);
  });

  it('reproduces the published wrap, and changes nothing else of the row', async () => {
    const id = '0199f0a1-b2c3-7d4e-8f00-1122334455aa';
    const tenant = '0199f0a1-0000-7000-8000-000000000001';
    await database.sql("insert into tenants (id, name, slug, kind) values ($1, 'v', 'v', 'organization')", [tenant]);
    const hash = Buffer.from('7c891a581df36c45fadfddd8e0609b773731bfd41185a9d0d6fed46723bad4b5', 'hex');
    await database.sql(
      `insert into api_keys (id, tenant_id, name, environment, token_hash, token_hash_key_version, row_version, updated_at)
       values ($1, $2, 'v', 'live', $3, '1', 7, '2026-11-20T09:30:00Z')`,
      [id, tenant, hash],
    );
    const old = await rowOf(database, id);
    await rewrap();
    expect(await rowOf(database, id)).toEqual({
      ...old,
      token_hash: '\\xcc1cae2c0554f994e9ee89e7ef82c0bc86ed9958eee2577158bc225ebb8c3cf7',
      token_hash_key_version: '2<1',
    });
  });

  it('wraps imported rows with zeroes for the ids, so that their tokens are found by their hash still', async () => {
    const token = 'abcdefghij0123456789KLMNOPQR';
    const id = newUuid();
    await database.sql(
      `insert into api_keys (id, tenant_id, name, environment, token_hash, token_hash_key_version)
       values ($1, $2, 'imported', 'live', $3, '1/raw')`,
      [id, tenantId, hashImported(before, 1, 'raw', Buffer.from(token))],
    );
    expect(await rewrap()).toMatchObject({ rewrapped: 1 });
    const expected = hashPresentedImport(after, '2<1/raw', new Secret(token));
    expect(
      await database.sql('select id, token_hash_key_version as v from api_keys where token_hash = $1', [expected]),
    ).toEqual([{ id, v: '2<1/raw' }]);
  });

  it('goes by the key that was put around a hash last, whatever stands inside', async () => {
    const keys = await insertMintedKeys(database, before, { tenantId, count: 5 });
    const wanted = ['1', '1<0', '3<1', '1<3<0', '2<1'];
    for (const [at, { keyId }] of keys.entries()) await setVersion(keyId, wanted[at] ?? '');
    const ring = ringOf({ 0: 'verify', 1: 'verify', 2: 'active', 3: 'verify' });
    expect(await rewrap({ ring })).toMatchObject({ rewrapped: 3 });
    expect((await versions()).map(({ version }) => version)).toEqual(['2<1', '2<1<0', '2<1<3<0', '3<1'].sort());
  });

  it('leaves what is four deep already, counts it exactly and names the keys', async () => {
    const keys = await insertMintedKeys(database, before, { tenantId, count: limits.namedKeysMax + 3 });
    await database.sql("update api_keys set token_hash_key_version = '1<5<4<3'");
    const [first] = keys;
    await setVersion(first?.keyId ?? '', '1');
    const { rewrapped, tooDeep, busy } = await rewrap({ batchRows: 10 });
    expect([rewrapped, tooDeep.count, busy]).toEqual([1, limits.namedKeysMax + 2, 0]);
    expect(tooDeep.keyIds).toHaveLength(limits.namedKeysMax);
    const deep = keys.slice(1).map(({ keyId }) => keyId);
    expect(tooDeep.keyIds).toEqual(deep.sort().slice(0, limits.namedKeysMax));
    expect(await versions()).toEqual([
      { version: '1<5<4<3', count: limits.namedKeysMax + 2 },
      { version: '2<1', count: 1 },
    ]);
  });

  it('leaves a hash of a version that only a newer release knows', async () => {
    const [key] = await insertMintedKeys(database, before, { tenantId, count: 1 });
    await setVersion(key?.keyId ?? '', 'v2:1');
    expect(await rewrap()).toEqual({ rewrapped: 0, tooDeep: none, busy: 0 });
  });

  it('is run again after an interruption and does what is left', async () => {
    const keys = await insertMintedKeys(database, before, { tenantId, count: 30 });
    const interrupt = ({ done }: { done: number }) => {
      if (done === 12) throw new Error('interrupted');
    };
    await expect(rewrap({ batchRows: 4, onProgress: interrupt })).rejects.toThrow('interrupted');
    expect(await versions()).toEqual([
      { version: '1', count: 18 },
      { version: '2<1', count: 12 },
    ]);
    expect(await proven(keys)).toBe(30);
    const totals: number[] = [];
    expect(await rewrap({ onProgress: ({ total }) => totals.push(total) })).toEqual({
      rewrapped: 18,
      tooDeep: none,
      busy: 0,
    });
    expect(totals[0]).toBe(18);
    expect(await rewrap()).toEqual({ rewrapped: 0, tooDeep: none, busy: 0 });
    expect(await proven(keys)).toBe(30);
  });

  it('says of a database that went away that it may be tried again', async () => {
    await insertMintedKeys(database, before, { tenantId, count: 300 });
    const end = () =>
      database.sql(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
    let ended: Promise<unknown> | undefined;
    const onProgress = () => {
      ended ??= end();
    };
    await expect(rewrap({ batchRows: 1, onProgress })).rejects.toBeInstanceOf(Unavailable);
    await ended;
    expect((await rewrap()).busy).toBe(0);
    expect((await versions()).map(({ version }) => version)).toEqual(['2<1']);
  });

  it('waits for nobody: what others hold is passed over, said, and done by the next run', async () => {
    const keys = await insertMintedKeys(database, before, { tenantId, count: 6 });
    const holder = new Client(database.admin);
    await holder.connect();
    await holder.query('begin');
    await holder.query('select from api_keys where id = any($1) for update', [
      keys.slice(2, 4).map(({ keyId }) => keyId),
    ]);
    expect(await rewrap()).toEqual({ rewrapped: 4, tooDeep: none, busy: 2 });
    await holder.query('commit');
    await holder.end();
    expect(await rewrap()).toEqual({ rewrapped: 2, tooDeep: none, busy: 0 });
    expect(await proven(keys)).toBe(6);
  });

  it('undoes nothing that happened between the reading and the writing of its page: no rotation, and no use', async () => {
    const [first, second, used] = await insertMintedKeys(database, before, { tenantId, count: 3 });
    if (first === undefined || second === undefined || used === undefined) throw new Error('No keys were made.');
    const fresh = hashSecret(before, 1, { keyId: second.keyId, tenantId, secret: first.secret });
    // A lock that lets everybody read and nobody write, until the page is read and its writing waits.
    const holder = new Client(database.admin);
    await holder.connect();
    await holder.query('begin');
    await holder.query('lock table api_keys in exclusive mode');
    const rewrapping = rewrap();
    await someoneWaits();
    await holder.query('update api_keys set secret_no = 2, token_hash = $2 where id = $1', [second.keyId, fresh]);
    const plain = hashSecret(after, 2, { keyId: used.keyId, tenantId, secret: used.secret });
    await holder.query("update api_keys set token_hash = $2, token_hash_key_version = '2' where id = $1", [
      used.keyId,
      plain,
    ]);
    await holder.query('commit');
    await holder.end();
    expect(await rewrapping).toEqual({ rewrapped: 2, tooDeep: none, busy: 0 });
    expect(await rowOf(database, second.keyId)).toMatchObject({ secret_no: 2, token_hash_key_version: '2<1' });
    expect(await rowOf(database, used.keyId)).toMatchObject({ token_hash_key_version: '2' });
    expect(await proven([first, used])).toBe(2);
    expect(await proven([second])).toBe(0);
    const expected = wrapHash(after, 2, { keyId: second.keyId, tenantId, version: '1', hash: fresh });
    const hash = expected === 'too-deep' ? '' : `\\x${expected.hash.toString('hex')}`;
    expect(await rowOf(database, second.keyId)).toMatchObject({ token_hash: hash });
  });
});

/** Resolves once a statement in this database waits for a lock. */
async function someoneWaits(): Promise<void> {
  for (;;) {
    const [found] = await database.sql<{ waits: boolean }>(
      "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waits",
    );
    if (found?.waits === true) return;
  }
}

describe('a service that verifies meanwhile', () => {
  it('refuses no token, whichever hash it meets, and brings what is used to the plain hash', async () => {
    const keys = await insertMintedKeys(database, before, { tenantId, count: 400 });
    const pool = openVerifierPool(database.service);
    const rehash = createRehash({ pool, keyring: after, onFault: (error) => expect.fail(String(error)) });
    const prover = proverOn(pool, after, { rehash });
    const seen = new Map<string, number>();
    let done = false;
    let verified = 0;
    async function verifyOnAndOn(start: number): Promise<void> {
      // Half of the keys stay idle, so that the rewrap has them to itself.
      for (let at = start; !done; at = (at + 4) % 200) {
        const key = keys[at];
        const proof = key && (await proveRow(prover, key.token));
        if (proof?.row.keyId !== key?.keyId) throw new Error(`refused ${key?.keyId}`);
        seen.set(proof?.secret.version ?? '', (seen.get(proof?.secret.version ?? '') ?? 0) + 1);
        verified++;
      }
    }
    const verifying = [0, 1, 2, 3].map(verifyOnAndOn);
    const report = await rewrap({ batchRows: 5 }).finally(() => {
      done = true;
    });
    await Promise.all(verifying);
    expect(report).toMatchObject({ tooDeep: none, busy: 0 });
    expect(verified).toBeGreaterThan(200);
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['1', '2']));
    expect(await proven(keys)).toBe(400);
    for (const { token } of keys.slice(0, 200)) await proveRow(prover, token);
    await rehash.drain();
    await pool.end();
    expect(await versions()).toEqual([
      { version: '2', count: 200 },
      { version: '2<1', count: 200 },
    ]);
  });
});
