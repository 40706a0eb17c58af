import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseKeyring } from '../../src/crypto/keyring.ts';
import { readKeyringFile } from '../../src/crypto/keyringFile.ts';
import { globalId } from '../../src/lib/ids.ts';
import { checkKeyring } from '../../src/store/checkKeyring.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertMintedKeys, type MintedKey } from '../support/mintedKeys.ts';
import { insertTenant } from '../support/rows.ts';
import { keyringInProcess } from './inProcess.ts';
import { databaseUrl, keywright, keywrightOnTerminal, type Outcome } from './keywright.ts';

let database: TestDatabase;
let folder: string;
let file: string;
let env: Record<string, string>;
let keys: readonly MintedKey[];

beforeAll(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), 'keywright-cli-'));
  file = join(folder, 'ring.json');
  env = { DATABASE_URL: databaseUrl(database.service), KEYRING_FILE: file };
  expect((await keywright(['keyring', 'init', file])).code).toBe(0);
  const ring = await readKeyringFile(file);
  await checkKeyring(database.service, ring);
  keys = await insertMintedKeys(database, ring, { tenantId: await insertTenant(database), count: 3 });
});

afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

/** A keyring command in the environment of the service. */
const keyring = (...args: string[]): Promise<Outcome> => keyringInProcess(args, env);
const states = async () => (await readKeyringFile(file)).entries.map(({ n, state }) => `${n} ${state}`);

/** Runs what must be refused, and sees that neither ring nor database changed. */
async function refusal(...args: string[]): Promise<string> {
  const kept = await readFile(file, 'utf8');
  const rows = () => database.sql('select md5(string_agg(k::text, $1 order by id)) as sum from api_keys k', ['|']);
  const sum = await rows();
  const { code, stdout, stderr } = await keyring(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(await readFile(file, 'utf8')).toBe(kept);
  expect(await rows()).toEqual(sum);
  return stderr.trimEnd();
}

// The tests of this file are one story, in order: from one key to the next, and the old one gone.

test('without a pending key there is nothing to promote', async () => {
  expect(await refusal('promote', file)).toBe(
    'The ring has no pending key. Add one first: npx keywright keyring add FILE',
  );
});

test('a key is added, waits, and is the only one that waits', async () => {
  const stdout =
    `Added key 2 to ${file}, pending. Back the ring up, restart every process of the service with it, ` +
    `and promote it then: npx keywright keyring promote ${file}\n`;
  // It needs no database: a ring may be kept where none can be reached.
  expect(await keywright(['keyring', 'add', 'ring.json'], { cwd: folder })).toEqual({ code: 0, stdout, stderr: '' });
  expect(await states()).toEqual(['1 active', '2 pending']);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['ring.json']);
  expect(await refusal('add', file)).toBe('Key 2 is pending already. Promote it before another is added.');
});

test('a running process without the new key keeps it from being promoted', async () => {
  await database.sql(
    `insert into verifier_node (id, renewal, lease_until, acked, ring_fingerprint)
     values (gen_random_uuid(), gen_random_uuid(), clock_timestamp() + interval '1 hour', 0, sha256('another ring'))`,
  );
  expect(await refusal('promote', file)).toContain('1 of 1 running processes do not have this ring');
  await database.sql('delete from verifier_node');
});

test('the ring of another deployment is not promoted', async () => {
  const other = join(folder, 'other.json');
  await keyring('init', other);
  await keyring('add', other);
  const before = await readFile(other, 'utf8');
  expect(await refusal('promote', other)).toContain('belongs to another deployment');
  expect(await readFile(other, 'utf8')).toBe(before);
  expect(await database.sql('select n from keyring_fingerprint order by n')).toEqual([{ n: 1 }, { n: 2 }]);
  await rm(other);
});

test('the pending key is promoted, and the one before it goes on verifying', async () => {
  const before = await readKeyringFile(file);
  const { code, stdout } = await keywright(['keyring', 'promote', file, '--json'], { env });
  expect({ code, told: JSON.parse(stdout) }).toEqual({ code: 0, told: { file, activeNo: 2, previousNo: 1 } });
  expect(await states()).toEqual(['1 verify', '2 active']);
  const after = await readKeyringFile(file);
  expect([1, 2].map((n) => after.fingerprint(n))).toEqual([1, 2].map((n) => before.fingerprint(n)));
});

test('a rewrap is told which key, and wraps with none but the active one', async () => {
  const wrong = async (...args: string[]) => {
    const { code, stderr } = await keyring('rewrap', ...args);
    return [code, stderr.split('\n')[0]];
  };
  expect(await wrong()).toEqual([2, '--from is missing: the key whose hashes are to be wrapped.']);
  expect(await wrong('--from', 'one')).toEqual([2, '--from is a ring number: a whole number from 0 to 3843.']);
  expect(await wrong('--from', '2', '--to', '1')).toEqual([
    2,
    '--to is the active key, 2: of no other is it sure that every process has it.',
  ]);
  expect(await wrong('--from', '2')).toEqual([2, '--from and --to are both 2: there is nothing to wrap.']);
  expect(await wrong('--from', '3')).toEqual([2, 'There is no key 3 in this ring.']);
});

test('a rewrap that is interrupted ends after the step under way, and says that it is not done', async () => {
  await database.sql("update api_keys set token_hash_key_version = '2' where id <> $1", [keys[0]?.keyId]);
  const outcome = await keyringInProcess(['rewrap', '--from', '1'], env, AbortSignal.abort());
  expect(outcome).toEqual({
    code: 3,
    stdout: '',
    stderr: 'Interrupted: 1 hashes were wrapped. Run this again for the rest.\n',
  });
  expect(await database.sql('select token_hash_key_version as version from api_keys order by 1')).toEqual([
    { version: '2' },
    { version: '2' },
    { version: '2<1' },
  ]);
  await database.sql("update api_keys set token_hash_key_version = '1'");
});

test('a rewrap wraps the hashes of the old key, and a second run has nothing to do', async () => {
  const args = ['keyring', 'rewrap', '--from', '1', '--to', '2', '--json'];
  const { code, stdout } = await keywright(args, { env });
  const told = JSON.parse(stdout);
  expect({ code, told }).toEqual({
    code: 0,
    told: { from: 1, to: 2, rewrapped: 3, tooDeep: 0, tooDeepKeys: [], busy: 0, seconds: told.seconds },
  });
  expect(await database.sql('select distinct token_hash_key_version as version from api_keys')).toEqual([
    { version: '2<1' },
  ]);
  const again = await keyring('rewrap', '--from', '1');
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(again.stdout).toMatch(/^Wrapped 0 hashes of key 1 with key 2 in 0(\.\d+)? s\.\n$/);
});

test('what is four deep is left with exit code 1 and named, and what is in use with exit code 3', async () => {
  const [deep, held] = keys;
  if (deep === undefined || held === undefined) throw new Error('No keys were made.');
  const setVersion = (version: string, keyId: string) =>
    database.sql('update api_keys set token_hash_key_version = $1 where id = $2', [version, keyId]);
  await setVersion('1<2<1<2', deep.keyId);
  const left = await keyring('rewrap', '--from', '1');
  expect(left).toMatchObject({ code: 1, stdout: expect.stringMatching(/^Wrapped 0 hashes/) });
  expect(left.stderr).toBe(
    `1 have 4 keys around them already and were left until their next use: ${globalId('ApiKey', deep.keyId)}\n`,
  );
  await setVersion('2<1', deep.keyId);

  await setVersion('1', held.keyId);
  const holder = new Client(database.admin);
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from api_keys where id = $1 for update', [held.keyId]);
  const busy = await keyring('rewrap', '--from', '1', '--json');
  expect(busy).toMatchObject({ code: 3, stderr: '1 hashes were in use each time. Run this again.\n' });
  expect(JSON.parse(busy.stdout)).toMatchObject({ rewrapped: 0, busy: 1 });
  await holder.query('rollback');
  await holder.end();
  await setVersion('2<1', held.keyId);
});

test('on a terminal, the progress leaves nothing behind but the result', async () => {
  const { code, screen } = await keywrightOnTerminal(['keyring', 'rewrap', '--from', '1'], env);
  expect(code).toBe(0);
  const line = screen.split('\r\u001b[K').at(-1);
  expect(line).toMatch(/^Wrapped 0 hashes of key 1 with key 2 in 0(\.\d+)? s\.\n$/);
});

test('a check counts what each key is needed for', async () => {
  const { stdout } = await keyring('check');
  expect(stdout).toBe(
    'The key ring and the database belong together (active key 2 of 1, 2).\n' +
      '  3 live secrets have a hash of version 2<1\n' +
      '  3 live tokens were minted under key 1 (verify)\n',
  );
  expect(JSON.parse((await keyring('check', '--json')).stdout)).toEqual({
    belongs: true,
    served: true,
    activeNo: 2,
    numbers: [1, 2],
    keys: [
      { n: 1, state: 'verify', hashed: 3, minted: 3 },
      { n: 2, state: 'active', hashed: 3, minted: 0 },
    ],
    versions: [{ version: '2<1', count: 3 }],
    removable: [],
    unrecovered: { minted: 0, imported: 0 },
  });
});

test('a key that hashes or tokens need is not removed, nor the active one, nor one that is not there', async () => {
  expect(await refusal('remove', '1', file)).toBe(
    'Key 1 is needed: 3 live secrets are hashed with it, and 3 live tokens are tagged with it. Nothing was changed.',
  );
  expect(await refusal('remove', '2', file)).toContain('Key 2 is needed');
  expect(await refusal('remove', '9', file)).toBe('There is no key 9 in this ring.');
});

test('a key that nothing needs any more is removed, and its number never comes again', async () => {
  await database.sql("update api_keys set status = 'revoked', revoked_at = now()");
  expect((await keyring('check')).stdout).toBe(
    'The key ring and the database belong together (active key 2 of 1, 2).\n' +
      'Needed by nothing: key 1. "keyring remove NUMBER FILE" takes one out.\n',
  );
  const { code, stdout } = await keywright(['keyring', 'remove', '1', file, '--json'], { env });
  expect({ code, told: JSON.parse(stdout) }).toEqual({ code: 0, told: { file, removed: 1 } });
  expect(await states()).toEqual(['2 active']);
  expect(await refusal('remove', '2', file)).toBe('Key 2 is the active one. Add and promote another first.');
  expect(JSON.parse((await keyring('add', file, '--json')).stdout)).toEqual({ file, added: 3 });
});

test('numbers that an old copy lacks are declared lost, and keys that are there never are', async () => {
  expect(await refusal('lose', '3', file)).toBe('Key 3 is in this ring with its material: nothing was changed.');
  // All of the numbers or none of them.
  expect(await refusal('lose', '4,2', file)).toBe('Key 2 is in this ring with its material: nothing was changed.');
  const { code, stdout } = await keywright(['keyring', 'lose', '5,4', file]);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `Declared keys 5, 4 lost in ${file}. Start the service with it and with RECOVERY=on.\n`,
  });
  expect(await states()).toEqual(['2 active', '3 pending', '4 lost', '5 lost']);
  const usage = await keyring('lose', '1;2', file);
  expect(usage).toMatchObject({ code: 2, stdout: '' });
  expect(usage.stderr).toContain('NUMBERS is a ring number: a whole number from 0 to 3843.');
});

test('a ring is made after a loss above every number that is named', async () => {
  const made = join(folder, 'made.json');
  const { code, stdout } = await keyring('init', made, '--lost', '1,2,2');
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout:
      `Wrote a new key ring to ${made}, readable by you alone. Set KEYRING_FILE to it, and back it up. ` +
      'Start the service with RECOVERY=on.\n',
  });
  const ring = parseKeyring(await readFile(made, 'utf8'), made);
  expect([ring.activeNo, ring.stateOf(1), ring.stateOf(2)]).toEqual([3, 'lost', 'lost']);
  for (const numbers of ['3843', '1,,2', '-1', 'all']) {
    const none = join(folder, 'none.json');
    expect(await keyring('init', none, `--lost=${numbers}`)).toMatchObject({ code: 2, stdout: '' });
    await expect(stat(none)).rejects.toThrow('ENOENT');
  }
});

test('a ring that was changed while it was checked is not promoted', async () => {
  // The check waits for the database; meanwhile another hand is at the file.
  const ring = await readKeyringFile(file);
  await checkKeyring(database.service, ring, { recovery: true });
  const holder = new Client(database.admin);
  await holder.connect();
  await holder.query('begin');
  await holder.query('lock table verifier_node in access exclusive mode');
  const promoting = keyring('promote', file);
  for (;;) {
    const [found] = await database.sql<{ waits: boolean }>(
      "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waits",
    );
    if (found?.waits === true) break;
  }
  const changed = (await readFile(file, 'utf8')).replace(/"material": "./, '"material": "_');
  await writeFile(file, changed);
  await holder.query('commit');
  await holder.end();
  const { code, stderr } = await promoting;
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `${file} was changed meanwhile. Nothing was promoted: run this again.\n`,
  });
  expect(await readFile(file, 'utf8')).toBe(changed);
});
