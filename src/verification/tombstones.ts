/** What changed lately, so that nothing that was read before is remembered after. */
export type Tombstones = {
  /** Something changed, as of this entry of the change log. */
  add(id: string, seq: number): void;
  /** Whether nothing at all changed after this entry. */
  isLatest(seq: number): boolean;
  /** Whether a read that knew the log up to `seq` may have missed a change of one of these, or is too old to tell. */
  mayHaveMissed(seq: number, ids: readonly (string | null)[]): boolean;
};

/** The last so many. */
export function createTombstones(max: number): Tombstones {
  const changes = new Map<string, number>();
  /** The latest change that is not remembered any more. */
  let forgotten = Number.NEGATIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  return {
    add(id, seq) {
      latest = Math.max(latest, seq);
      const known = changes.get(id) ?? seq;
      changes.delete(id);
      changes.set(id, Math.max(known, seq));
      if (changes.size <= max) return;
      for (const [oldest, at] of changes) {
        changes.delete(oldest);
        forgotten = Math.max(forgotten, at);
        return;
      }
    },
    isLatest: (seq) => seq >= latest,
    mayHaveMissed(seq, ids) {
      // Nearly always: nothing at all has changed since.
      if (seq >= latest) return false;
      return seq < forgotten || ids.some((id) => id !== null && (changes.get(id) ?? Number.NEGATIVE_INFINITY) > seq);
    },
  };
}
