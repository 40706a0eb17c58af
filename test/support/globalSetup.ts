import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import type { DatabaseAddress } from '../../src/store/DatabaseAddress.ts';
import { startEmbeddedPostgres } from '../../src/store/embeddedPostgres.ts';
import { migrate } from '../../src/store/migrate.ts';
import { atDatabase, withLogin } from './addresses.ts';

/** What every test file is given: a server, a login on it without any rights of its own, and a migrated template. */
export type TestServer = {
  readonly admin: DatabaseAddress;
  readonly service: DatabaseAddress;
  readonly prefix: string;
  readonly template: string;
};

declare module 'vitest' {
  export interface ProvidedContext {
    server: TestServer;
  }
}

/**
 * One Postgres for the whole run: the embedded one, without durability, or the server of DATABASE_URL,
 * on which only databases and one login of this run's own name are made, and dropped at the end.
 */
export async function setup({ provide }: TestProject): Promise<void> {
  const { admin, stop } = await openServer();
  const prefix = `keywright_test_${randomBytes(6).toString('hex')}`;
  const template = `${prefix}_template`;
  const password = randomBytes(16).toString('hex');
  await asAdmin(admin, async (client) => {
    await client.query(`create role ${prefix} login noinherit password '${password}'`);
    await client.query(`create database ${template} ${await localeClause(client)}`);
  });
  await migrate(atDatabase(admin, template), prefix);
  provide('server', { admin, service: withLogin(admin, { user: prefix, password }), prefix, template });
  cleanUp = async () => {
    await asAdmin(admin, async (client) => {
      const { rows } = await client.query<{ datname: string }>(
        "select datname from pg_database where datname like $1 || '%'",
        [prefix],
      );
      for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`);
      await client.query(`drop role ${prefix}`);
    });
    await stop();
  };
}

let cleanUp: (() => Promise<void>) | undefined;

/** Leaves the server as it was found. */
export async function teardown(): Promise<void> {
  await cleanUp?.();
}

async function openServer(): Promise<{ admin: DatabaseAddress; stop: () => Promise<void> }> {
  const url = process.env.DATABASE_URL;
  if (url !== undefined && url !== '') return { admin: { connectionString: url }, stop: async () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'keywright-test-'));
  // Where root may make no namespace, Postgres runs as nobody, who must be able to pass.
  chmodSync(folder, 0o755);
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false });
  const { host, port, user } = postgres;
  return {
    admin: { host, port, user, database: 'postgres' },
    async stop() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function asAdmin(admin: DatabaseAddress, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client(admin);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** A server that was made with the C locale has to be asked for letters. */
async function localeClause(client: Client): Promise<string> {
  const { rows } = await client.query<{ good: boolean }>("select lower('É') = 'é' as good");
  return rows[0]?.good === true ? '' : "template template0 encoding 'UTF8' locale 'C.UTF-8'";
}
