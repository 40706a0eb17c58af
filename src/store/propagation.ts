import { limits } from '../lib/limits.ts';
import { isUnusable } from './outage.ts';

/** Whether a change has reached every node that answers from memory. */
export type Propagation = {
  readonly effective: boolean;
  /** When it has reached them at the latest; null where it already has. */
  readonly effectiveBy: string | null;
  /** Nodes that have not acknowledged it; null where the database could not be asked. */
  readonly nodesPending: number | null;
};

/** What is waited for: an entry of the change log, or null for all that stands in it now. */
export type Awaited = {
  readonly seq: number | null;
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
};

/** The state of all nodes at one moment. */
export type NodeStates = {
  readonly head: number;
  readonly databaseMs: number;
  /** False for a lease after a fail-over: nodes may be alive of which this database knows nothing. */
  readonly isSettled: boolean;
  readonly nodes: readonly { readonly acked: number; readonly outageGraceSeconds: number }[];
};

/** What waiting is made of; a simulation gives another database and another clock, never other code. */
export type PropagationParts = {
  readonly readNodes: () => Promise<NodeStates>;
  readonly monotonicMs: () => number;
  readonly wallMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
};

/** Waits, after the commit, until every node has read an entry of the change log. */
export type AwaitPropagation = (awaited: Awaited) => Promise<Propagation>;

/**
 * A node counts until it has acknowledged, left, or was found dead by others: what its row says of the end of its lease is
 * by the database's clock, and that one may be set. Or a whole lease has gone by here, and nobody may still remember.
 */
export function createAwaitPropagation(parts: PropagationParts): AwaitPropagation {
  const { monotonicMs, wallMs, pause } = parts;
  const askTogether = shared(parts.readNodes);
  return async ({ seq, waitMs, signal }) => {
    // After the commit: whoever began a lease before it has lost it so much later.
    const committedMs = monotonicMs();
    const until = committedMs + waitMs;
    let wanted = seq;
    let graceSeconds = 0;
    let effectiveByMs: number | undefined;
    for (;;) {
      const states = await askTogether();
      // The change is committed, and no outage after it takes that back: a failed question is no failed change.
      if (states === undefined) return unknown(effectiveByMs ?? wallMs() + longestMs);
      const { head, databaseMs, isSettled, nodes } = states;
      // What comes into the log later is not waited for.
      wanted ??= head;
      const entry = wanted;
      graceSeconds = Math.max(graceSeconds, ...nodes.map((node) => node.outageGraceSeconds));
      effectiveByMs ??= databaseMs + limits.leaseMs + graceSeconds * 1000;
      const pending = nodes.filter(({ acked }) => acked < entry).length;
      const isOutlived = monotonicMs() - committedMs >= limits.leaseMs + graceSeconds * 1000;
      if (isOutlived || (isSettled && pending === 0)) return { effective: true, effectiveBy: null, nodesPending: 0 };
      if (monotonicMs() >= until || signal?.aborted === true) {
        return { effective: false, effectiveBy: new Date(effectiveByMs).toISOString(), nodesPending: pending };
      }
      await pause(limits.propagationPollMs);
    }
  };
}

/** The longest that it can take anybody. */
const longestMs = limits.leaseMs + limits.outageGraceSecondsMax * 1000;

function unknown(effectiveByMs: number): Propagation {
  return { effective: false, effectiveBy: new Date(effectiveByMs).toISOString(), nodesPending: null };
}

/** All who wait at one moment ask once; but nobody is given an answer to a question that was sent before they came. */
function shared(readNodes: () => Promise<NodeStates>): () => Promise<NodeStates | undefined> {
  let next: Promise<NodeStates | undefined> | undefined;
  let asking: Promise<unknown> = Promise.resolve();
  return () => {
    next ??= asking.then(() => {
      next = undefined;
      const answer = readNodes().catch((error: unknown) => {
        if (isUnusable(error)) return undefined;
        throw error;
      });
      asking = answer.catch(() => {});
      return answer;
    });
    return next;
  };
}
