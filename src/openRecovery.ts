import type { Pool } from 'pg';
import { type Argon2Queue, createArgon2Queue } from './crypto/argon2Queue.ts';
import type { Keyring } from './crypto/keyring.ts';
import type { Clock } from './lib/clock.ts';
import { globalId } from './lib/ids.ts';
import { limits } from './lib/limits.ts';
import type { Log } from './lib/log.ts';
import type { DatabaseAddress } from './store/DatabaseAddress.ts';
import { readKnownPres } from './store/recoveryLocks.ts';
import { openRecoveryPool } from './store/verifierPool.ts';
import { createRecovery, type Recovery } from './verification/recovery.ts';

/** A recovery that runs, and what of it others count and close. */
export type OpenRecovery = {
  readonly recovery: Recovery;
  readonly queue: Argon2Queue;
  readonly pool: Pool;
  close(): Promise<void>;
};

/** Reads which tokens of the lost ring keys there are, and opens the way by which they come back. */
export async function openRecovery(parts: {
  readonly address: DatabaseAddress;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<OpenRecovery> {
  const { address, keyring, clock, log } = parts;
  const lost = keyring.entries.filter((entry) => entry.state === 'lost').map((entry) => entry.n);
  const known = await readKnownPres(address, lost);
  log.info(
    { lostKeys: lost, secrets: known.size },
    'recovery is on: tokens of lost ring keys are proven by their locks',
  );
  const pool = openRecoveryPool(address);
  const queue = createArgon2Queue({
    concurrency: limits.recoveryConcurrency,
    waitingMax: limits.recoveryQueueMax,
    whenFull: 'Too many keys are being recovered at once.',
  });
  const onRekeyed = (keyId: string) =>
    log.info({ key: globalId('ApiKey', keyId) }, 'recovered: its hash is of this ring');
  return {
    recovery: createRecovery({ pool, keyring, known, queue, clock, onRekeyed }),
    queue,
    pool,
    async close() {
      await queue.drain();
      await pool.end();
    },
  };
}
