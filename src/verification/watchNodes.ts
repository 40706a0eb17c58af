import { limits } from '../lib/limits.ts';
import type { ChangeLog, NodeRow } from '../store/changeLog.ts';
import type { Clocks } from './lease.ts';

/**
 * Removes the rows of nodes that died without a word. By a clock that never goes back and not by the database's: that one
 * may be set, and a row that went too early would leave a node behind that nobody waits for.
 */
export function watchNodes({ log, clocks }: { readonly log: ChangeLog; readonly clocks: Clocks }) {
  let seen = new Map<string, { readonly renewal: string; readonly sinceMs: number }>();
  return {
    /** Looks at all rows as they were just read; whoever has not renewed for as long as its lease lasts is dead. */
    async look(nodes: readonly NodeRow[], self: string): Promise<void> {
      const nowMs = clocks.monotonicMs();
      const next = new Map<string, { readonly renewal: string; readonly sinceMs: number }>();
      const dead: NodeRow[] = [];
      for (const node of nodes) {
        const { id, renewal, outageGraceSeconds } = node;
        const known = seen.get(id);
        const sinceMs = known?.renewal === renewal ? known.sinceMs : nowMs;
        next.set(id, { renewal, sinceMs });
        const isDead = nowMs - sinceMs > limits.leaseMs + outageGraceSeconds * 1000;
        if (isDead && id !== self) dead.push(node);
      }
      seen = next;
      // Guarded by their renewals: whoever renews at this moment is found alive. At once: many must not cost the watcher its lease.
      if (dead.length > 0) await log.forget(dead);
    },
  };
}
