import { limits } from '../../../src/lib/limits.ts';

/** After the answer to a restoration, nodes may refuse for as long as a lease lasts, and no longer. */
export const restoredMs = limits.leaseMs;
