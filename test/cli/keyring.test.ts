import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseKeyring } from '../../src/crypto/keyring.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { databaseUrl, keywright } from './keywright.ts';

let database: TestDatabase;
let folder: string;
let ring: string;

beforeAll(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), 'keywright-cli-'));
  ring = join(folder, 'ring.json');
});

afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

test('a new ring is one key, readable by its owner alone, and a second one never takes its place', async () => {
  const stdout = `Wrote a new key ring to ${ring}, readable by you alone. Set KEYRING_FILE to it, and back it up.\n`;
  expect(await keywright(['keyring', 'init', 'ring.json'], { cwd: folder })).toEqual({ code: 0, stdout, stderr: '' });
  expect((await stat(ring)).mode & 0o777).toBe(0o600);
  const json = await readFile(ring, 'utf8');
  expect(parseKeyring(json, ring).numbers).toEqual([1]);

  const { code, stdout: none, stderr } = await keywright(['keyring', 'init', ring, '--json']);
  expect({ code, none }).toEqual({ code: 1, none: '' });
  expect(stderr).toBe(
    `${ring} exists and is never overwritten: it may be a database's only ring. Name another file.\n`,
  );
  expect(await readFile(ring, 'utf8')).toBe(json);

  const other = join(folder, 'other.json');
  expect((await keywright(['keyring', 'init', other, '--json'])).stdout).toBe(`{"file":"${other}"}\n`);
});

test('a check of a database that was never served finds the ring sound, and does not tie them together', async () => {
  const { code, stdout } = await check({ KEYRING_FILE: ring });
  expect(code).toBe(0);
  expect(stdout).toBe(
    'The key ring is sound (active key 1 of 1). The database has not been served yet: the ring of the first start becomes its own.\n',
  );
  expect(await database.sql('select n from keyring_fingerprint')).toEqual([]);
});

test('a database that was served knows its ring, and refuses another', async () => {
  const key = parseKeyring(await readFile(ring, 'utf8'), ring);
  await database.sql('insert into keyring_fingerprint (n, fingerprint) values (1, $1)', [key.fingerprint(1)]);
  const belongs = 'The key ring and the database belong together (active key 1 of 1).\n';
  expect(await check({ KEYRING_FILE: ring })).toEqual({ code: 0, stdout: belongs, stderr: '' });
  expect(await check({ KEYRING_JSON: await readFile(ring, 'utf8') })).toEqual({ code: 0, stdout: belongs, stderr: '' });
  const { stdout } = await check({ KEYRING_FILE: ring }, '--json');
  expect(JSON.parse(stdout)).toEqual({
    belongs: true,
    served: true,
    activeNo: 1,
    numbers: [1],
    keys: [{ n: 1, state: 'active', hashed: 0, minted: 0 }],
    versions: [],
    removable: [],
    unrecovered: { minted: 0, imported: 0 },
  });

  const wrong = await check({ KEYRING_FILE: join(folder, 'other.json') }, '--json');
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
  expect(wrong.stderr).toContain('Key 1 of this ring is not the key 1 that this database was served with.');
});

test('a ring that is missing, not named or open to others is exit code 1 and what would be right', async () => {
  const missing = await check({ KEYRING_FILE: join(folder, 'none.json') });
  expect(missing).toMatchObject({ code: 1, stdout: '' });
  expect(missing.stderr).toContain(`There is no key ring at ${join(folder, 'none.json')}.`);
  const unnamed = await check({});
  expect(unnamed).toMatchObject({ code: 1, stdout: '' });
  expect(unnamed.stderr).toContain('npx keywright keyring init FILE');
  const open = join(folder, 'open.json');
  await writeFile(open, await readFile(ring, 'utf8'), { mode: 0o644 });
  const readable = await check({ KEYRING_FILE: open });
  expect(readable).toMatchObject({ code: 1, stdout: '' });
  expect(readable.stderr).toContain(`Run: chmod 600 ${open}`);
});

test('a check without any database makes none', async () => {
  const { code, stderr } = await keywright(['keyring', 'check'], { env: { DATA_DIR: join(folder, 'data') } });
  expect(code).toBe(1);
  expect(stderr).toBe(
    `There is no database in ${join(folder, 'data')} yet. The first "npm start" makes it, with a ring of its own.\n`,
  );
  await expect(stat(join(folder, 'data'))).rejects.toThrow('ENOENT');
});

function check(env: Record<string, string>, ...args: string[]) {
  return keywright(['keyring', 'check', ...args], { env: { DATABASE_URL: databaseUrl(database.service), ...env } });
}
