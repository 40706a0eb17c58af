import { randomBytes } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';
import { inject } from 'vitest';
import type { DatabaseAddress } from '../../src/store/DatabaseAddress.ts';
import { atDatabase } from './addresses.ts';

/** A database of its own, cloned from the migrated template: as empty as a new installation. */
export type TestDatabase = {
  /** As the service logs in: no rights but those of the roles that it takes on. */
  readonly service: DatabaseAddress;
  /** As the server's administrator, whom no policy binds. */
  readonly admin: DatabaseAddress;
  /** One statement as the administrator. */
  sql<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
};

/** Clones the template. */
export async function createDatabase(): Promise<TestDatabase> {
  const server = inject('server');
  const name = `${server.prefix}_${randomBytes(4).toString('hex')}`;
  await once(server.admin, `create database ${name} template ${server.template} strategy file_copy`);
  const admin = atDatabase(server.admin, name);
  const client = new Client(admin);
  client.on('error', () => {});
  await client.connect();
  return {
    service: atDatabase(server.service, name),
    admin,
    async sql<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) {
      return (await client.query<Row>(text, [...values])).rows;
    },
    async drop() {
      await client.end();
      await once(server.admin, `drop database ${name} with (force)`);
    },
  };
}

async function once(address: DatabaseAddress, statement: string): Promise<void> {
  const client = new Client(address);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
