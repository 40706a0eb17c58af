import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Nodes } from './Ctx.ts';
import { createAwaitPropagation } from './propagation.ts';
import { createReadNodes } from './readNodes.ts';

/** All nodes, as one process reaches them: itself by `tell`, if it answers from memory, and the others through the database. */
export function createNodes(pool: Pool, tell: Nodes['tell'] = () => {}): Nodes {
  return {
    tell,
    await: createAwaitPropagation({
      readNodes: createReadNodes(pool),
      monotonicMs: () => performance.now(),
      wallMs: Date.now,
      pause: (ms) => pause(ms),
    }),
  };
}
