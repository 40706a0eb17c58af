import { chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { SetupError } from '../../src/lib/errors.ts';
import { findPostgresBinaries } from '../../src/store/postgresBinaries.ts';
import { choosePostgresUser, nobody } from '../../src/store/postgresUser.ts';
import { canRunAs } from '../support/startHolder.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const asRoot = process.getuid?.() === 0;
const itAsRoot = it.skipIf(!asRoot || !canRunAs(nobody.uid));
const binaries = findPostgresBinaries();

afterEach(() => void vi.unstubAllEnvs());
/** A machine that forbids namespaces, as far as anyone can tell who does not find `unshare`. */
const forbidNamespaces = () => vi.stubEnv('PATH', '/nonexistent');

/** The folder of a server, with a database of `owner` or without one. */
function serverFolder(owner?: number): {
  root: string;
  data: string;
  choose: () => ReturnType<typeof choosePostgresUser>;
} {
  const root = join(temporaryFolder(), 'postgres');
  const data = join(root, 'data');
  mkdirSync(root, { mode: 0o700 });
  if (owner !== undefined) {
    mkdirSync(data, { mode: 0o700 });
    chownSync(data, owner, owner);
  }
  return { root, data, choose: () => choosePostgresUser(root, data, binaries) };
}

it.skipIf(asRoot)('runs as the plain user that we are', () => {
  const me = { uid: process.geteuid?.(), gid: process.getegid?.() };
  expect(serverFolder().choose()).toEqual({ ...me, ids: {}, prefix: [] });
});

itAsRoot('runs as the owner of the database that is there', () => {
  expect(serverFolder(12345).choose()).toEqual({ uid: 12345, gid: 12345, ids: { uid: 12345, gid: 12345 }, prefix: [] });
});

itAsRoot('runs in a namespace for root, for a new database and for one of root', () => {
  for (const owner of [undefined, 0]) {
    expect(serverFolder(owner).choose()).toMatchObject({
      uid: 0,
      ids: {},
      prefix: ['unshare', '--user'].concat(['--map-user=65534', '--map-group=65534', '--']),
    });
  }
});

itAsRoot('hands its own folder to nobody without namespaces, but no folder around it that is not a data folder', () => {
  forbidNamespaces();
  const { root, choose } = serverFolder();
  expect(choose()).toEqual({ ...nobody, ids: nobody, prefix: [] });
  expect(statSync(root).uid).toBe(nobody.uid);
  expect(statSync(join(root, '..')).uid).toBe(0);
});

itAsRoot("refuses a database of root without namespaces, and leaves it root's", () => {
  forbidNamespaces();
  const { root, data, choose } = serverFolder(0);
  expect(choose).toThrow(
    new SetupError(
      `The database in ${data} belongs to root, as whom PostgreSQL refuses to run, and this machine forbids user namespaces. ` +
        'Give the whole data folder to a plain user and start Keywright as that user, or set DATABASE_URL to a PostgreSQL server.',
    ),
  );
  expect(statSync(root).uid).toBe(0);
});
