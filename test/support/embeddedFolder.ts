import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, type QueryResultRow } from 'pg';
import { onTestFinished } from 'vitest';
import { openDataFolder } from '../../src/store/dataFolder.ts';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../src/store/embeddedPostgres.ts';
import { findPostmaster, foundServer, stopServer } from '../../src/store/postmaster.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** A path for a data folder, below which no server is left running when the test has finished. */
export function embeddedFolder(options: { name?: string; uid?: number } = {}): string {
  const parent = temporaryFolder(options.uid === undefined ? {} : { uid: options.uid });
  const path = join(parent, options.name ?? 'data');
  onTestFinished(() => stopLeft(path));
  return path;
}

async function stopLeft(path: string): Promise<void> {
  const data = clusterOf(path);
  const left = findPostmaster(data);
  if (left !== undefined) await stopServer(foundServer(data, left.pid));
}

/** A database that is made once for a file of tests and lent to one after the other: making one takes half a second. */
export type LentDatabase = {
  /** A data folder that holds it, until the test has finished. It has a table `kept` with the answer 42. */
  lend(options?: { name?: string }): string;
  remove(): void;
};

/** Makes it, without durability; each test that borrows it may start it as it likes. */
export async function makeLentDatabase(): Promise<LentDatabase> {
  const home = mkdtempSync(join(tmpdir(), 'keywright-test-'));
  // Where root has no namespaces, nobody has to pass here.
  chmodSync(home, 0o755);
  const cluster = join(home, 'postgres');
  const postgres = await startEmbeddedPostgres(cluster, { durable: false });
  await sql(postgres, 'create table kept as select 42 as answer').finally(() => postgres.stop());
  return {
    lend(options = {}) {
      const path = embeddedFolder(options);
      mkdirSync(dirname(path), { recursive: true });
      mkdirSync(path, { mode: 0o700 });
      renameSync(cluster, join(path, 'postgres'));
      onTestFinished(async () => {
        await stopLeft(path);
        renameSync(join(path, 'postgres'), cluster);
      });
      return path;
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Where the database of a data folder lies. */
export function clusterOf(path: string): string {
  return join(path, 'postgres', 'data');
}

/** Takes the data folder and starts its database, as the service does; both end with the test. */
export async function startIn(path: string, options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const folder = openDataFolder(path, { purpose: 'the test', join: options.join ?? false });
  onTestFinished(() => folder.close());
  const postgres = await startEmbeddedPostgres(folder.postgresPath, options);
  return {
    ...postgres,
    async stop() {
      await postgres.stop();
      folder.close();
    },
  };
}

/** One statement on a connection of its own. */
export async function sql<Row extends QueryResultRow>(
  { host, port, user }: Pick<EmbeddedPostgres, 'host' | 'port' | 'user'>,
  statement: string,
): Promise<Row[]> {
  const client = new Client({ host, port, user, database: 'postgres' });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}
