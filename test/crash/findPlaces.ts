import { HttpConnection } from '../bench/HttpConnection.ts';
import type { Fault } from './Fault.ts';
import { kinds } from './kinds.ts';
import type { Life } from './Life.ts';
import type { Arena } from './openArena.ts';
import type { Random } from './Random.ts';

/** A place at which a request can be interrupted. */
export type Place = Pick<Fault, 'request' | 'step' | 'what' | 'at'> & {
  /** Whether it is inside of a transaction that writes, or between that and the answer. */
  readonly writes: boolean;
};

/** Every place of every kind of request: found by doing each once, so that nobody has to keep a list. */
export async function findPlaces({ ledger }: Arena, life: Life): Promise<Place[]> {
  const done = new Map<string, string>();
  const connection = new HttpConnection(life.url);
  life.record();
  for (const name of Object.keys(kinds)) {
    while (!done.has(name)) {
      const operation = ledger.begin(name);
      await ledger.attempt(operation, connection);
      const [attempt] = operation.attempts;
      if (attempt?.outcome.told !== 'done') throw new Error(`${name} was ${JSON.stringify(attempt?.outcome)}`);
      if (operation.name === name) done.set(name, attempt.requestId);
    }
  }
  connection.close();
  const recorded = await life.recorded();
  return [...done].flatMap(([request, requestId]) => placesOf(request, recorded[requestId] ?? []));
}

function placesOf(request: string, statements: readonly string[]): Place[] {
  const steps: Omit<Place, 'at'>[] = [];
  for (let from = 0, no = 0; from < statements.length; ) {
    const to = statements.indexOf('commit', from) + 1 || statements.length;
    const transaction = statements.slice(from, to);
    const writes = transaction.some((text) => /^(insert|update|delete)/.test(text));
    for (const what of transaction) steps.push({ request, step: ++no, what, writes });
    from = to;
  }
  steps.push({ request, step: 'answer', what: 'the answer', writes: true });
  return steps.flatMap((step) => [
    { ...step, at: 'before' as const },
    { ...step, at: 'after' as const },
  ]);
}

/**
 * All of them in an order of chance, taken from one kind of request after the other. Those where something is written come
 * first: anywhere else a request has not begun to change anything, or is over.
 */
export function inOrder(places: readonly Place[], random: Random): Place[] {
  const turns = [
    ...Map.groupBy(random.shuffle(places), ({ request, writes }) => `${request} ${writes}`).values(),
  ].flatMap((list) => list.map((place, turn) => ({ place, turn })));
  turns.sort((a, b) => Number(b.place.writes) - Number(a.place.writes) || a.turn - b.turn);
  return turns.map(({ place }) => place);
}

/** As a person reads it. */
export function describePlace({ request, step, at, what }: Place): string {
  return step === 'answer' ? `${request}: ${at} the answer` : `${request}: ${at} statement ${step}, ${what}`;
}
