import { limits } from '../lib/limits.ts';
import type { ChangeLog, LoggedChange, LogPage } from '../store/changeLog.ts';
import { createDatabaseClock } from './databaseClock.ts';
import { watchNodes } from './watchNodes.ts';

/** Two clocks that never meet: a machine that was suspended stops the one, and an administrator sets the other. */
export type Clocks = {
  /** Never goes back. */
  readonly monotonicMs: () => number;
  readonly wallMs: () => number;
};

/** A wait that may be ended early. */
export type Sleep = (ms: number) => { readonly done: Promise<void>; end(): void };

/** What a lease is made of; a simulation gives other clocks and another log, never other code. */
export type LeaseParts = {
  readonly log: ChangeLog;
  readonly clocks: Clocks;
  readonly newId: () => string;
  readonly sleep: Sleep;
  readonly outageGraceSeconds: number;
  /** A change was read: what was remembered of it goes. Never throws. */
  readonly onChange: (change: LoggedChange) => void;
  /** Whatever was remembered is worth nothing any more. Never throws. */
  readonly onLapse: () => void;
  readonly onFault: (error: unknown) => void;
};

/** The right to answer from memory. */
export type Lease = {
  /** To be asked at each use: a lease ends by itself, and nobody is told. */
  isAlive(): boolean;
  /** The last change that this node has read. */
  readonly acked: number;
  /** Grows with each lease: what was begun under an earlier one is not remembered under this. */
  readonly epoch: number;
  /** The database's clock, as far as it was ever measured. */
  nowMs(): number;
  /** The database says that something changed: one more renewal. */
  wake(): void;
  /** Renews from here on; resolves when the first try is over, whatever came of it. */
  start(): Promise<void>;
  /** Answers nothing from memory any more, and then says so to the others. */
  leave(): Promise<void>;
};

type Moment = { readonly monotonicMs: number; readonly wallMs: number };

const never: Moment = { monotonicMs: Number.NEGATIVE_INFINITY, wallMs: Number.NEGATIVE_INFINITY };

/**
 * Renews a lease together with the acknowledgement of the change log. Whoever changes something waits until every node
 * has acknowledged it, or for as long as a lease lasts: so no order of the steps below is free.
 */
export function createLease(parts: LeaseParts): Lease {
  const { log, clocks, newId, sleep, outageGraceSeconds, onChange, onLapse, onFault } = parts;
  const leaseMs = limits.leaseMs + outageGraceSeconds * 1000;
  const servedMs = leaseMs * (1 - limits.leaseMarginShare);
  const deadNodes = watchNodes(parts);
  const databaseClock = createDatabaseClock(clocks);
  const now = (): Moment => ({ monotonicMs: clocks.monotonicMs(), wallMs: clocks.wallMs() });
  let id = newId();
  let timeline: string | undefined;
  let acked = -1;
  let epoch = 0;
  let ends = never;
  let leaving = false;
  let woken = false;
  let nap: ReturnType<Sleep> | undefined;
  let running: Promise<void> | undefined;

  function isAlive(): boolean {
    if (ends === never) return false;
    if (!leaving && clocks.monotonicMs() < ends.monotonicMs && clocks.wallMs() < ends.wallMs) return true;
    lapse();
    return false;
  }

  function lapse(): void {
    ends = never;
    epoch += 1;
    databaseClock.doubt();
    onLapse();
  }

  /** Takes in what the log says; afterwards nothing in memory is older than `acked`. */
  function take({ timeline: told, head, changes, isComplete }: LogPage): void {
    const next = changes[0]?.seq ?? head + 1;
    if (told !== timeline || head < acked) {
      // Another history: its numbers may mean other changes, so nobody must take this node for the one it was.
      lapse();
      id = newId();
      timeline = told;
    } else if (!isAlive() || next !== acked + 1 || !isComplete) {
      // A new lease, or changes between that are gone or too many: nothing from before them stays.
      lapse();
    } else {
      for (const change of changes) onChange(change);
    }
    acked = head;
  }

  async function tick(): Promise<void> {
    // Both clocks before the first question: then the lease ends here before it does in the database.
    const before = now();
    const page = await log.read(isAlive() ? acked : null);
    databaseClock.measure(page.databaseMs, before, now());
    take(page);
    const isNew = !isAlive();
    if (!(await log.renew({ id, renewal: newId(), isNew, acked, leaseMs, outageGraceSeconds }))) {
      // Somebody took this node for dead: changes may be called effective that it never read.
      lapse();
      return tick();
    }
    // Answered after the end of the old lease, or there was none: this is a new one, with nothing in memory.
    if (!isAlive()) lapse();
    ends = { monotonicMs: before.monotonicMs + servedMs, wallMs: before.wallMs + servedMs };
    await deadNodes.look(page.nodes, id);
  }

  async function run(tried: () => void): Promise<void> {
    while (!leaving) {
      woken = false;
      const isDone = await tick().then(
        () => true,
        (error: unknown) => {
          onFault(error);
          return false;
        },
      );
      tried();
      // What changed during a renewal takes one more; a database that is away is not asked more often for it.
      if (leaving || (isDone && woken)) continue;
      nap = sleep(isDone ? log.tickMs : limits.leaseRetryMs);
      await nap.done;
      nap = undefined;
    }
  }

  return {
    isAlive,
    get acked() {
      return acked;
    },
    get epoch() {
      return epoch;
    },
    nowMs: () => databaseClock.nowMs(isAlive()),
    wake() {
      woken = true;
      if (isAlive()) nap?.end();
    },
    async start() {
      const { promise, resolve } = Promise.withResolvers<void>();
      running = run(resolve);
      await promise;
    },
    async leave() {
      leaving = true;
      if (ends !== never) lapse();
      nap?.end();
      await running;
      if (running !== undefined) await log.leave(id);
    },
  };
}
