import { Pool } from 'pg';
import { limits } from '../lib/limits.ts';
import type { DatabaseAddress } from './DatabaseAddress.ts';
import { guardPool } from './guardPool.ts';
import { connectionSettings } from './orm.ts';

/**
 * Connections for verification, which take on their role when they open: to say it in every transaction
 * would make a cold verification three times as dear.
 */
export function openVerifierPool(address: DatabaseAddress): Pool {
  const settings = connectionSettings(address);
  const pool = new Pool({
    ...settings,
    application_name: 'keywright verify',
    max: limits.verifyPoolConnectionsMax,
    options: `${settings.options} -c role=keywright_verify`,
  });
  guardPool(pool);
  return pool;
}
