import { Client } from 'pg';
import { limits } from '../lib/limits.ts';
import type { DatabaseAddress } from './DatabaseAddress.ts';
import { connectionSettings } from './orm.ts';

/**
 * Asks long questions on a connection of its own, as one of the service's roles: those of a start or of a command.
 * Without a role it is the login itself that asks, where the roles may not be there yet.
 */
export async function asRole<T>(
  address: DatabaseAddress,
  role: 'keywright_verify' | 'keywright_recovery' | undefined,
  ask: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ ...connectionSettings(address), statement_timeout: limits.startStatementTimeoutMs });
  client.on('error', () => {});
  await client.connect();
  try {
    if (role !== undefined) await client.query(`set role ${role}`);
    return await ask(client);
  } finally {
    await client.end();
  }
}
