import { join } from 'node:path';
import { Client, type QueryResultRow } from 'pg';
import { startEmbeddedPostgres } from '../../../src/store/embeddedPostgres.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { findPostmaster, until } from '../../../src/store/postmaster.ts';
import { databaseUrl } from '../../cli/keywright.ts';

/** A durable PostgreSQL that is restarted while nodes work on it. */
export type Database = {
  /** As the nodes log in. */
  readonly url: string;
  /** Where its files are. */
  readonly data: string;
  /** Runs something as the administrator, on a connection of its own: none outlives a restart. */
  asAdmin<T>(work: (client: Client) => Promise<T>): Promise<T>;
  /** One statement as the administrator. */
  rows<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Ends it, in order or at once as a crash does, and starts it again. */
  restart(how: 'fast' | 'immediate'): Promise<void>;
  stop(): Promise<void>;
};

const login = 'keywright_bench';
/** Four nodes' pools, what they leave behind when they are killed, and us. */
const settings = { max_connections: '200' };
const endTimeoutMs = 10_000;

/** Starts one in a folder, with the schema, and a login without rights of its own. */
export async function startDatabase(folder: string): Promise<Database> {
  const path = join(folder, 'postgres');
  const data = join(path, 'data');
  let postgres = await startEmbeddedPostgres(path, { settings });
  const { host, port, user } = postgres;
  const admin = { host, port, user, database: 'keywright' };

  async function asAdmin<T>(work: (client: Client) => Promise<T>, address = admin): Promise<T> {
    const client = new Client({ ...address, application_name: 'bench' });
    // The server may end at any moment; what was being asked then fails by itself.
    client.on('error', () => {});
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => {});
    }
  }

  await asAdmin(
    async (client) => {
      await client.query(`create role ${login} login noinherit`);
      await client.query('create database keywright');
    },
    { ...admin, database: 'postgres' },
  );
  await migrate(admin, login);
  return {
    url: databaseUrl({ ...admin, user: login }),
    data,
    asAdmin,
    rows: (text, values = []) => asAdmin(async (client) => (await client.query(text, [...values])).rows),
    async restart(how) {
      const server = findPostmaster(data);
      if (how === 'immediate' && server !== undefined) {
        process.kill(server.pid, 'SIGQUIT');
        await until(() => findPostmaster(data) === undefined || undefined, endTimeoutMs);
      }
      await postgres.stop();
      postgres = await startEmbeddedPostgres(path, { settings });
    },
    stop: () => postgres.stop(),
  };
}
