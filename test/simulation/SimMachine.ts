import { limits } from '../../src/lib/limits.ts';
import type { Chance } from './Chance.ts';
import { databaseError, type Reply, type Result, type SimDatabase } from './SimDatabase.ts';
import type { VirtualTime } from './VirtualTime.ts';

/** A connection; what happens to it happens to every statement on it. */
export type Line = { readonly life: number; isBroken: boolean; stalledUntilMs: number; isSlow: boolean };

/** How bad things may be. */
export type Network = { readonly slow: number; readonly lost: number };

/** A machine with one process: clocks, timers and connections, all of which may fail. */
export class SimMachine {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly database: SimDatabase;
  readonly name: string;
  readonly #network: Network;
  /** Its monotonic clock runs so fast. */
  readonly #rate: number;
  readonly #monotonicFrom: number;
  #wallAheadMs: number;
  #suspendedMs = 0;
  #stoppedUntilMs = 0;
  #isSuspended = false;
  /** Grows with each start of the process. */
  life = 0;
  /** No packet passes between here and the database. */
  cutUntilMs = 0;
  /** Connections for reads stand still. */
  poolStalledUntilMs = 0;
  isHealed = false;
  /** Answers to reads are made at once, and take long to come. */
  slowReadsUntilMs = 0;
  /** One of its clocks may be wrong until then: the next renewal of its lease measures them anew. */
  doubtedUntilMs = 0;
  /** Something is wrong here until then: who asks may hear that nobody can tell. */
  troubledUntilMs = 0;

  constructor(parts: { time: VirtualTime; chance: Chance; database: SimDatabase; name: string; network: Network }) {
    this.time = parts.time;
    this.chance = parts.chance;
    this.database = parts.database;
    this.name = parts.name;
    this.#network = parts.network;
    this.#rate = this.chance.between(0.96, 1.04);
    this.#monotonicFrom = this.chance.between(0, 1e6);
    this.#wallAheadMs = this.database.aheadMs + this.chance.between(-30, 30);
  }

  get isStopped(): boolean {
    return this.time.nowMs < this.#stoppedUntilMs;
  }

  monotonicMs = (): number => this.#monotonicFrom + (this.time.nowMs - this.#suspendedMs) * this.#rate;
  wallMs = (): number => this.time.nowMs + this.#wallAheadMs;

  /** The process stands still; with the whole machine, its monotonic clock as well. */
  stop(ms: number, isSuspended: boolean): void {
    if (this.isStopped) return;
    this.#stoppedUntilMs = this.time.nowMs + ms;
    this.#isSuspended = isSuspended;
    this.#suspendedMs += isSuspended ? ms : 0;
    if (isSuspended) this.doubtedUntilMs = this.#stoppedUntilMs + limits.leaseMs;
    this.trouble(ms);
  }

  /** Somebody sets its wall clock. */
  setWall(byMs: number): void {
    this.#wallAheadMs += byMs;
    this.doubtedUntilMs = Math.max(this.doubtedUntilMs, this.time.nowMs + 4 * limits.leaseMs);
  }

  /** Everything works from here on. */
  heal(): void {
    this.isHealed = true;
    const leftMs = this.#stoppedUntilMs - this.time.nowMs;
    if (leftMs > 0) {
      this.#stoppedUntilMs = this.time.nowMs;
      if (this.#isSuspended) this.#suspendedMs -= leftMs;
    }
    this.cutUntilMs = 0;
    this.poolStalledUntilMs = 0;
    this.slowReadsUntilMs = 0;
  }

  /** Until all that may have been lost meanwhile has timed out. */
  trouble(ms: number): void {
    this.troubledUntilMs = Math.max(this.troubledUntilMs, this.time.nowMs + ms + 5_000);
  }

  /** Work of this process, as soon as it runs; never, if it has died. */
  deliver(life: number, work: () => void): void {
    if (life !== this.life) return;
    if (this.isStopped) this.time.at(this.#stoppedUntilMs, () => this.deliver(life, work));
    else work();
  }

  /** A timer of this process, by its own clock. */
  after(ms: number, work: () => void): void {
    const { life } = this;
    const dueMs = this.monotonicMs() + ms;
    const look = () => {
      const leftMs = dueMs - this.monotonicMs();
      if (leftMs > 0.001) this.time.in(leftMs / this.#rate, look);
      else this.deliver(life, work);
    };
    look();
  }

  /** For a read of its own. */
  openPoolLine(): Line {
    const isSlow = this.time.nowMs < this.slowReadsUntilMs && this.chance.happens(0.7);
    return { ...this.openLine(), stalledUntilMs: this.poolStalledUntilMs, isSlow };
  }

  openLine(): Line {
    return { life: this.database.life, isBroken: false, stalledUntilMs: 0, isSlow: false };
  }

  /** Sends one statement: it may come late, or its answer, or neither, and the database may do it all the same. */
  ask(line: Line, timeoutMs: number, arrive: (reply: Reply) => void): Promise<Result> {
    const { life } = this;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    let isOpen = true;
    const settle = (result: Result | Error) => {
      if (!isOpen) return;
      isOpen = false;
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    this.after(timeoutMs, () => {
      if (!isOpen) return;
      line.isBroken = true;
      settle(databaseError('ETIMEDOUT'));
    });
    const isSlow = line.isSlow || this.chance.happens(this.#network.slow);
    const slowMs = isSlow ? this.chance.between(20, 2_400) : 0;
    if (slowMs > 300) this.trouble(slowMs);
    const isSlowBefore = this.chance.happens(line.isSlow ? 0.1 : 0.4);
    this.#travel(line, () =>
      this.#inDatabase(line, isSlowBefore ? slowMs : 0, settle, life, () =>
        arrive((result) => {
          this.#later(line, isSlowBefore ? 0 : slowMs, () => this.#answer(line, life, () => settle(result)));
        }),
      ),
    );
    return promise;
  }

  #inDatabase(line: Line, slowMs: number, settle: (error: Error) => void, life: number, work: () => void): void {
    const { time, database } = this;
    if (time.nowMs < database.downUntilMs || line.life !== database.life) {
      this.#answer(line, life, () => settle(databaseError('57P01')));
      return;
    }
    const atMs = Math.max(time.nowMs + slowMs, line.stalledUntilMs);
    if (atMs > time.nowMs) time.at(atMs, () => this.#inDatabase(line, 0, settle, life, work));
    else work();
  }

  /** The answer is made, and stays where it is while its process stands still. */
  #later(line: Line, ms: number, work: () => void): void {
    const atMs = Math.max(this.time.nowMs + ms, line.stalledUntilMs);
    if (atMs > this.time.nowMs) this.time.at(atMs, () => this.#later(line, 0, work));
    else work();
  }

  #answer(line: Line, life: number, work: () => void): void {
    if (this.chance.happens(this.#network.lost)) {
      this.trouble(0);
      return;
    }
    this.#travel(line, () => this.deliver(life, work));
  }

  #travel(line: Line, work: () => void): void {
    const { chance, time } = this;
    const ms = chance.happens(0.03) ? chance.between(5, 60) : chance.between(0.1, 1);
    if (time.nowMs >= this.cutUntilMs && !line.isBroken) {
      time.in(ms, () => {
        if (time.nowMs >= this.cutUntilMs && !line.isBroken) work();
      });
    }
  }
}
