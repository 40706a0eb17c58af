import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { createTokenDigest } from '../../src/crypto/tokenDigest.ts';
import type { Caller } from '../../src/lib/Caller.ts';
import { Unavailable } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import type { Change, Ctx } from '../../src/store/Ctx.ts';
import type { LeaseConnection } from '../../src/store/leaseConnection.ts';
import type { AwaitPropagation } from '../../src/store/propagation.ts';
import type { Sleep } from '../../src/verification/lease.ts';
import type { Memory } from '../../src/verification/memory.ts';
import type { Prover } from '../../src/verification/prove.ts';
import type { Verdict } from '../../src/verification/verifyApiKey.ts';
import type { Code } from './Code.ts';
import { type Rows, ring } from './Rows.ts';
import type { Result, Statement } from './SimDatabase.ts';
import type { Line, SimMachine } from './SimMachine.ts';
import { SimTransaction } from './SimTransaction.ts';

const platform: Caller = {
  standing: 'platform',
  tenantId: '0199f0a1-0010-7000-8000-000000000009',
  userId: null,
  apiKeyId: null,
  scopes: ['keywright:*'],
  expiresAt: null,
  actor: 'system:simulation',
};

export type NodeOptions = { readonly graceSeconds: number; readonly isPolling: boolean };

/** Decides in a transaction what to change; answers undefined where all is so already. */
export type Decide = (rows: Rows) => { apply(rows: Rows, nowMs: number): void; change: Change | undefined } | undefined;

const hashed = createTokenDigest(() => new Uint8Array(17));
const digests = new Map<string, string>();
/** Each of the few tokens is hashed once for all worlds. */
function digestOf(token: string): string {
  const digest = digests.get(token) ?? hashed(token);
  digests.set(token, digest);
  return digest;
}

/** One process of the service: the code that it really runs, on clocks and connections that are simulated. */
export class SimNode {
  readonly machine: SimMachine;
  readonly #code: Code;
  readonly #options: NodeOptions;
  #starts = 0;
  #renewals = 0;
  #memory: Memory | undefined;
  #prover: Prover | undefined;
  #await: AwaitPropagation | undefined;
  #leaseLine: Line | undefined;
  #isListening = false;
  readonly #open = new Set<SimTransaction>();
  /** What this process has not told anybody, because it died of it. */
  readonly faults: unknown[] = [];
  /** Told of each statement of its renewals when the database has it: some faults come just then. */
  onLease: ((name: string) => void) | undefined;

  constructor(code: Code, machine: SimMachine, options: NodeOptions) {
    this.#code = code;
    this.machine = machine;
    this.#options = options;
  }

  get memory(): Memory {
    if (this.#memory === undefined) throw new Error('The node was not started.');
    return this.#memory;
  }

  /** A process without any memory of one before it. */
  start(): void {
    const { machine } = this;
    machine.life += 1;
    this.#starts += 1;
    this.#leaseLine = undefined;
    this.#isListening = false;
    const code = this.#code;
    const pool = this.#pool();
    const clocks = { monotonicMs: machine.monotonicMs, wallMs: machine.wallMs };
    const memory: Memory = code.createMemory({
      log: code.openChangeLog(this.#leaseConnection(), {
        ringFingerprint: new Uint8Array(),
        tickMs: () => (this.#options.isPolling ? limits.leasePollMs : limits.leaseTickMs),
        changesMax: limits.changesReadMax,
      }),
      clocks,
      newId: () => `${machine.name}.${this.#starts}.${++this.#renewals}`,
      sleep: this.#sleep,
      outageGraceSeconds: this.#options.graceSeconds,
      digestOf,
      keysMax: 1_000,
      onImport: () => imported.forget(),
      onFault: (error) => {
        if (!isOutage(error)) this.faults.push(error);
      },
    });
    const imported = code.createImportedLane({
      keyring: ring,
      lookup: code.createImportedLookup(pool),
      memory,
      monotonicMs: machine.monotonicMs,
    });
    const flights = code.createFlights({
      memory,
      readRows: code.createReadRows(pool),
      statementsMax: limits.verifyPoolConnectionsMax,
      defer: (work) => {
        const { life } = machine;
        machine.time.in(0.01, () => machine.deliver(life, work));
      },
    });
    const rehash = { offer: () => {}, waiting: 0, drain: async () => {} };
    const uses = { note: () => true, waiting: 0, written: 0, dropped: 0, drain: async () => {} };
    this.#memory = memory;
    this.#prover = { keyring: ring, memory, flights, imported, rehash, uses, recovery: undefined };
    this.#await = code.createAwaitPropagation({
      readNodes: code.createReadNodes(pool),
      ...clocks,
      pause: (ms) => this.#sleep(ms).done,
    });
    void memory.lease.start();
  }

  /** The process is killed. Its connections end, and with them what was not committed. */
  kill(): void {
    this.machine.life += 1;
    for (const transaction of this.#open) {
      this.machine.time.in(this.machine.chance.between(0.1, 50), () => transaction.rollback());
    }
    this.#open.clear();
  }

  verify(token: string, allOf: readonly string[]): Verdict | Promise<Verdict> {
    if (this.#prover === undefined) throw new Error('The node was not started.');
    return this.#code.verifyApiKey(this.#prover, platform, new Date(this.memory.lease.nowMs()), { token, allOf });
  }

  /** Begins what a verb does: a unit of work of its own. */
  work(decide: Decide): { ctx: Ctx; asOfMs: () => number; commit: () => Promise<void> } {
    const { machine } = this;
    const line = machine.openPoolLine();
    const transaction = new SimTransaction(machine.database, machine.time);
    const ask = (arrive: Parameters<SimMachine['ask']>[2]) => machine.ask(line, limits.silenceMs, arrive);
    const em = {
      begin: async () => {
        this.#open.add(transaction);
      },
      flush: async () => {},
      execute: async (_: string, [changes]: [string]) =>
        (await ask((reply) => transaction.log(JSON.parse(changes), reply))).rows,
      commit: async () => {
        await ask((reply) => transaction.commit(reply));
        this.#open.delete(transaction);
      },
      rollback: async () => {
        this.#open.delete(transaction);
        machine.time.in(1, () => transaction.rollback());
      },
    };
    const orm = { em: { fork: () => em as unknown as EntityManager } } as unknown as MikroORM;
    const nodes = {
      tell: (change: Change, seq: number) => this.memory.changed(change, seq),
      await: this.#await as AwaitPropagation,
    };
    const minting = undefined as never;
    const ctx = this.#code.openCtx({ orm, nodes, caller: platform, now: new Date(0), requestId: null, minting });
    const first = async () => {
      let decided: ReturnType<Decide>;
      await ask((reply) =>
        transaction.look((rows) => {
          decided = decide(rows);
          return decided?.apply;
        }, reply),
      );
      if (decided?.change !== undefined) ctx.changed(decided.change);
    };
    return { ctx, asOfMs: () => transaction.asOfMs, commit: () => ctx.commit(first) };
  }

  /** PostgreSQL calls out that something changed. */
  call(): void {
    const { machine } = this;
    const { life } = machine;
    const line = this.#leaseLine;
    if (this.#options.isPolling || !this.#isListening || line === undefined || line.isBroken) return;
    if (line.life !== machine.database.life || machine.time.nowMs < machine.cutUntilMs) return;
    const atMs = Math.max(machine.time.nowMs, line.stalledUntilMs);
    machine.time.at(atMs, () => machine.deliver(life, () => this.memory.lease.wake()));
  }

  /** The backend of its lease's connection stands still. */
  stallLease(ms: number): void {
    if (this.#leaseLine !== undefined) this.#leaseLine.stalledUntilMs = this.machine.time.nowMs + ms;
  }

  prune(): void {
    this.#code.removeOldChanges(this.#pool()).catch(() => {});
  }

  #pool(): Pool {
    const { machine } = this;
    const query = (statement: Statement): Promise<Result> => {
      const line = machine.openPoolLine();
      return machine.ask(line, limits.silenceMs, (reply) => machine.database.run(statement, reply));
    };
    return { query } as unknown as Pool;
  }

  #leaseConnection(): LeaseConnection {
    const { machine } = this;
    const ask = async (statement: Statement): Promise<Result> => {
      const isNew = this.#leaseLine === undefined;
      const line = this.#leaseLine ?? machine.openLine();
      this.#leaseLine = line;
      if (isNew) this.#isListening = false;
      // Whoever was taken for dead may be back before it is removed.
      if (statement.name === 'forget' && !machine.isHealed && machine.chance.happens(0.4))
        this.stallLease(machine.chance.between(50, 1_900));
      try {
        const answer = await machine.ask(line, limits.leaseQueryTimeoutMs, (reply) => {
          this.#isListening = true;
          this.onLease?.(statement.name);
          machine.database.run(statement, reply);
        });
        return answer;
      } catch (error) {
        line.isBroken = true;
        if (this.#leaseLine === line) this.#leaseLine = undefined;
        throw error;
      }
    };
    return { ask, onNotice: () => {}, close: async () => {} } as unknown as LeaseConnection;
  }

  readonly #sleep: Sleep = (ms) => {
    const { promise: done, resolve: end } = Promise.withResolvers<void>();
    this.machine.after(ms, end);
    return { done, end };
  };
}

function isOutage(error: unknown): boolean {
  return error instanceof Unavailable || (error instanceof Error && error.message.startsWith('simulated '));
}
