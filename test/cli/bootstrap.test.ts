import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseKeyring } from '../../src/crypto/keyring.ts';
import { parseToken } from '../../src/crypto/token.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { databaseUrl, keywright, keywrightOnTerminal } from './keywright.ts';

let database: TestDatabase;
let folder: string;
let env: Record<string, string>;

beforeEach(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), 'keywright-cli-'));
  env = { DATABASE_URL: databaseUrl(database.service), KEYRING_FILE: join(folder, 'ring.json') };
  await keywright(['keyring', 'init', join(folder, 'ring.json')]);
});

afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

/** The keys in the database, oldest first. */
function storedKeys(): Promise<{ id: string; status: string }[]> {
  return database.sql('select id, status from api_keys order by created_at, id');
}

async function isOfThisRing(token: string): Promise<boolean> {
  parseKeyring(await readFile(join(folder, 'ring.json'), 'utf8'), 'ring.json');
  return parseToken(token) !== undefined;
}

test('the key goes to a new file of mode 0600 and to no stream, and is the one in the database', async () => {
  const file = join(folder, 'platform.key');
  const { code, stdout, stderr } = await keywright(['bootstrap', '--out', file], { env });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: `Wrote the key to ${file}, readable by you alone. Nothing else shows it again.\n`,
    stderr: '',
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const token = (await readFile(file, 'utf8')).trimEnd();
  expect(await isOfThisRing(token)).toBe(true);
  const [key, ...more] = await storedKeys();
  expect(more).toEqual([]);
  expect(key?.status).toBe('active');
  expect(await database.sql('select 1 from api_keys where id = $1 and token_hash is not null', [key?.id])).toHaveLength(
    1,
  );
});

test('with --json the answer names the key and its file, and does not hold the secret', async () => {
  const file = join(folder, 'platform.key');
  const { code, stdout, stderr } = await keywright(['bootstrap', '--json', '--out', file], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { id, keyFile, ...rest } = JSON.parse(stdout) as Record<string, string>;
  expect(rest).toEqual({});
  expect(keyFile).toBe(file);
  const token = (await readFile(file, 'utf8')).trimEnd();
  expect(token.split('_')[2]).toBe(id?.slice('key_'.length));
  expect(stdout).not.toContain(token.slice(-62));
});

test('off a terminal and without a file nothing is made, and the exit code is 2', async () => {
  for (const args of [['bootstrap'], ['bootstrap', '--json'], ['bootstrap', '--replace']]) {
    expect(await keywright(args, { env })).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'The key is printed on a terminal only. Name a new file for it: --out FILE\nSee: npx keywright bootstrap --help\n',
    });
  }
  expect(await storedKeys()).toEqual([]);
});

test('on a terminal the key is shown once', async () => {
  const { code, screen } = await keywrightOnTerminal(['bootstrap'], { ...env, NO_COLOR: '1' });
  expect(code).toBe(0);
  const tokens = screen.match(/^kw_live_\S+$/gm) ?? [];
  expect(tokens).toHaveLength(1);
  expect(await isOfThisRing(tokens[0] ?? '')).toBe(true);
  expect((await storedKeys()).map(({ status }) => status)).toEqual(['active']);
});

test('on a terminal --json asks for a file, too', async () => {
  const { code, screen } = await keywrightOnTerminal(['bootstrap', '--json'], env);
  expect(code).toBe(2);
  expect(screen).not.toMatch(/kw_live_/);
  expect(await storedKeys()).toEqual([]);
});

test('while a platform key is active a second is refused and leaves no file; --replace ends the first', async () => {
  const [first, second, third] = [join(folder, 'first'), join(folder, 'second'), join(folder, 'third')];
  expect((await keywright(['bootstrap', '--out', first], { env })).code).toBe(0);
  const refused = await keywright(['bootstrap', '--out', second], { env });
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toBe(
    'A platform key is active already: make further keys with it. If it is lost, run: npx keywright bootstrap --replace\n',
  );
  expect(await readdir(folder)).toEqual(['first', 'ring.json']);
  expect((await storedKeys()).map(({ status }) => status)).toEqual(['active']);

  expect((await keywright(['bootstrap', '--replace', '--out', third], { env })).code).toBe(0);
  expect((await storedKeys()).map(({ status }) => status)).toEqual(['revoked', 'active']);
  expect(await readdir(folder)).toEqual(['first', 'ring.json', 'third']);
});

test('a file that exists is never written over, and then no key is made', async () => {
  const file = join(folder, 'platform.key');
  await writeFile(file, 'a key in use\n');
  const { code, stdout, stderr } = await keywright(['bootstrap', '--out', file], { env });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(`${file} exists and is never overwritten`);
  expect(await readFile(file, 'utf8')).toBe('a key in use\n');
  expect(await storedKeys()).toEqual([]);
});

test('a folder that is not there is refused before a key is made', async () => {
  const { code, stderr } = await keywright(['bootstrap', '--out', join(folder, 'none', 'key')], { env });
  expect(code).toBe(1);
  expect(stderr).toMatch(/cannot be written \(ENOENT\), so no key was made\./);
  expect(await storedKeys()).toEqual([]);
});

test('the file holds the key before the key works', async () => {
  // Nobody can insert while the test holds this lock, so what is on disk was written before any commit.
  await database.sql('begin');
  await database.sql('lock table api_keys in share mode');
  const file = join(folder, 'platform.key');
  const { code, stderr } = await keywright(['bootstrap', '--out', file], { env });
  await database.sql('rollback');
  // The wait for the lock has ended by its own limit: an outage, after which nobody knows what was done.
  expect(code).toBe(3);
  expect(stderr).toBe(
    `The database went away, so the key in ${file} may work or not: try it. If it does not, remove the file and run this again.\n`,
  );
  expect(await isOfThisRing((await readFile(file, 'utf8')).trimEnd())).toBe(true);
  expect(await storedKeys()).toEqual([]);
});

test('a database that cannot be reached is exit code 3', async () => {
  const unreachable = { ...env, DATABASE_URL: 'postgres://service:hunter2@127.0.0.1:1/keywright' };
  const { code, stdout, stderr } = await keywright(['bootstrap', '--out', join(folder, 'key')], { env: unreachable });
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toMatch(/^DATABASE_URL \(postgres:\/\/service:\*\*\*@127\.0\.0\.1:1\/keywright\) cannot be used/);
  expect(await readdir(folder)).toEqual(['ring.json']);
});
