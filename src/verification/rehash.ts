import type { Pool } from 'pg';
import type { Keyring } from '../crypto/keyring.ts';
import type { Secret } from '../crypto/Secret.ts';
import { renewedHash } from '../crypto/tokenHash.ts';
import { Unavailable } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { type HashReplacement, replaceHash } from '../store/replaceHash.ts';
import type { KeyRow, SecretRow } from './KeyRow.ts';

/** A secret, or an imported token, that was just proven to be this row's. */
export type Proven = { readonly row: KeyRow; readonly secret: SecretRow; readonly presented: Secret };

/** Brings stored hashes to the active ring key when their secrets are used, behind the answers to whoever used them. */
export type Rehash = {
  /** Queues a hash that is not the active key's; does nothing for one that is, that waits already, or when too many wait. */
  offer(proven: Proven): void;
  readonly waiting: number;
  /** Resolves once nothing waits, or has waited too long; whoever stops the service closes the doors first. */
  drain(): Promise<void>;
};

/** The queue of one process, on the verifying role's pool. What is lost with the process, the next use offers again. */
export function createRehash(parts: {
  readonly pool: Pool;
  readonly keyring: Keyring;
  readonly onFault: (error: unknown) => void;
  /** An argument for tests alone. */
  readonly drainMs?: number;
}): Rehash {
  const { pool, keyring, onFault, drainMs = limits.rehashDrainMs } = parts;
  // Nearly every row has it, and no more than this comparison is asked of those.
  const current = String(keyring.activeNo);
  // By key and secret: a busy key would fill the queue by itself before its first rehash is done.
  const waiting = new Map<string, HashReplacement>();
  let working: Promise<void> | undefined;
  let draining = false;

  /** One at a time, so that a wave of old hashes takes one connection from the verifications and no more. */
  async function work(): Promise<void> {
    for (const [name, replacement] of waiting) {
      await replaceHash(pool, replacement).catch((error: unknown) => {
        // A database that is away is told by every request; and a process that stops does not wait for its return.
        if (!(error instanceof Unavailable)) onFault(error);
        else if (draining) waiting.clear();
      });
      waiting.delete(name);
    }
    working = undefined;
  }

  return {
    offer({ row, secret, presented }) {
      if (secret.version === current) return;
      const { keyId, tenantId } = row;
      const name = `${keyId} ${secret.no}`;
      if (waiting.size >= limits.rehashQueueMax || waiting.has(name)) return;
      const to = renewedHash(keyring, secret.version, { keyId, tenantId, secret: presented });
      if (to === undefined) return;
      waiting.set(name, { keyId, secretNo: secret.no, retiring: secret.endsAtMs !== null, from: secret.hash, to });
      working ??= work();
    },
    get waiting() {
      return waiting.size;
    },
    async drain() {
      draining = true;
      const giveUp = setTimeout(() => waiting.clear(), drainMs);
      await working;
      clearTimeout(giveUp);
    },
  };
}
