import { isDeepStrictEqual } from 'node:util';
import { foldAudit, type Thing } from './foldAudit.ts';
import type { Kind } from './kinds.ts';
import type { Ledger, Operation, Outcome } from './Ledger.ts';
import type { Event, Facts, Fields, Row } from './readFacts.ts';

/**
 * Everything that a crash may not leave behind: a row that is not what its events say, a secret without its lock, half of a
 * transaction, a second key or a second secret for one request, an answer that was not true.
 */
export function faultsIn(facts: Facts, ledger: Ledger): string[] {
  const { things, faults } = foldAudit(facts.events);
  faults.push(...facts.torn);
  for (const target of new Set([...things.keys(), ...facts.rows.keys()])) {
    faults.push(...compare(target, things.get(target), facts.rows.get(target)));
  }
  const byRequest = Map.groupBy(facts.events, ({ requestId }) => requestId ?? '');
  for (const operation of ledger.operations) {
    faults.push(...judge(operation, byRequest), ...judgeLasting(operation, facts.rows));
  }
  faults.push(...countSecrets(ledger, byRequest), ...countRecords(facts, ledger, byRequest));
  return faults;
}

function holds(fields: Fields, part: Fields): boolean {
  return Object.entries(part).every(([name, value]) => isDeepStrictEqual(fields[name], value));
}

function compare(target: string, thing: Thing | undefined, row: Row | undefined): string[] {
  if (thing === undefined)
    return [`${target} stands without the event that made it, or in spite of one that deleted it`];
  if (row === undefined) return [`${target} is gone without an event`];
  const faults: string[] = [];
  for (const name of new Set([...Object.keys(row.fields), ...Object.keys(thing.fields)])) {
    const [is, said] = [row.fields[name], thing.fields[name]];
    if (!isDeepStrictEqual(is, said)) {
      faults.push(`${name} of ${target} is ${JSON.stringify(is)}, and its events say ${JSON.stringify(said)}`);
    }
  }
  if (!target.startsWith('key_')) return faults;
  const retiring = [...thing.retiring].map(([no, endsAt]) => ({ no, endsAt }));
  if (!isDeepStrictEqual(row.retiring, retiring)) {
    faults.push(
      `${target} has the retiring secrets ${JSON.stringify(row.retiring)}, its events say ${JSON.stringify(retiring)}`,
    );
  }
  const live = [...row.retiring.map(({ no }) => no), Number(row.fields.secretNo)];
  const locks = row.fields.status === 'revoked' ? [] : live.filter((no) => !thing.lockless.includes(no));
  if (!isDeepStrictEqual(row.locks, locks)) {
    faults.push(`${target} has locks for ${JSON.stringify(row.locks)}, and should have for ${JSON.stringify(locks)}`);
  }
  return faults;
}

/** Whether every answer to one operation was true, and all of them together did it once. */
function judge({ kind, attempts }: Operation, byRequest: ReadonlyMap<string, readonly Event[]>): string[] {
  const eventsOf = (requestId: string) => byRequest.get(requestId) ?? [];
  const done = attempts.filter(({ requestId }) => eventsOf(requestId).length > 0);
  const faults = kind.repeatable && done.length > 1 ? [`${done.map(({ requestId }) => requestId)} all did it`] : [];
  for (const { requestId, epoch, outcome } of attempts) {
    const tell = (what: string) => `${requestId} ${what}: ${JSON.stringify(outcome)}`;
    const events = eventsOf(requestId);
    const did = (kind.repeatable ? done.flatMap((attempt) => eventsOf(attempt.requestId)) : events).filter(
      ({ action }) => action === kind.verb,
    );
    if (events.length > 0 && did.length === 0) faults.push(tell(`left events, and none of ${kind.verb}`));
    if (outcome.told === 'fault') faults.push(tell('was answered with a fault of our own'));
    if (outcome.told === 'refused') {
      const isRepeat = kind.repeatable && done.some((earlier) => earlier.epoch < epoch);
      faults.push(...faultsOfRefusal(kind, outcome, { didIt: events.length > 0, isRepeat }).map(tell));
    }
    if (outcome.told === 'done') {
      const targets = did.map(({ target }) => target);
      faults.push(...faultsOfAnswer(kind, outcome, { didIt: events.length > 0, targets }).map(tell));
    }
  }
  return faults;
}

function faultsOfRefusal(
  { refusals }: Kind,
  { code }: Extract<Outcome, { told: 'refused' }>,
  { didIt, isRepeat }: { readonly didIt: boolean; readonly isRepeat: boolean },
): string[] {
  return [
    ...(didIt ? ['was refused, and done'] : []),
    ...(refusals.includes(code) ? [] : ['was refused for no reason that it has']),
    ...(isRepeat ? ['repeats what was done, and was refused'] : []),
  ];
}

function faultsOfAnswer(
  { repeatable, givesSecret }: Kind,
  { ids, replayed, secret }: Extract<Outcome, { told: 'done' }>,
  { didIt, targets }: { readonly didIt: boolean; readonly targets: readonly string[] },
): string[] {
  const isGone = replayed && ids.length === 0;
  return [
    ...(repeatable && replayed === didIt ? ['calls itself a retry and did it, or the other way round'] : []),
    ...(replayed && targets.length === 0 ? ['was answered as a retry of what was never done'] : []),
    ...(isGone || targets.every((target) => ids.includes(target)) ? [] : [`was answered without ${targets}`]),
    ...(ids.length === 0 && !replayed ? ['was answered without what it did'] : []),
    ...((secret !== null) === (givesSecret && !replayed) ? [] : ['carries a secret where none belongs, or none']),
  ];
}

/** Whether what was answered is still so, where nothing may ever change it again. */
function judgeLasting({ kind, attempts }: Operation, rows: Facts['rows']): string[] {
  const { stays } = kind;
  if (stays === undefined) return [];
  return attempts.flatMap(({ requestId, outcome }) => {
    const left = (outcome.told === 'done' ? outcome.ids : []).flatMap((id) => rows.get(id) ?? []);
    const undone = left.filter(({ fields }) => stays === 'gone' || !holds(fields, stays));
    return undone.map(({ fields }) => `${requestId} was answered, and is undone: ${JSON.stringify(fields)}`);
  });
}

/** One secret of a key has been given to one client, once. */
function countSecrets({ secrets }: Ledger, byRequest: ReadonlyMap<string, readonly Event[]>): string[] {
  const seen = new Map<string, string>();
  return secrets.flatMap(({ requestId }) => {
    const secret = secretOf(byRequest.get(requestId) ?? []);
    if (secret === undefined) return [`${requestId} gave a secret that no event tells of`];
    const name = `${secret.target} ${secret.no}`;
    const first = seen.get(name);
    seen.set(name, requestId);
    return first === undefined ? [] : [`${first} and ${requestId} both gave secret ${secret.no} of ${secret.target}`];
  });
}

/** Which secret the request of these events made. */
export function secretOf(events: readonly Event[]): { readonly target: string; readonly no: number } | undefined {
  const made = events.find(({ action }) => action === 'createApiKey' || action === 'rotateApiKey');
  if (made === undefined) return undefined;
  return { target: made.target, no: made.action === 'createApiKey' ? 1 : Number(made.changes.after?.secretNo) };
}

/** Each repeatable operation that was done has its record, and nothing else has one. */
function countRecords(
  facts: Facts,
  { operations }: Ledger,
  byRequest: ReadonlyMap<string, readonly Event[]>,
): string[] {
  const done = operations.filter(
    ({ kind, attempts }) => kind.repeatable && attempts.some(({ requestId }) => byRequest.has(requestId)),
  );
  return done.length === facts.idempotencyRecords
    ? []
    : [`${done.length} repeatable requests were done, and ${facts.idempotencyRecords} idempotency records stand`];
}
