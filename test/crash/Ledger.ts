import assert from 'node:assert/strict';
import { typeDefs } from '../../src/graphql/createGraph.ts';
import type { HttpConnection } from '../bench/HttpConnection.ts';
import type { Answered } from '../support/service.ts';
import { documentOf } from '../support/verbs.ts';
import { type Kind, kinds, type Request } from './kinds.ts';
import type { World } from './World.ts';

/** Verbs that wait for every node unless they are told not to: here nodes are killed, and their rows outlive them. */
const withdrawing = new Set(
  [...typeDefs.matchAll(/^input (\w+)Input \{[^}]*?^ {2}waitMs: /gms)].map(
    ([, type = '']) => type.charAt(0).toLowerCase() + type.slice(1),
  ),
);

/** What a client was told of a request: nothing, for one that was lost or could not be done now. */
export type Outcome =
  | { readonly told: 'nothing' }
  | { readonly told: 'refused'; readonly code: string }
  | {
      readonly told: 'done';
      readonly ids: readonly string[];
      readonly replayed: boolean;
      readonly secret: string | null;
    }
  | { readonly told: 'fault'; readonly what: string };

/** A request as it was sent once. */
export type Attempt = {
  readonly requestId: string;
  /** Between two of them nothing is in flight, and the database is looked at. */
  readonly epoch: number;
  readonly outcome: Outcome;
};

/** What a client wants, however often it has to ask. */
export type Operation = Request & {
  readonly name: string;
  readonly kind: Kind;
  readonly attempts: Attempt[];
};

/** A secret as a client was given it, and the request in whose answer it stood. */
export type Given = { readonly token: string; readonly requestId: string };

/** What all clients have asked and were told: it outlives every process of the service. */
export class Ledger {
  readonly operations: Operation[] = [];
  readonly secrets: Given[] = [];
  /** Operations whose last attempt came to nothing: their clients ask again before they ask for more. */
  readonly #open = new Set<Operation>();
  readonly #world: World;
  epoch = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** What a client does next: what it has no answer to yet, or something new. */
  take(focus?: string): Operation {
    const [open] = this.#open;
    if (open !== undefined) {
      this.#open.delete(open);
      return open;
    }
    return this.begin(focus ?? this.#world.random.pick(Object.keys(kinds)) ?? '');
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** A new operation of a kind, or of the one that makes what it needs. */
  begin(name: string): Operation {
    const kind = kinds[name];
    assert(kind !== undefined, `There is no kind of request called ${name}.`);
    const request = kind.next(this.#world);
    // Nothing is there to do it to: first something is made.
    if (request === undefined) return this.begin(kind.needs);
    const key = kind.repeatable ? { idempotencyKey: `${name}-${this.operations.length}` } : {};
    const operation = { name, kind, caller: request.caller, input: { ...request.input, ...key }, attempts: [] };
    this.operations.push(operation);
    return operation;
  }

  /** Asks once. */
  async attempt(operation: Operation, connection: HttpConnection): Promise<void> {
    const { name, kind, attempts } = operation;
    const at = this.operations.indexOf(operation);
    const attempt = { requestId: `${name}.${at}.${attempts.length}`, epoch: this.epoch, outcome: nothing };
    attempts.push(attempt);
    const { outcome, payload } = await ask(operation, attempt.requestId, connection);
    attempts[attempts.indexOf(attempt)] = { ...attempt, outcome };
    if (outcome.told === 'nothing') this.#open.add(operation);
    if (outcome.told !== 'done') return;
    kind.learn?.(this.#world, payload, operation);
    if (outcome.secret !== null) this.secrets.push({ token: outcome.secret, requestId: attempt.requestId });
  }
}

const nothing: Outcome = { told: 'nothing' };

async function ask(
  { kind, input, caller }: Operation,
  requestId: string,
  connection: HttpConnection,
): Promise<{ readonly outcome: Outcome; readonly payload?: Answered }> {
  const head = [
    'POST /graphql HTTP/1.1',
    'host: keywright',
    'content-type: application/json',
    `x-request-id: ${requestId}`,
    ...(caller === null ? [] : [`authorization: Bearer ${caller}`]),
  ].join('\r\n');
  const body = JSON.stringify({
    query: documentOf(kind.verb),
    variables: { input: { ...input, ...(withdrawing.has(kind.verb) && { waitMs: 0 }) } },
  });
  const answer = await connection.send(head, body).catch(() => undefined);
  if (answer === undefined) return { outcome: nothing };
  const { data, errors = [] } = JSON.parse(answer.body) as { data?: Answered; errors?: Answered[] };
  if (errors.length > 0) {
    const isOutage = errors.every(({ extensions }) => extensions.code === 'UNAVAILABLE');
    return { outcome: isOutage ? nothing : { told: 'fault', what: answer.body } };
  }
  const payload = data[kind.verb];
  const [refusal] = payload.userErrors;
  if (refusal !== undefined) return { outcome: { told: 'refused', code: refusal.code } };
  const { replayed = false, secret = null } = payload;
  const ids = kind.idsIn(payload).filter((id) => id !== undefined);
  return { outcome: { told: 'done', ids, replayed, secret }, payload };
}
