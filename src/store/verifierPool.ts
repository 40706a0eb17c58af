import { type ClientBase, Pool, type PoolConfig } from 'pg';
import { limits } from '../lib/limits.ts';
import type { DatabaseAddress } from './DatabaseAddress.ts';
import { guardPool } from './guardPool.ts';
import { connectionSettings } from './orm.ts';
import { refuseStandby } from './refuseStandby.ts';

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
  return openRolePool(address, {
    role: 'keywright_verify',
    name: `keywright ${name}`,
    max: connectionsMax,
  });
}

/** Connections for recovery: its role alone reads the locks of secrets. */
export function openRecoveryPool(address: DatabaseAddress): Pool {
  const max = limits.recoveryPoolConnectionsMax;
  return openRolePool(address, { role: 'keywright_recovery', name: 'keywright recovery', max });
}

function openRolePool(
  address: DatabaseAddress,
  { role, name, max }: { role: string; name: string; max: number },
): Pool {
  const settings = connectionSettings(address);
  const options = `${settings.options} -c role=${role}`;
  const verify = (client: ClientBase, done: (error?: Error) => void) => {
    refuseStandby(client).then(() => done(), done);
  };
  // The pool has this option, and its types do not.
  const pool = new Pool({ ...settings, application_name: name, max, options, verify } as PoolConfig);
  guardPool(pool);
  return pool;
}
