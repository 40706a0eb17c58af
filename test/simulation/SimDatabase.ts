import { limits } from '../../src/lib/limits.ts';
import type { LoggedChange } from '../../src/store/changeLog.ts';
import type { Chance } from './Chance.ts';
import { copyRows, foundKey, type Rows } from './Rows.ts';
import type { VirtualTime } from './VirtualTime.ts';

export type Statement = { readonly name: string; readonly text: string; readonly values: readonly unknown[] };
export type Result = { readonly rows: readonly unknown[]; readonly rowCount: number };
export type Reply = (result: Result | Error) => void;

/** Of a verifying node: what the statements of its renewal wrote. */
type NodeRow = {
  readonly renewal: string;
  readonly leaseUntilMs: number;
  readonly acked: number;
  readonly graceSeconds: number;
};

type LogRow = LoggedChange & { readonly atMs: number };

/** Everything that is on disk. */
type Disk = {
  readonly rows: Rows;
  readonly head: number;
  readonly log: readonly LogRow[];
  readonly nodes: ReadonlyMap<string, NodeRow>;
  readonly noticed: string;
  readonly noticedAtMs: number;
};

/** An error as `pg` gives it. */
export function databaseError(code: string): Error {
  return Object.assign(new Error(`simulated ${code}`), { code });
}

/** PostgreSQL as far as the protocol needs it: snapshots, one lock, a clock that may be set, and statements by their names. */
export class SimDatabase {
  readonly #time: VirtualTime;
  readonly #chance: Chance;
  rows: Rows;
  head = 0;
  log: LogRow[] = [];
  nodes = new Map<string, NodeRow>();
  timeline = '00000001';
  noticed = '00000001';
  noticedAtMs = Number.NEGATIVE_INFINITY;
  /** Its clock is ahead of virtual time by so much. */
  aheadMs = 1_700_000_000_000;
  /** Grows with each restart: connections of an earlier one are broken. */
  life = 0;
  downUntilMs = 0;
  failedOverMs = Number.NEGATIVE_INFINITY;
  /** A share of commits takes long. */
  slowCommits = 0;
  onCommitted: (seqs: readonly number[]) => void = () => {};
  readonly #snapshots: Disk[] = [];
  readonly #lockQueue: (() => void)[] = [];
  #locked = false;

  constructor(time: VirtualTime, chance: Chance, rows: Rows) {
    this.#time = time;
    this.#chance = chance;
    this.rows = rows;
  }

  get nowMs(): number {
    return this.#time.nowMs + this.aheadMs;
  }

  /** Runs one autocommit statement: what it reads is of this moment, what it writes is there a little later. */
  run(statement: Statement, reply: Reply): void {
    const done = this.#begin(statement);
    if (typeof done !== 'function') {
      reply(done);
      return;
    }
    const { life } = this;
    this.#time.in(this.commitMs(), () => {
      if (life === this.life) reply(done());
    });
  }

  commitMs(): number {
    return this.#chance.happens(this.slowCommits) ? this.#chance.between(20, 900) : this.#chance.between(0.05, 1.5);
  }

  #begin({ name, text, values }: Statement): Result | (() => Result) {
    const atMs = this.nowMs;
    switch (name) {
      case 'readLog':
        return one(this.#readLog(values[0] as number | null, values[1] as number));
      case 'noticeTimeline':
        return () => {
          if (this.noticed !== this.timeline) this.#notice(atMs);
          return none;
        };
      case 'beginLease':
      case 'renewLease':
        return () => this.#renew(name === 'beginLease', text, values, atMs);
      case 'leave':
        return () => ({ rows: [], rowCount: Number(this.nodes.delete(values[0] as string)) });
      case 'forget':
        return () => this.#forget(text, values[0] as string[], values[1] as string[]);
      case 'readNodes':
        return one(this.#readNodes());
      case 'keyRowById':
      case 'keyRowsById': {
        // A list as PostgreSQL writes it.
        const ids = name === 'keyRowById' ? [values[0] as string] : (values[0] as string).slice(1, -1).split(',');
        return many(ids.map((id) => foundKey(this.rows, id)));
      }
      case 'keyRowsByHash':
        return this.#byHash(values[0] as Buffer[]);
      case 'pruneChanges':
        return () => {
          this.log = this.log.filter(({ seq, atMs: at }) => at >= atMs - this.changesKeptMs || seq === this.head);
          return none;
        };
      default:
        throw new Error(`The simulated database does not know the statement ${name}.`);
    }
  }

  changesKeptMs = limits.changesKeptSeconds * 1000;

  #readLog(after: number | null, max: number) {
    const changes = after === null ? [] : this.log.filter(({ seq }) => seq > after).slice(0, max);
    return {
      timeline: this.timeline,
      isNoticed: this.noticed === this.timeline,
      head: this.head,
      databaseMs: this.nowMs,
      changes: changes.map(({ seq, kind, subjectId }) => [seq, kind, subjectId]),
      nodes: [...this.nodes].map(([id, { renewal, graceSeconds }]) => [id, renewal, graceSeconds]),
    };
  }

  #readNodes() {
    const nodes = [...this.nodes.values()];
    const graceMs = Math.max(0, ...nodes.map(({ graceSeconds }) => graceSeconds)) * 1000;
    return {
      head: this.head,
      databaseMs: this.nowMs,
      isSettled: this.noticed === this.timeline && this.noticedAtMs + limits.leaseMs + graceMs <= this.nowMs,
      nodes: nodes.map(({ acked, graceSeconds }) => ({ acked, outageGraceSeconds: graceSeconds })),
    };
  }

  /** Does as the statement's text says: without its guards the row would hold what came last. */
  #renew(isNew: boolean, text: string, values: readonly unknown[], atMs: number): Result {
    const [id, renewal, seconds, acked, graceSeconds] = values as [string, string, number, number, number];
    const old = this.nodes.get(id);
    if (old === undefined && !isNew) return none;
    const until = atMs + seconds * 1000;
    const keeps = (column: string) => text.includes(`greatest(verifier_node.${column}`);
    this.nodes.set(id, {
      renewal,
      leaseUntilMs: old !== undefined && keeps('lease_until') ? Math.max(old.leaseUntilMs, until) : until,
      acked: old !== undefined && keeps('acked') ? Math.max(old.acked, acked) : acked,
      graceSeconds,
    });
    return { rows: [], rowCount: 1 };
  }

  #forget(text: string, ids: readonly string[], renewals: readonly string[]): Result {
    for (const [at, id] of ids.entries()) {
      const isUnchanged = this.nodes.get(id)?.renewal === renewals[at];
      if (isUnchanged || !text.includes('node.renewal = dead.renewal')) this.nodes.delete(id);
    }
    return none;
  }

  #byHash(hashes: readonly Buffer[]): Result {
    const imported = [...this.rows.keys.values()].flatMap((key) =>
      [key.current, ...key.retiring].map((secret) => ({ key, secret })),
    );
    const forms = [
      ...new Set(imported.map(({ secret }) => secret.version).filter((version) => version.includes('/'))),
    ].sort();
    const ids = new Set(
      imported.filter(({ secret }) => hashes.some((hash) => hash.equals(secret.hash))).map(({ key }) => key.id),
    );
    const rows = [...ids].map((id) => ({ forms, ...foundKey(this.rows, id) }));
    return rows.length > 0 ? many(rows) : one({ forms, key_row: null });
  }

  #notice(atMs: number): void {
    this.noticed = this.timeline;
    this.noticedAtMs = atMs;
  }

  /** Takes the lock of the head of the change log, in the order in which it was asked for. */
  lockHead(granted: () => void): { cancel(): void } {
    if (!this.#locked) {
      this.#locked = true;
      granted();
      return { cancel: () => {} };
    }
    this.#lockQueue.push(granted);
    return {
      cancel: () => {
        const at = this.#lockQueue.indexOf(granted);
        if (at >= 0) this.#lockQueue.splice(at, 1);
      },
    };
  }

  unlockHead(): void {
    const next = this.#lockQueue.shift();
    this.#locked = next !== undefined;
    next?.();
  }

  /** What a transaction did is there for everybody, at once. */
  commit(change: (rows: Rows, nowMs: number) => void, entries: readonly Omit<LoggedChange, 'seq'>[]): void {
    change(this.rows, this.nowMs);
    const logged = entries.map((entry, index) => ({ ...entry, seq: this.head + 1 + index, atMs: this.nowMs }));
    this.head += entries.length;
    this.log.push(...logged);
    if (entries.length > 0 && this.noticed !== this.timeline) this.#notice(this.nowMs);
    this.keepSnapshot();
    this.onCommitted(logged.map(({ seq }) => seq));
  }

  keepSnapshot(): void {
    const { head, noticed, noticedAtMs } = this;
    const kept = {
      head,
      noticed,
      noticedAtMs,
      rows: copyRows(this.rows),
      log: [...this.log],
      nodes: new Map(this.nodes),
    };
    this.#snapshots.push(kept);
    if (this.#snapshots.length > 5) this.#snapshots.shift();
  }

  /** Every connection breaks, and whatever was not committed is gone. */
  restart(downMs: number): void {
    this.life += 1;
    this.downUntilMs = this.#time.nowMs + downMs;
    this.#locked = false;
    this.#lockQueue.length = 0;
  }

  /** Another server goes on in another history, from a moment at which the last commits had not come to it. */
  failOver(lost: number, downMs: number): void {
    this.restart(downMs);
    this.failedOverMs = this.#time.nowMs;
    const back = Math.min(lost, this.#snapshots.length - 1);
    const disk = this.#snapshots[this.#snapshots.length - 1 - back];
    this.timeline = String(Number(this.timeline) + 1).padStart(8, '0');
    if (back === 0 || disk === undefined) return;
    this.#snapshots.length -= back;
    this.rows = copyRows(disk.rows);
    this.head = disk.head;
    this.log = [...disk.log];
    this.nodes = new Map(disk.nodes);
    this.noticed = disk.noticed;
    this.noticedAtMs = disk.noticedAtMs;
  }
}

const none: Result = { rows: [], rowCount: 0 };
const one = (row: unknown): Result => ({ rows: [row], rowCount: 1 });
function many(rows: readonly unknown[]): Result {
  const found = rows.filter((row) => row !== undefined);
  return { rows: found, rowCount: found.length };
}
