import { setTimeout as pause } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { limits } from '../lib/limits.ts';
import { timestampFromDatabase } from './entities/Timestamp.ts';
import { asking, isUnusable } from './outage.ts';

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
  readonly seq: string | null;
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
};

/**
 * After the commit: waits until no node with a living lease has still to read the entry, and says by when if that takes
 * longer. A node whose lease ends meanwhile answers nothing from memory any more, so nobody waits for the dead.
 */
export async function awaitPropagation(em: EntityManager, { seq, waitMs, signal }: Awaited): Promise<Propagation> {
  const until = performance.now() + waitMs;
  let wanted = seq;
  let committedBy: string | undefined;
  for (;;) {
    const pending = await ask(em, wanted);
    // The change is committed, and no outage after it takes that back: a failed question is no failed change.
    if (pending === undefined) return unknown(committedBy);
    // What comes into the log later is not waited for.
    wanted = pending.seq;
    committedBy ??= pending.latest;
    if (pending.nodes === 0) return { effective: true, effectiveBy: null, nodesPending: 0 };
    if (performance.now() >= until || signal?.aborted === true) {
      return { effective: false, effectiveBy: committedBy, nodesPending: pending.nodes };
    }
    await pause(limits.propagationPollMs);
  }
}

type Pending = { readonly seq: string; readonly nodes: number; readonly latest: string };

/** One statement of its own: how many nodes have still to read the entry, and by when the last of them must have, were it asked first now. */
async function ask(em: EntityManager, seq: string | null): Promise<Pending | undefined> {
  try {
    const [row] = await asking(() =>
      em.execute<Pending[]>(
        `with wanted as (select coalesce(?::bigint, (select seq from revocation_head)) as seq),
           pending as (select n.outage_grace_seconds as grace from verifier_node n, wanted where n.lease_until > clock_timestamp() and n.acked < wanted.seq)
         select wanted.seq::text as seq, (select count(*)::int from pending) as nodes,
           (clock_timestamp() + make_interval(secs => ? + coalesce((select max(grace) from pending), 0)))::text as latest
         from wanted`,
        [seq, limits.leaseMs / 1000],
      ),
    );
    return row === undefined ? undefined : { ...row, latest: timestampFromDatabase(row.latest) };
  } catch (error) {
    if (isUnusable(error)) return undefined;
    throw error;
  }
}

/** The longest that it can take anybody, from when it was first asked, or from now. */
function unknown(committedBy: string | undefined): Propagation {
  const longest = new Date(Date.now() + limits.leaseMs + limits.outageGraceSecondsMax * 1000).toISOString();
  return { effective: false, effectiveBy: committedBy ?? longest, nodesPending: null };
}
