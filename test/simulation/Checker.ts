import { limits } from '../../src/lib/limits.ts';
import type { SimDatabase } from './SimDatabase.ts';
import type { VirtualTime } from './VirtualTime.ts';

/** What must never be. */
export type ViolationKind =
  /** A verification that began after an effective withdrawal was accepted. */
  | 'STALE'
  /** A token that was good was refused, or one that was not so for a reason that was not so. */
  | 'REFUSED'
  /** Nobody could tell, and nothing was wrong. */
  | 'UNAVAILABLE'
  /** Not well again in time, or not from memory. */
  | 'STUCK'
  /** A change is said to be effective later than can be, or in quiet times not at all. */
  | 'LATE'
  /** Our own code broke down. */
  | 'FAULT';
export type Violation = { readonly kind: ViolationKind; readonly atMs: number; readonly story: string };

/** A token, and what a client knows of it. */
export type SimToken = {
  readonly text: string;
  readonly isImported: boolean;
  /** Everything that a verdict on it depends on; an empty list for none. */
  readonly states: State[];
  /** It is presented from then on; undefined as long as nobody was told of it. */
  knownFromMs: number | undefined;
};

/** A key that has this token, as far as a verdict depends on it. */
export type Standing = {
  readonly tenantStatus: 'active' | 'suspended';
  readonly status: 'active' | 'disabled' | 'revoked';
  readonly ownerStatus: 'active' | 'disabled' | null;
  readonly scopes: readonly string[];
  readonly ceiling: readonly string[] | null;
  readonly expiresAtMs: number | null;
  readonly secretEndsAtMs: number | null;
};

export type State = {
  readonly fromMs: number;
  readonly standings: readonly Standing[];
  /** Only changes of the log are said to be effective. */
  readonly isLogged: boolean;
};

export type Asked = {
  readonly token: SimToken;
  readonly allOf: readonly string[];
  readonly beganMs: number;
  /** Nothing older than this may count: what this process itself has answered since. */
  readonly ownSinceMs: number;
  /** One of the node's clocks may be wrong by so much. */
  readonly clockDoubtMs: number;
  /** Whether the node read the log. */
  readonly hasLease: boolean;
  /** As much of a story as there is: which node. */
  readonly where: string;
};

/** Machines' clocks run apart, and measure the database's with as much doubt as its answers take. */
const doubtMs = 1_700;
/** So long a node may go on with what it measured last. */
const measuredForMs = 16_000;

/** Knows all that was ever so, and judges what nodes answer and what writers are told. */
export class Checker {
  readonly #time: VirtualTime;
  readonly #database: SimDatabase;
  readonly #graceMs: number;
  readonly violations: Violation[] = [];
  readonly counts = { verified: 0, accepted: 0, refused: 0, unavailable: 0, fromMemory: 0, effective: 0, later: 0 };
  /** From `atMs` on, nothing that was changed until `sinceMs` may still be answered. */
  readonly #effective: { readonly atMs: number; readonly sinceMs: number }[] = [];
  readonly #steps: { readonly atMs: number; readonly fromMs: number; readonly toMs: number }[] = [];

  constructor(time: VirtualTime, database: SimDatabase, graceMs: number) {
    this.#time = time;
    this.#database = database;
    this.#graceMs = graceMs;
  }

  /** How long a node may go on by itself. */
  get leaseMs(): number {
    return limits.leaseMs + this.#graceMs;
  }

  violate(kind: ViolationKind, story: string): void {
    this.violations.push({ kind, atMs: this.#time.nowMs, story });
  }

  /** What is so from now on. */
  record(token: SimToken, standings: readonly Standing[], isLogged: boolean): void {
    token.states.push({ fromMs: this.#time.nowMs, standings, isLogged });
  }

  /** The database's clock was set. */
  stepped(fromMs: number, toMs: number): void {
    this.#steps.push({ atMs: this.#time.nowMs, fromMs, toMs });
  }
  hasSteppedSince(ms: number): boolean {
    return this.#steps.some(({ atMs }) => atMs >= ms);
  }

  /** Whoever made or confirmed a change was told that it is effective. */
  markEffective(sinceMs: number): void {
    this.#effective.push({ atMs: this.#time.nowMs, sinceMs });
  }

  /** Judges a verdict that was just given. */
  check(
    { token, allOf, beganMs, ownSinceMs, clockDoubtMs, hasLease, where }: Asked,
    code: string,
    fromMemory: boolean,
  ): void {
    this.counts.verified += 1;
    if (fromMemory) this.counts.fromMemory += 1;
    this.counts[code === 'VALID' ? 'accepted' : 'refused'] += 1;
    // That nothing was imported is believed for some seconds where no log is read.
    const isTold = code === 'VALID' || !token.isImported || hasLease;
    const sinceMs = this.#effective.reduce(
      (since, mark) => (mark.atMs <= beganMs && isTold ? Math.max(since, mark.sinceMs) : since),
      ownSinceMs,
    );
    const [lowMs, highMs] = this.#databaseTimes(beganMs, doubtMs + clockDoubtMs);
    const possible = new Set<string>();
    for (const state of this.#possible(token, beganMs, sinceMs)) {
      for (const standing of speaking(state.standings)) {
        const ends = [standing.expiresAtMs, standing.secretEndsAtMs].filter((ms) => ms !== null);
        for (const atMs of [lowMs, highMs, ...ends.filter((ms) => ms > lowMs && ms < highMs)]) {
          possible.add(expected(standing, atMs, allOf));
        }
      }
      if (state.standings.length === 0) possible.add('INVALID');
    }
    if (possible.has(code)) return;
    const asOf = `${where}: ${code} where ${[...possible].join(' or ')} was right; asked at ${beganMs.toFixed(2)}, effective as of ${sinceMs.toFixed(2)}; ${token.text.slice(-12)}`;
    this.violate(code === 'VALID' ? 'STALE' : 'REFUSED', asOf);
  }

  /** The states that somebody who asked at a moment may have been told. */
  *#possible({ states, knownFromMs }: SimToken, beganMs: number, sinceMs: number): Iterable<State> {
    for (const [index, state] of states.entries()) {
      const next = states[index + 1];
      if (next !== undefined) {
        // A lease at most, and as long as an unknown token is remembered where no log tells of it.
        const lastsMs = this.leaseMs + (next.isLogged ? 0 : limits.unknownTokenMs * 1.1);
        if (next.fromMs + lastsMs <= beganMs) continue;
        if (next.isLogged && next.fromMs <= sinceMs) continue;
        // Nobody has a token before it is there, unless it was let slip.
        if (state.standings.length === 0 && index === 0 && next.fromMs <= (knownFromMs ?? 0)) continue;
      }
      yield state;
    }
  }

  #databaseTimes(beganMs: number, offMs: number): [number, number] {
    const nowMs = this.#time.nowMs;
    const aheads = [this.#database.aheadMs];
    for (const { atMs, fromMs } of this.#steps) if (atMs > beganMs - measuredForMs) aheads.push(fromMs);
    return [beganMs + Math.min(...aheads) - offMs, nowMs + Math.max(...aheads) + offMs];
  }
}

/** A key that was withdrawn speaks for every other that has its token. */
function speaking(standings: readonly Standing[]): readonly Standing[] {
  const withdrawn = standings.filter(({ status }) => status !== 'active');
  return withdrawn.length > 0 ? withdrawn : standings;
}

/** The verdict by the table in docs/verification.md, written once more. */
function expected(standing: Standing, nowMs: number, allOf: readonly string[]): string {
  const { scopes, ceiling } = standing;
  if (standing.secretEndsAtMs !== null && standing.secretEndsAtMs <= nowMs) return 'INVALID';
  if (standing.tenantStatus !== 'active') return 'TENANT_SUSPENDED';
  if (standing.status !== 'active') return standing.status.toUpperCase();
  if (standing.ownerStatus === 'disabled') return 'USER_DISABLED';
  if (standing.expiresAtMs !== null && standing.expiresAtMs <= nowMs) return 'EXPIRED';
  const holds = (scope: string) => scopes.includes(scope) && (ceiling === null || ceiling.includes(scope));
  return allOf.every(holds) ? 'VALID' : 'INSUFFICIENT_SCOPE';
}
