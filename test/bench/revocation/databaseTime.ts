/** The database's clock beside our own, which never goes back. */
export type DatabaseTime = {
  /** The database said this, asked for between two moments of ours. */
  measure(databaseMs: number, before: number, after: number): void;
  /** The moment of ours at which the database's clock has certainly reached a time, however the question travelled. */
  reachedMs(databaseMs: number): number;
  /** By how much a moment that was told may have been too late, at most: within it, nothing is called stale. */
  readonly doubtMs: number;
};

/** What is told in whole milliseconds may be one more. */
const roundingMs = 1;
/** Clocks that are being set right run at most this much faster or slower: the kernel's own limit. */
const slewShare = 0.0005;

type Look = { readonly databaseMs: number; readonly before: number; readonly after: number };

/** Not yet measured, it says of no time that it was reached. */
export function createDatabaseTime(): DatabaseTime {
  let best: Look | undefined;
  let doubtMs = 0;
  // An old look says less with each second by which the clocks may have run apart since.
  const doubtOf = ({ before, after }: Look, atMs: number) => after - before + 2 * slewShare * Math.max(0, atMs - after);
  return {
    measure(databaseMs, before, after) {
      const look = { databaseMs, before, after };
      if (best === undefined || doubtOf(look, after) <= doubtOf(best, after)) best = look;
    },
    reachedMs(databaseMs) {
      if (best === undefined) return Number.POSITIVE_INFINITY;
      const reached = best.after + (databaseMs - best.databaseMs);
      const slewMs = slewShare * Math.max(0, reached - best.after);
      doubtMs = Math.max(doubtMs, doubtOf(best, reached) + roundingMs);
      return reached + slewMs + roundingMs;
    },
    get doubtMs() {
      return doubtMs;
    },
  };
}
