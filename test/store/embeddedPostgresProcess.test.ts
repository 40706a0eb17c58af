import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findPostmaster, foundServer, until } from '../../src/store/postmaster.ts';
import {
  clusterOf,
  embeddedFolder,
  type LentDatabase,
  makeLentDatabase,
  sql,
  startIn,
} from '../support/embeddedFolder.ts';
import { canRunAs, startHolder } from '../support/startHolder.ts';

const fast = { durable: false } as const;
const asRoot = process.getuid?.() === 0;
const plainUser = 65534;
const itAsRoot = it.skipIf(!asRoot || !canRunAs(plainUser));
/** Where neither `unshare` nor anything else is found: a machine that forbids namespaces. */
const noNamespaces = { PATH: '/nonexistent' };
let database: LentDatabase;

beforeAll(async () => {
  database = await makeLentDatabase();
});
afterAll(() => database.remove());

it('loses no acknowledged row when its process is killed, and the next start takes the running server over', async () => {
  const path = database.lend();
  const holder = startHolder({ path, purpose: 'the child', postgres: {} });
  await holder.saying('ready');
  const pid = findPostmaster(clusterOf(path))?.pid;
  holder.order('insert');
  await holder.saying('inserted', ({ number }) => number === 50);
  holder.signal('SIGKILL');
  expect(await holder.ended()).toBe('SIGKILL');

  const acknowledged = holder.said.at(-1)?.number;
  const postgres = await startIn(path);
  expect(postgres).toMatchObject({ origin: 'adopted', owned: true });
  expect(findPostmaster(clusterOf(path))?.pid).toBe(pid);
  expect(await sql(postgres, `select count(*)::int as kept from acknowledged where number <= ${acknowledged}`)).toEqual(
    [{ kept: acknowledged }],
  );
  await sql(postgres, 'drop table acknowledged');
  await postgres.stop();
  expect(findPostmaster(clusterOf(path))).toBeUndefined();
});

it('loses no acknowledged row when the server is killed, too', async () => {
  const path = database.lend();
  const holder = startHolder({ path, purpose: 'the child', postgres: {} });
  await holder.saying('ready');
  const pid = findPostmaster(clusterOf(path))?.pid ?? 0;
  holder.order('insert');
  await holder.saying('inserted', ({ number }) => number === 50);
  process.kill(pid, 'SIGKILL');
  holder.signal('SIGKILL');
  await holder.ended();

  const acknowledged = holder.said.at(-1)?.number;
  const postgres = await startIn(path);
  expect(findPostmaster(clusterOf(path))?.status).toBe('ready');
  expect(postgres.origin).toBe('started');
  expect(await sql(postgres, `select count(*)::int as kept from acknowledged where number <= ${acknowledged}`)).toEqual(
    [{ kept: acknowledged }],
  );
  await sql(postgres, 'drop table acknowledged');
  await postgres.stop();
});

it('never goes on with a left server that was started without durability', async () => {
  const path = database.lend();
  const holder = startHolder({ path, purpose: 'the child', postgres: fast });
  await holder.saying('ready');
  holder.signal('SIGKILL');
  await holder.ended();
  const postgres = await startIn(path);
  expect(postgres.origin).toBe('started');
  expect(await sql(postgres, 'show fsync')).toEqual([{ fsync: 'on' }]);
  await postgres.stop();
});

it('outlives Ctrl-C, which reaches every process of the terminal, until its holder has finished', async () => {
  const path = database.lend();
  const holder = startHolder({ path, purpose: 'the child', postgres: fast });
  await holder.saying('ready');
  holder.signal('SIGINT', 'group');
  expect(await holder.saying('interrupted')).toMatchObject({ databaseAlive: true });
  expect(await holder.ended()).toBe(0);
  expect(findPostmaster(clusterOf(path))).toBeUndefined();
});

it('ends with its holder, when that is told twice to end and when it just exits', async () => {
  const path = database.lend();
  const told = startHolder({ path, purpose: 'the child', postgres: fast });
  await told.saying('ready');
  told.signal('SIGTERM');
  told.signal('SIGTERM');
  expect(await told.ended()).toBe(0);
  expect(findPostmaster(clusterOf(path))).toBeUndefined();

  const exiting = startHolder({ path, purpose: 'the child', postgres: fast });
  await exiting.saying('ready');
  const pid = findPostmaster(clusterOf(path))?.pid ?? 0;
  exiting.order('exit');
  expect(await exiting.ended()).toBe(0);
  expect(foundServer(clusterOf(path), pid).isAlive()).toBe(false);
});

it('waits at a start for a server that is still stopping, instead of taking it over', async () => {
  const path = database.lend();
  const holder = startHolder({ path, purpose: 'the child', postgres: fast });
  const { host = '' } = await holder.saying('ready');
  const client = new Client({ host, port: 5432, user: 'postgres', database: 'postgres' });
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query('select pg_backend_pid() as pid');
  // A session that stands still holds the shutdown up.
  process.kill(rows[0].pid, 'SIGSTOP');
  holder.signal('SIGKILL');
  await holder.ended();
  const stopping = findPostmaster(clusterOf(path));
  process.kill(stopping?.pid ?? 0, 'SIGINT');
  await until(() => findPostmaster(clusterOf(path))?.status === 'stopping' || undefined, 10_000);

  const starting = startIn(path, fast);
  process.kill(rows[0].pid, 'SIGCONT');
  const postgres = await starting;
  expect(postgres.origin).toBe('started');
  expect(findPostmaster(clusterOf(path))?.pid).not.toBe(stopping?.pid);
  expect(await sql(postgres, 'select answer from kept')).toEqual([{ answer: 42 }]);
  await postgres.stop();
});

it('serves a guest, who cannot end it', async () => {
  const path = embeddedFolder();
  const holder = startHolder({ path, purpose: 'the child', postgres: fast });
  // The guest is early: it waits until the holder has made the database.
  await until(() => existsSync(join(path, 'postgres')) || undefined, 10_000);
  const guest = await startIn(path, { join: true });
  expect(guest).toMatchObject({ origin: 'joined', owned: false });
  expect(await sql(guest, 'select 1 as one')).toEqual([{ one: 1 }]);
  await guest.stop();
  expect(await sql(guest, 'select 1 as one')).toEqual([{ one: 1 }]);
  await holder.saying('ready');
  holder.signal('SIGTERM');
  expect(await holder.ended()).toBe(0);
});

it('makes a whole database after a start that was killed while it made one', async () => {
  const path = embeddedFolder();
  const root = join(path, 'postgres');
  const holder = startHolder({ path, purpose: 'the child', postgres: fast });
  const half = await until(
    () => (existsSync(root) ? readdirSync(root).find((name) => name.startsWith('data.unfinished-')) : undefined),
    10_000,
  );
  holder.signal('SIGKILL');
  expect(await holder.ended()).toBe('SIGKILL');
  expect(half).toBeDefined();
  expect(existsSync(clusterOf(path))).toBe(false);
  const postgres = await startIn(path, fast);
  expect(postgres.origin).toBe('created');
  expect(await sql(postgres, 'select 1 as one')).toEqual([{ one: 1 }]);
  await postgres.stop();
});

itAsRoot("runs for a plain user, and finds that user's data again", async () => {
  const path = embeddedFolder({ uid: plainUser });
  for (const origin of ['created', 'started']) {
    const holder = startHolder({ path, purpose: 'the child', postgres: fast }, { uid: plainUser });
    expect(await holder.saying('ready')).toMatchObject({ origin });
    holder.signal('SIGTERM');
    expect(await holder.ended()).toBe(0);
  }
  expect(statSync(clusterOf(path)).uid).toBe(plainUser);
});

itAsRoot(
  'hands the folder to nobody where root has no namespaces, but none of its secrets, and keeps to that',
  async () => {
    const path = embeddedFolder();
    mkdirSync(path, { mode: 0o700 });
    writeFileSync(join(path, 'keyring.json'), '{}', { mode: 0o600 });
    const holder = startHolder({ path, purpose: 'the child', postgres: fast }, noNamespaces);
    expect(await holder.saying('ready')).toMatchObject({ origin: 'created' });
    expect(statSync(path)).toMatchObject({ uid: plainUser, mode: 0o40700 });
    expect(statSync(clusterOf(path))).toMatchObject({ uid: plainUser, mode: 0o40700 });
    expect(statSync(join(path, 'keyring.json'))).toMatchObject({ uid: 0, mode: 0o100600 });
    holder.signal('SIGKILL');
    await holder.ended();

    const adopted = await startIn(path, fast);
    expect(adopted.origin).toBe('adopted');
    await adopted.stop();
    const again = await startIn(path, fast);
    expect(again.origin).toBe('started');
    expect(await sql(again, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(statSync(clusterOf(path)).uid).toBe(plainUser);
    await again.stop();
  },
);

itAsRoot('names the ways out where root can run it neither in a namespace nor as nobody', async () => {
  const closed = embeddedFolder();
  mkdirSync(closed, { mode: 0o700 });
  const path = join(closed, 'data');
  const holder = startHolder({ path, purpose: 'the child', postgres: fast }, noNamespaces);
  const { message } = await holder.saying('refused');
  expect(message).toContain(
    `SetupError: PostgreSQL refuses to run as root, this machine forbids user namespaces, and the user nobody cannot reach ${closed} or `,
  );
  expect(message).toContain(
    'Start Keywright as a plain user, or set DATABASE_URL to a PostgreSQL server, or install it and set DATA_DIR where nobody can pass',
  );
  expect(statSync(path).uid).toBe(0);
  expect(await holder.ended()).toBe(1);
});
