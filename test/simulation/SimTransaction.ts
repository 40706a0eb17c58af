import { limits } from '../../src/lib/limits.ts';
import type { LoggedChange } from '../../src/store/changeLog.ts';
import type { Rows } from './Rows.ts';
import { databaseError, type Reply, type SimDatabase } from './SimDatabase.ts';
import type { VirtualTime } from './VirtualTime.ts';

/** What a transaction of a verb does, seen from the database: read and change, log, commit; each of them one statement. */
export class SimTransaction {
  readonly #database: SimDatabase;
  readonly #time: VirtualTime;
  readonly #life: number;
  #state: 'open' | 'ended' = 'open';
  #holdsHead = false;
  #waits: { cancel(): void } | undefined;
  #statements = 0;
  #change: (rows: Rows, nowMs: number) => void = () => {};
  #entries: Omit<LoggedChange, 'seq'>[] = [];
  /** When its changes could be seen, or what it read was so. */
  asOfMs = Number.NEGATIVE_INFINITY;

  constructor(database: SimDatabase, time: VirtualTime) {
    this.#database = database;
    this.#time = time;
    this.#life = database.life;
  }

  /** Looks at the rows; answers a change that is to come with the commit, or undefined for none. */
  look(decide: (rows: Rows) => ((rows: Rows, nowMs: number) => void) | undefined, reply: Reply): void {
    if (!this.#takes(reply)) return;
    this.asOfMs = this.#time.nowMs;
    const change = decide(this.#database.rows);
    if (change !== undefined) this.#change = change;
    this.#idle();
    reply({ rows: [], rowCount: change === undefined ? 0 : 1 });
  }

  /** Locks the head of the change log until the transaction ends, and writes its entries. */
  log(entries: readonly Omit<LoggedChange, 'seq'>[], reply: Reply): void {
    if (!this.#takes(reply)) return;
    const statement = ++this.#statements;
    const granted = () => {
      if (this.#state !== 'open') return this.#database.unlockHead();
      this.#holdsHead = true;
      this.#waits = undefined;
      this.#entries = [...entries];
      this.#idle();
      reply({ rows: entries.map((_, index) => ({ seq: this.#database.head + 1 + index })), rowCount: entries.length });
    };
    this.#waits = this.#database.lockHead(granted);
    if (this.#holdsHead) {
      this.#waits = undefined;
      return;
    }
    this.#time.in(limits.lockTimeoutMs, () => {
      if (this.#waits === undefined || this.#statements !== statement) return;
      this.rollback();
      reply(databaseError('55P03'));
    });
  }

  commit(reply: Reply): void {
    if (!this.#takes(reply)) return;
    this.#statements += 1;
    this.#time.in(this.#database.commitMs(), () => {
      if (this.#life !== this.#database.life || this.#state !== 'open') return;
      this.#state = 'ended';
      if (this.#entries.length > 0) this.asOfMs = this.#time.nowMs;
      this.#database.commit(this.#change, this.#entries);
      this.#letGo();
      reply({ rows: [], rowCount: 0 });
    });
  }

  /** Also what the database does when the connection is gone. */
  rollback(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#waits?.cancel();
    this.#letGo();
  }

  #letGo(): void {
    if (this.#holdsHead && this.#life === this.#database.life) this.#database.unlockHead();
    this.#holdsHead = false;
  }

  #takes(reply: Reply): boolean {
    if (this.#life === this.#database.life && this.#state === 'open') return true;
    reply(databaseError('25P03'));
    return false;
  }

  /** Nobody may keep all others waiting for long. */
  #idle(): void {
    const statement = ++this.#statements;
    this.#time.in(limits.idleInTransactionTimeoutMs, () => {
      if (this.#statements === statement) this.rollback();
    });
  }
}
