import { Pool } from 'pg';
import { limits } from '../lib/limits.ts';
import type { DatabaseAddress } from './DatabaseAddress.ts';
import { guardPool } from './guardPool.ts';
import { connectionSettings } from './orm.ts';

/** How many connections, and what the database's own lists call them. */
export type VerifierPoolSize = { readonly name: string; readonly connectionsMax: number };

/**
 * Connections for verification, which take on their role when they open: to say it in every transaction
 * would make a cold verification three times as dear.
 */
export function openVerifierPool(
  address: DatabaseAddress,
  { name, connectionsMax }: VerifierPoolSize = { name: 'verify', connectionsMax: limits.verifyPoolConnectionsMax },
): Pool {
  const settings = connectionSettings(address);
  const pool = new Pool({
    ...settings,
    application_name: `keywright ${name}`,
    max: connectionsMax,
    options: `${settings.options} -c role=keywright_verify`,
  });
  guardPool(pool);
  return pool;
}
