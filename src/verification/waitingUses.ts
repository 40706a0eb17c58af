import type { Use } from '../store/recordUses.ts';

/** The newest use of each secret that was used, the longest waiting first. */
export type WaitingUses = {
  readonly count: number;
  /** Adds a use, or moves the time of one that waits already. False, and nothing else, where `max` secrets wait. */
  put(use: Use, max: number): boolean;
  /** Takes out so many, and a few more where that keeps the secrets of one key together. */
  take(most: number): readonly Use[];
};

/** One secret; the others of its key that were used hang on it. */
type Waiting = { readonly secretNo: number; atMs: number; readonly next: Waiting | undefined };

/** Makes an empty one. */
export function createWaitingUses(): WaitingUses {
  // By key, so that its secrets cost its row one write together, and a use that waits already costs no new text.
  const keys = new Map<string, Waiting>();
  let count = 0;
  return {
    get count() {
      return count;
    },
    put({ keyId, secretNo, atMs }, max) {
      const first = keys.get(keyId);
      for (let at = first; at !== undefined; at = at.next) {
        if (at.secretNo !== secretNo) continue;
        if (atMs > at.atMs) at.atMs = atMs;
        return true;
      }
      if (count >= max) return false;
      keys.set(keyId, { secretNo, atMs, next: first });
      count++;
      return true;
    },
    take(most) {
      const taken: Use[] = [];
      for (const [keyId, first] of keys) {
        if (taken.length >= most) break;
        keys.delete(keyId);
        for (let at: Waiting | undefined = first; at !== undefined; at = at.next) {
          taken.push({ keyId, secretNo: at.secretNo, atMs: at.atMs });
        }
      }
      count -= taken.length;
      return taken;
    },
  };
}
