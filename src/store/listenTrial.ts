import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { limits } from '../lib/limits.ts';
import { changesChannel, type LeaseConnection } from './leaseConnection.ts';

/**
 * Whether the lease's connection hears what the database calls out: it calls itself from another one. Behind a pooler that
 * lends connections for a transaction it does not, and no error says so.
 */
export async function hearsItself(connection: LeaseConnection, pool: Pool): Promise<boolean> {
  const payload = `trial ${randomUUID()}`;
  const { promise: heard, resolve } = Promise.withResolvers<boolean>();
  connection.onNotice((told) => {
    if (told === payload) resolve(true);
  });
  const timer = setTimeout(() => resolve(false), limits.listenTrialMs);
  try {
    await connection.ask({ text: 'select 1' });
    await pool.query('select pg_notify($1, $2)', [changesChannel, payload]);
    return await heard;
  } catch {
    // A database that is away is told of by the first renewal.
    return false;
  } finally {
    clearTimeout(timer);
  }
}
