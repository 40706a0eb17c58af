import { limits } from '../lib/limits.ts';
import type { Clocks } from './lease.ts';

type Moment = { readonly monotonicMs: number; readonly wallMs: number };

/** The database's clock as one process knows it: keys end for all nodes at one moment, whatever their own clocks say. */
export type DatabaseClock = {
  /** Its time, told by an answer that was asked for and came between two moments. */
  measure(databaseMs: number, before: Moment, after: Moment): void;
  /** This machine may have stood still, and one of its clocks with it: the next answer counts, however slow. */
  doubt(): void;
  /** Its time now. A machine that was suspended has a monotonic clock that is behind, until it renews its lease. */
  nowMs(isLeaseAlive: boolean): number;
};

/** Until it was measured, the clock of this machine. */
export function createDatabaseClock(clocks: Clocks): DatabaseClock {
  let measured: { readonly atMs: number; readonly aheadOf: Moment } | undefined;
  let isDoubted = true;
  return {
    doubt() {
      isDoubted = true;
    },
    measure(databaseMs, before, after) {
      const doubtMs = after.monotonicMs - before.monotonicMs;
      // The answer may be from either end of it: a slow one says less than a good one from before.
      const isGood = doubtMs <= limits.clockDoubtMs;
      const isOld = measured === undefined || after.monotonicMs - measured.atMs >= limits.clockAgeMs;
      if (!isGood && !isDoubted && !isOld) return;
      isDoubted = false;
      measured = {
        atMs: after.monotonicMs,
        aheadOf: {
          monotonicMs: databaseMs - (before.monotonicMs + after.monotonicMs) / 2,
          wallMs: databaseMs - (before.wallMs + after.wallMs) / 2,
        },
      };
    },
    nowMs(isLeaseAlive) {
      if (measured === undefined) return clocks.wallMs();
      const { aheadOf } = measured;
      return isLeaseAlive ? clocks.monotonicMs() + aheadOf.monotonicMs : clocks.wallMs() + aheadOf.wallMs;
    },
  };
}
