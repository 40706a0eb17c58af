import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Argon2Queue } from '../crypto/argon2Queue.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { mayOpenLock, opensLock, preOf } from '../crypto/recoveryLock.ts';
import { keyIdOf, type ParsedToken } from '../crypto/token.ts';
import { hashSecret, needsLostKey } from '../crypto/tokenHash.ts';
import type { Clock } from '../lib/clock.ts';
import { findLocks, type KnownPres } from '../store/recoveryLocks.ts';
import { replaceHash } from '../store/replaceHash.ts';
import type { KeyRow } from './KeyRow.ts';

/** What lets the tokens of a lost ring in again, one by one, as they are presented. */
export type Recovery = {
  /**
   * Might a token of a lost number be one of ours? Nobody can check its tag any more; but its secret's `pre` is in memory
   * or it was never minted here. So a stranger, who may know every key id, gets no further than from a tag: no statement,
   * no place in the queue, and no count that could be run up against a key's owner.
   */
  mayBeOurs(parsed: ParsedToken): boolean;
  /**
   * Proves a secret by its argon2id lock and gives its row a hash of the present ring. True: look at the row again.
   * False: it opens no lock of a live secret of this key.
   */
  rekey(parsed: ParsedToken, row: KeyRow): Promise<boolean>;
};

/** What a recovery is made of; it lives as long as the process. */
export type RecoveryParts = {
  /** On the recovery role. */
  readonly pool: Pool;
  readonly keyring: Keyring;
  readonly known: KnownPres;
  /** Its own: a wave of recoveries must not keep keys from being made, nor the other way round. */
  readonly queue: Argon2Queue;
  readonly clock: Clock;
  readonly onRekeyed: (keyId: string) => void;
};

/** Recovery for one process. */
export function createRecovery(parts: RecoveryParts): Recovery {
  const flights = new Map<string, Promise<boolean>>();
  return {
    mayBeOurs: (parsed) => parts.known.has(preOf({ keyId: keyIdOf(parsed), secret: parsed.secret })),
    rekey(parsed, row) {
      // By the whole token, in a digest: whoever shares a flight has presented the same secret.
      const token = createHash('sha256').update(parsed.token.reveal()).digest('base64');
      const flight = flights.get(token) ?? prove(parts, parsed, row).finally(() => flights.delete(token));
      flights.set(token, flight);
      return flight;
    },
  };
}

async function prove(parts: RecoveryParts, { secret }: ParsedToken, row: KeyRow): Promise<boolean> {
  const { pool, keyring, queue, clock } = parts;
  const locked = { keyId: row.keyId, secret };
  const lock = (await findLocks(pool, row.keyId, clock())).find((each) => mayOpenLock(each, locked));
  if (lock === undefined) return false;
  // Somebody else was quicker, here or in another process.
  if (!needsLostKey(keyring, lock.version)) return true;
  if (!(await queue.run(() => opensLock(lock, locked)))) return false;
  const { keyId, tenantId } = row;
  const hash = hashSecret(keyring, keyring.activeNo, { keyId, tenantId, secret });
  const { secretNo, retiring, hash: from } = lock;
  const to = { version: String(keyring.activeNo), hash };
  if (await replaceHash(pool, { keyId, secretNo, retiring, from, to })) parts.onRekeyed(keyId);
  return true;
}
