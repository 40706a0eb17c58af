import { setImmediate } from 'node:timers/promises';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { limits } from '../lib/limits.ts';
import { asking } from './outage.ts';
import { readTypes } from './rows/readTypes.ts';
import { type Sql, toStatement } from './sql.ts';

/** Sends one statement of a transaction that can only read, and answers its rows. */
export type Query = <Row extends QueryResultRow>(statement: Sql, options?: QueryOptions) => Promise<Row[]>;

/** `isCommon`: its text is that of many requests, so the database keeps its plan. */
export type QueryOptions = { readonly isCommon?: boolean };

/** Where reads are sent, and what each transaction says first. */
export type ReadSource = {
  readonly pool: () => Promise<Pool>;
  /** Begins a transaction as the caller. */
  readonly begin: string;
  /** The role in `begin`: a plan is made for one role, and made anew where another uses it. */
  readonly role: string;
  /** Aborts when whoever asked has left. */
  readonly signal: AbortSignal | undefined;
};

/** Reads with what it is given, all of it in one transaction and from one snapshot. */
export type ReadQueue = <T>(read: (query: Query) => Promise<T>) => Promise<T>;

type Waiting = { readonly run: (query: Query) => Promise<void>; readonly reject: (error: unknown) => void };

/**
 * The reads of one request. What follows one another without a pause, level by level of a query, shares one transaction
 * on one connection: each would otherwise cost a BEGIN, a role, a tenant and a COMMIT of its own.
 */
export function createReadQueue(source: ReadSource): ReadQueue {
  const waiting: Waiting[] = [];
  let isRunning = false;

  async function runAll(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) await inOneTransaction(source, waiting);
    isRunning = false;
  }

  return (read) =>
    asking(() => {
      const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof read>>>();
      waiting.push({ run: async (query) => resolve(await read(query)), reject });
      if (!isRunning) void runAll();
      return promise;
    });
}

/** Never throws: whoever waits is told. A read that fails ends its transaction, and those behind it get another. */
async function inOneTransaction({ pool, begin, role, signal }: ReadSource, waiting: Waiting[]): Promise<void> {
  let client: PoolClient | undefined;
  try {
    signal?.throwIfAborted();
    client = await (await pool()).connect();
    await client.query(begin);
  } catch (error) {
    client?.release(true);
    for (const { reject } of waiting.splice(0)) reject(error);
    return;
  }
  const isWhole = await answerEach(queryOn(client, role), waiting, signal);
  const hasEnded = await client.query(isWhole ? 'commit' : 'rollback').then(
    () => true,
    () => false,
  );
  client.release(!hasEnded);
}

async function answerEach(query: Query, waiting: Waiting[], signal: AbortSignal | undefined): Promise<boolean> {
  for (;;) {
    // An answer's resolvers ask for what comes next before this turn of the event loop is over.
    if (waiting.length === 0) await setImmediate();
    // Whoever has left is not read for: what waits is refused before the next transaction.
    if (signal?.aborted) return false;
    const next = waiting.shift();
    if (next === undefined) return true;
    try {
      await next.run(query);
    } catch (error) {
      next.reject(error);
      return false;
    }
  }
}

function queryOn(client: PoolClient, role: string): Query {
  return async <Row extends QueryResultRow>(statement: Sql, { isCommon = false }: QueryOptions = {}) => {
    const { text, values } = toStatement(statement);
    const name = isCommon ? preparedName(role, text) : undefined;
    const { rows } = await client.query<Row>({ text, values, types: readTypes, ...(name !== undefined && { name }) });
    return rows;
  };
}

/** One name for each text, on every connection; beyond the limit a text is sent whole. */
const names = new Map<string, string>();

function preparedName(role: string, text: string): string | undefined {
  const known = names.get(role + text);
  if (known !== undefined || names.size >= limits.preparedReadsMax) return known;
  const name = `read ${names.size + 1}`;
  names.set(role + text, name);
  return name;
}
