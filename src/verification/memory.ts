import { encodeUuid } from '../crypto/base32.ts';
import type { TokenDigest } from '../crypto/tokenDigest.ts';
import { limits } from '../lib/limits.ts';
import type { LoggedChange } from '../store/changeLog.ts';
import type { Proof } from './KeyRow.ts';
import { createLease, type Lease, type LeaseParts } from './lease.ts';
import { createRowCache } from './rowCache.ts';
import { createTombstones, type Tombstones } from './tombstones.ts';

/** When a read began: what it may have missed is judged when its answer is there. */
export type ReadStart = { readonly epoch: number; readonly seq: number };

/** What a node knows without asking: proven keys, as long as it holds a lease. */
export type Memory = {
  readonly lease: Lease;
  readonly digestOf: TokenDigest;
  /** What is known of a token: its proof, or that there is no such key; undefined where the database must be asked. */
  recall(token: string, digest: string): Proof | 'unknown' | undefined;
  /** To be called before the question is sent. */
  beginRead(): ReadStart;
  /** Whether somebody who asks for this key now may have the answer to a question that was sent before. */
  mayJoin(read: ReadStart, keyId: string): boolean;
  /** Whether nothing at all has changed since a read began: for those of which nobody knows yet what they are about. */
  isUnchanged(read: ReadStart): boolean;
  /** Keeps what a read found, unless something may have changed since it began. */
  remember(digest: string, proof: Proof, read: ReadStart, how: { readonly imported: boolean }): void;
  rememberUnknown(digest: string, read: ReadStart): void;
  /** Something was changed here: it goes before the log is read, and the log is acknowledged by its reader alone. */
  changed(change: Omit<LoggedChange, 'seq'>, seq: number): void;
  /** Keys that are held. */
  readonly size: number;
};

/** What a memory is made of: the lease's own parts, and its size. */
export type MemoryParts = Omit<LeaseParts, 'onChange' | 'onLapse'> & {
  readonly digestOf: TokenDigest;
  readonly keysMax: number;
  /** Something was imported, here or elsewhere, or may have been. */
  readonly onImport: () => void;
};

/** An empty memory without a lease; it answers nothing until its lease was started. */
export function createMemory(parts: MemoryParts): Memory {
  const { clocks, digestOf, keysMax, onImport } = parts;
  const cache = createRowCache(keysMax);
  let unknown = new Map<string, number>();
  let tombstones: Tombstones = createTombstones(limits.tombstonesMax);
  /** The last change that took more than one key along. */
  let lastWide = Number.NEGATIVE_INFINITY;
  const lease = createLease({ ...parts, onChange: evict, onLapse: clear });

  function clear(): void {
    cache.clear();
    unknown = new Map();
    // Numbers of another history mean nothing in this one; what was read before is kept out by its epoch.
    tombstones = createTombstones(limits.tombstonesMax);
    lastWide = Number.NEGATIVE_INFINITY;
    // Among the changes that were not read may have been an import.
    onImport();
  }

  function evict({ kind, subjectId, seq }: LoggedChange): void {
    tombstones.add(kind === 'import' ? 'import' : subjectId, seq);
    if (kind === 'key') cache.evictKey(encodeUuid(subjectId));
    else lastWide = Math.max(lastWide, seq);
    if (kind === 'tenant') cache.evictTenant(subjectId);
    if (kind === 'user') cache.evictUser(subjectId);
    if (kind === 'import') {
      cache.evictImported();
      onImport();
    }
  }

  const mayStay = ({ epoch, seq }: ReadStart, ids: readonly (string | null)[]) =>
    lease.isAlive() && lease.epoch === epoch && !tombstones.mayHaveMissed(seq, ids);

  return {
    lease,
    digestOf,
    recall(token, digest) {
      if (!lease.isAlive()) return undefined;
      const proof = cache.find(token, digest);
      if (proof !== undefined || unknown.size === 0) return proof;
      return (unknown.get(digest) ?? Number.NEGATIVE_INFINITY) > clocks.monotonicMs() ? 'unknown' : undefined;
    },
    beginRead: () => ({ epoch: lease.epoch, seq: lease.acked }),
    mayJoin: (read, keyId) => mayStay(read, [keyId]) && lastWide <= read.seq,
    isUnchanged: (read) => mayStay(read, []) && tombstones.isLatest(read.seq),
    remember(digest, proof, read, { imported }) {
      const ids = [proof.keyId, proof.tenantId, proof.ownerUserId, imported ? 'import' : null];
      if (mayStay(read, ids)) cache.insert(digest, proof, imported);
    },
    rememberUnknown(digest, read) {
      if (!mayStay(read, [])) return;
      unknown.delete(digest);
      unknown.set(digest, clocks.monotonicMs() + limits.unknownTokenMs);
      const [oldest] = unknown.keys();
      if (unknown.size > limits.unknownTokensMax && oldest !== undefined) unknown.delete(oldest);
    },
    changed: (change, seq) => evict({ ...change, seq }),
    get size() {
      return lease.isAlive() ? cache.size : 0;
    },
  };
}
