import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { decodeUuid } from '../crypto/base32.ts';
import { Unavailable } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { recordUses, type Use } from '../store/recordUses.ts';
import type { Proof } from './KeyRow.ts';
import { createWaitingUses, type WaitingUses } from './waitingUses.ts';

/** Notes when secrets are used, and writes it behind the answers, many at once. */
export type Uses = {
  /** Notes a use. False: there was no room, and whoever noted it notes the next one. It never throws. */
  note(use: Use): boolean;
  /** Secrets whose last use is not written yet. */
  readonly waiting: number;
  /** Rows written so far, of keys and of retiring secrets. */
  readonly written: number;
  /** Uses so far that there was no room for, or that could not be written. */
  readonly dropped: number;
  /** Resolves once nothing waits, or has waited too long; whoever stops the service closes the doors first. */
  drain(): Promise<void>;
};

/** Notes that a proven secret was let in; one that is remembered only every few seconds, since less is written of it. */
export function noteUse(uses: Pick<Uses, 'note'>, proof: Proof, nowMs: number): void {
  const nowSeconds = Math.floor(nowMs / 1000);
  // Not "later than": in tests a clock may go back.
  if (Math.abs(nowSeconds - proof.notedSeconds) < limits.useNotedSeconds) return;
  // Made anew: as it was read, it holds on to the whole row that it came with.
  const keyId = decodeUuid(proof.kid) ?? proof.keyId;
  if (uses.note({ keyId, secretNo: proof.secretNo, atMs: nowMs })) proof.notedSeconds = nowSeconds;
}

/** Runs something once, later, and keeps no process from ending. */
export type Later = (work: () => Promise<unknown>, ms: number) => void;

/** What writes the uses of one process. */
export type UsesParts = {
  readonly pool: Pool;
  /** Told of the first fault of a row of them: an outage is one line in the log, however long. */
  readonly onFault: (error: unknown) => void;
  /** Arguments for tests alone. */
  readonly later?: Later | undefined;
  readonly drainMs?: number;
};

const afterwards: Later = (work, ms) => void setTimeout(work, ms).unref();

/** The uses of one process, written on the verifying role's pool. */
export function createUses({ pool, onFault, later = afterwards, drainMs = limits.usesDrainMs }: UsesParts): Uses {
  const queue = createWaitingUses();
  const counts: Counts = { inFlight: 0, written: 0, dropped: 0 };
  const writeBatch = createBatchWriter({ pool, onFault, counts });
  let isTimed = false;
  let hasGivenUp = false;
  let round: Promise<boolean> = Promise.resolve(true);
  const waiting = () => queue.count + counts.inFlight;

  function write(): Promise<boolean> {
    round = round.then(() => writeRound(queue, counts, { writeBatch, isOver: () => hasGivenUp })).finally(writeLater);
    return round;
  }

  /** No timer while nothing waits, and never more than one: so an outage is asked about no oftener than a queue is written. */
  function writeLater(): void {
    if (isTimed || queue.count === 0) return;
    isTimed = true;
    later(() => {
      isTimed = false;
      return write();
    }, limits.usesFlushMs);
  }

  /** A database that is away is not waited for; a row that somebody holds is. */
  async function drain(): Promise<void> {
    const giveUp = setTimeout(() => {
      hasGivenUp = true;
    }, drainMs);
    for (let isFirst = true; waiting() > 0 && !hasGivenUp; isFirst = false) {
      if (!isFirst) await pause(limits.usesRetryMs);
      if (!(await write())) break;
    }
    clearTimeout(giveUp);
    hasGivenUp = false;
    const lost = queue.take(Number.POSITIVE_INFINITY).length;
    counts.dropped += lost;
    if (lost > 0) onFault(new Error(`Last uses that were not written in time, and are lost: ${lost}.`));
  }

  return {
    note(use) {
      const isNoted = queue.put(use, limits.usesWaitingMax - counts.inFlight);
      if (isNoted) writeLater();
      else counts.dropped++;
      return isNoted;
    },
    get waiting() {
      return waiting();
    },
    get written() {
      return counts.written;
    },
    get dropped() {
      return counts.dropped;
    },
    drain,
  };
}

type Counts = { inFlight: number; written: number; dropped: number };

/** What of a batch is to be tried again, and whether the database answered. */
type Batch = { readonly kept: readonly Use[]; readonly isAnswered: boolean };
type WriteBatch = (batch: readonly Use[]) => Promise<Batch>;

/** Writes what waits now, and nothing twice: rows that others hold wait for the next round, as does what comes meanwhile. */
async function writeRound(
  queue: WaitingUses,
  counts: Counts,
  { writeBatch, isOver }: { readonly writeBatch: WriteBatch; readonly isOver: () => boolean },
): Promise<boolean> {
  const held: Use[] = [];
  let isAnswering = true;
  for (let left = queue.count; left > 0 && isAnswering && !isOver(); ) {
    const batch = queue.take(Math.min(left, limits.usesBatchRows));
    left -= batch.length;
    counts.inFlight += batch.length;
    const { kept, isAnswered } = await writeBatch(batch);
    counts.inFlight -= batch.length - kept.length;
    held.push(...kept);
    isAnswering = isAnswered;
  }
  // They had their room before.
  for (const use of held) queue.put(use, Number.POSITIVE_INFINITY);
  counts.inFlight -= held.length;
  return isAnswering;
}

type BatchWriterParts = Pick<UsesParts, 'pool' | 'onFault'> & { readonly counts: Counts };

/** Never rejects: a fault is told, once for each row of them, and shows in the counts. */
function createBatchWriter({ pool, onFault, counts }: BatchWriterParts): WriteBatch {
  let told: 'nothing' | 'outage' | 'fault' = 'nothing';
  const tell = (what: 'outage' | 'fault', error: unknown) => {
    if (told !== what) onFault(error);
    told = what;
  };
  return async (batch) => {
    try {
      const { written, kept } = await recordUses(pool, batch);
      counts.written += written;
      told = 'nothing';
      return { kept, isAnswered: true };
    } catch (error) {
      if (error instanceof Unavailable) {
        tell('outage', error);
        return { kept: batch, isAnswered: false };
      }
      // What is refused now is refused again: kept, it would keep all others from being written.
      tell('fault', error);
      counts.dropped += batch.length;
      return { kept: [], isAnswered: true };
    }
  };
}
