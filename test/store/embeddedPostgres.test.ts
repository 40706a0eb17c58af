import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { SetupError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { startEmbeddedPostgres } from '../../src/store/embeddedPostgres.ts';
import { shortSocketFolder, socketPath } from '../../src/store/postgresSocket.ts';
import { findPostmaster } from '../../src/store/postmaster.ts';
import {
  clusterOf,
  embeddedFolder,
  type LentDatabase,
  makeLentDatabase,
  sql,
  startIn,
} from '../support/embeddedFolder.ts';

const fast = { durable: false } as const;
let database: LentDatabase;

beforeAll(async () => {
  database = await makeLentDatabase();
});
afterAll(() => database.remove());

async function refusalOf(start: Promise<unknown>): Promise<string> {
  const error = await start.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SetupError) return error.message;
  throw new Error(`Expected a SetupError, got ${String(error)}.`);
}

it('makes a durable database that folds letters of every language, out of reach of the network and of other users', async () => {
  const path = embeddedFolder();
  const postgres = await startIn(path);
  expect(postgres).toMatchObject({ host: join(path, 'postgres'), port: 5432, owned: true, origin: 'created' });
  const [row] = await sql(
    postgres,
    `select lower('É') as folded, current_setting('server_version_num')::int / 10000 as version, current_setting('fsync') as fsync,
      current_setting('full_page_writes') as pages, current_setting('synchronous_commit') as commits, current_setting('listen_addresses') as network,
      current_setting('max_connections') as connections, current_setting('shared_buffers') as buffers, current_setting('timezone') as zone,
      current_setting('data_checksums') as checksums, (select rolsuper from pg_roles where rolname = current_user) as super`,
  );
  expect(row).toEqual({
    folded: 'é',
    version: 18,
    fsync: 'on',
    pages: 'on',
    commits: 'on',
    network: '',
    connections: '100',
    buffers: '128MB',
    zone: 'UTC',
    checksums: 'on',
    super: true,
  });
  for (const folder of [path, join(path, 'postgres'), clusterOf(path)]) {
    // As root, too: the server then runs in a namespace, and its files stay root's.
    expect(statSync(folder)).toMatchObject({ uid: process.geteuid?.(), mode: 0o40700 });
  }
  expect(statSync(socketPath(postgres.host)).mode & 0o077).toBe(0);
  await postgres.stop();
  expect(readdirSync(path)).toEqual(['lock', 'postgres']);
  expect(readdirSync(join(path, 'postgres'))).toEqual(['data', 'log']);
});

it('finds the data again at a second start, and stopping twice is stopping once', async () => {
  const path = database.lend();
  const postgres = await startIn(path, fast);
  expect(postgres.origin).toBe('started');
  await sql(postgres, 'insert into kept values (43)');
  const pid = findPostmaster(clusterOf(path))?.pid ?? 0;
  await Promise.all([postgres.stop(), postgres.stop()]);
  await postgres.stop();
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  const again = await startIn(path, fast);
  expect(await sql(again, 'delete from kept where answer = 43 returning answer')).toEqual([{ answer: 43 }]);
  await again.stop();
});

it('stops below open connections, and leaves no listener on this process behind', async () => {
  const path = database.lend();
  const listeners = process.listenerCount('exit');
  const postgres = await startIn(path, fast);
  const cut = sql(postgres, 'select pg_sleep(60) /* until the server ends it */').then(
    String,
    (error) => error.message,
  );
  while ((await sql(postgres, "select from pg_stat_activity where wait_event = 'PgSleep'")).length === 0);
  await postgres.stop();
  expect(await cut).toBe('terminating connection due to administrator command');
  expect(process.listenerCount('exit')).toBe(listeners);
});

it('starts over every stale pid file, and leaves the server alone whose number one holds', async () => {
  const other = await startIn(embeddedFolder(), fast);
  const otherPid = findPostmaster(join(other.host, 'data'))?.pid;
  const path = database.lend();
  for (const content of [`${otherPid}\n`, '4194303\n', '1\n', '', 'postgres\n']) {
    writeFileSync(join(clusterOf(path), 'postmaster.pid'), content);
    writeFileSync(`${socketPath(join(path, 'postgres'))}.lock`, content);
    const postgres = await startIn(path, fast);
    expect(postgres.origin).toBe('started');
    expect(await sql(postgres, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await postgres.stop();
  }
  expect(await sql(other, 'select 1 as one')).toEqual([{ one: 1 }]);
  await other.stop();
});

it('sweeps away a database that was left half made, and makes a whole one', async () => {
  const path = embeddedFolder();
  const half = join(path, 'postgres', 'data.unfinished-1');
  mkdirSync(half, { recursive: true, mode: 0o700 });
  writeFileSync(join(half, 'PG_VERSION'), '18\n');
  const postgres = await startIn(path, fast);
  expect(postgres.origin).toBe('created');
  expect(existsSync(half)).toBe(false);
  await postgres.stop();
});

it('puts the socket elsewhere when the path is too long for one, where a guest finds it, and cleans up', async () => {
  const path = database.lend({ name: `${'deep, "and"/'.repeat(10)}data` });
  const postgres = await startIn(path, fast);
  expect(postgres.host).toBe(shortSocketFolder(join(path, 'postgres')));
  expect(Buffer.byteLength(socketPath(join(path, 'postgres')))).toBeGreaterThan(limits.socketPathBytesMax);
  expect(statSync(postgres.host).mode & 0o777).toBe(0o700);
  expect((await startIn(path, { join: true })).host).toBe(postgres.host);
  expect(await sql(postgres, 'select answer from kept')).toEqual([{ answer: 42 }]);
  await postgres.stop();
  expect(existsSync(postgres.host)).toBe(false);
});

it('refuses a short folder for the socket that is open to others', async () => {
  const path = database.lend({ name: `${'deep/'.repeat(20)}data` });
  const short = shortSocketFolder(join(path, 'postgres'));
  mkdirSync(short, { mode: 0o755 });
  onTestFinished(() => rmSync(short, { recursive: true }));
  expect(await refusalOf(startIn(path, fast))).toBe(
    `The folder of the database's socket, ${short}, was made by somebody else or is open to others. ` +
      'Remove it, or set DATA_DIR to a shorter path.',
  );
});

it('takes a path with commas, quotes and spaces', async () => {
  const path = database.lend({ name: 'a, "b" c' });
  const postgres = await startIn(path, fast);
  expect(postgres.host).toBe(join(path, 'postgres'));
  expect(await sql(postgres, 'select answer from kept')).toEqual([{ answer: 42 }]);
  await postgres.stop();
});

it('refuses a database of another version, and a folder that holds none, and changes neither', async () => {
  const path = embeddedFolder();
  const data = clusterOf(path);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  expect(await refusalOf(startIn(path))).toBe(
    `${data} is there, but no PostgreSQL database that this user can read (PG_VERSION: ENOENT). ` +
      'Move it away, or set DATA_DIR to another folder.',
  );
  writeFileSync(join(data, 'PG_VERSION'), '17\n');
  expect(await refusalOf(startEmbeddedPostgres(join(path, 'postgres')))).toBe(
    `The database in ${data} was made by PostgreSQL 17, and this Keywright brings PostgreSQL 18. ` +
      'Use a Keywright that brings PostgreSQL 17, or dump the database with it (pg_dumpall) and restore it into a new DATA_DIR.',
  );
  expect(readdirSync(data)).toEqual(['PG_VERSION']);
});

it('refuses a setting that Postgres refuses, with what Postgres said', async () => {
  const path = database.lend();
  const refusal = await refusalOf(startIn(path, { ...fast, settings: { shared_buffers: 'plenty' } }));
  expect(refusal).toContain(`The embedded PostgreSQL in ${join(path, 'postgres')} did not start (exit code 1).`);
  expect(refusal).toContain('FATAL:  invalid value for parameter "shared_buffers": "plenty"');
  expect(refusal).toContain(`The whole log is ${join(path, 'postgres', 'log')}.`);
});

it('gives up a start that takes too long, and leaves no server behind', async () => {
  const path = database.lend();
  expect(await refusalOf(startIn(path, { ...fast, startTimeoutMs: 0 }))).toContain(
    'did not start (not ready after 0 ms).',
  );
  expect(findPostmaster(clusterOf(path))).toBeUndefined();
  const postgres = await startEmbeddedPostgres(join(path, 'postgres'), fast);
  expect(postgres.origin).toBe('started');
  expect(await sql(postgres, 'select answer from kept')).toEqual([{ answer: 42 }]);
  await postgres.stop();
});

it('tells a guest when the holder of the folder has no database', async () => {
  const path = embeddedFolder();
  const root = join(path, 'postgres');
  expect(await refusalOf(startEmbeddedPostgres(root, { join: true, startTimeoutMs: 0 }))).toBe(
    `Another process has the data folder around ${root}, but its database is not ready after 0 ms. ` +
      'Look at what that process says, and try again when it is up.',
  );
  expect(existsSync(root)).toBe(false);
});

it('keeps rows and statements out of its log, and the log within its limit', async () => {
  const path = database.lend();
  const log = join(path, 'postgres', 'log');
  writeFileSync(log, `${'an old line\n'.repeat(limits.postgresLogBytesMax / 12)}the last old line\n`);
  const postgres = await startIn(path, fast);
  await expect(sql(postgres, "select 'Acme Ltd'::int")).rejects.toThrow('invalid input syntax');
  await postgres.stop();
  const text = readFileSync(log, 'utf8');
  expect(text).not.toContain('Acme');
  expect(text).toContain('an old line\nthe last old line\n');
  expect(text).toContain('database system is shut down');
  expect(text.length).toBeLessThan(limits.postgresLogBytesMax / 2 + 10_000);
});
