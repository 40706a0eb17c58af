import type { MikroORM } from '@mikro-orm/postgresql';
import type { ExecutionResult } from 'graphql';
import type { Caller } from '../lib/Caller.ts';
import type { Clock } from '../lib/clock.ts';
import { Denied } from '../lib/errors.ts';
import { type Ctx, type Minting, type Nodes, openCtx } from '../store/Ctx.ts';
import { openReading, type Reading } from '../store/Reading.ts';
import type { Prover } from '../verification/prove.ts';

/** What the graph is wired to, once for the process. */
export type GraphParts = {
  readonly orm: MikroORM;
  readonly minting: Minting;
  readonly prover: Prover;
  readonly nodes: Nodes;
  readonly clock: Clock;
};

/** What one request brings. */
export type GraphRequest = {
  readonly caller: Caller | undefined;
  readonly requestId: string;
  readonly signal: AbortSignal;
};

/** What every resolver is given. */
export type Context = {
  readonly requestId: string;
  /** Aborts when whoever asked has left. */
  readonly signal: AbortSignal;
  readonly prover: Prover;
  readonly tokenPrefix: string;
  readonly now: Date;
  /** What the operation came to, where it has been executed already and Apollo only puts it into words. */
  readonly executed?: ExecutionResult;
  /** Who asks; refuses whoever presented nothing. */
  caller(): Caller;
  /** A unit of work of its own for each root field that changes something. */
  begin(): Ctx;
  /** The same as somebody who brought no credential, and whose right is the token that was presented. */
  beginAs(bearer: Caller): Ctx;
  /** What the fields of this request read: all of a query, or what follows one change. */
  reading(): Reading;
};

/** One request's context. */
export function createContext({ orm, minting, prover, nodes, clock }: GraphParts, request: GraphRequest): Context {
  const { caller, requestId } = request;
  const now = clock();
  let reading: Reading | undefined;
  const context: Context = {
    requestId,
    // Made when somebody asks for it: a verification is over before anyone could leave.
    get signal() {
      return request.signal;
    },
    prover,
    tokenPrefix: minting.tokenPrefix,
    now,
    caller() {
      if (caller !== undefined) return caller;
      throw new Denied('UNAUTHENTICATED', 'This needs a key: send it as "Authorization: Bearer …" or "x-api-key: …".');
    },
    begin() {
      // What the last root field changed, the next one's fields must see.
      reading = undefined;
      return openCtx({ orm, nodes, caller: context.caller(), now, requestId, minting, signal: request.signal });
    },
    beginAs(bearer) {
      return openCtx({ orm, nodes, caller: bearer, now, requestId, minting, signal: request.signal });
    },
    reading() {
      reading ??= openReading({ orm, caller: context.caller(), now, keyring: minting.keyring, signal: request.signal });
      return reading;
    },
  };
  return context;
}
