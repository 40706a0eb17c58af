import { isDeepStrictEqual } from 'node:util';
import type { Event, Fields } from './readFacts.ts';

/** What the audit alone says of a tenant, a user or a key. */
export type Thing = {
  readonly fields: Fields;
  /** Of a key: its retiring secrets by number, and when each ends. */
  readonly retiring: ReadonlyMap<number, string>;
  /** Of a key: the secrets that came in from elsewhere, and have no recovery lock. */
  readonly lockless: readonly number[];
};

/** Replays the audit from its beginning, and names each event that does not begin where the last one of its target ended. */
export function foldAudit(events: readonly Event[]): {
  readonly things: Map<string, Thing>;
  readonly faults: string[];
} {
  const things = new Map<string, Thing>();
  const faults: string[] = [];
  for (const event of events) {
    const { action, target } = event;
    const known = things.get(target);
    if (isMaking(event)) {
      if (known !== undefined) faults.push(`${target} was made twice`);
      things.set(target, made(event));
    } else if (known === undefined) {
      faults.push(`${action} of ${target}, which no event has made or one has deleted`);
    } else {
      faults.push(...broken(known, event));
      if (action.startsWith('delete')) things.delete(target);
      else things.set(target, changed(known, event));
    }
  }
  return { things, faults };
}

function isMaking({ action, changes }: Event): boolean {
  return action.startsWith('create') || (action === 'importApiKeys' && changes.before === undefined);
}

function made({ action, target, at, changes: { after = {} } }: Event): Thing {
  const { credential, lastUsedAt, ...rest } = after;
  return {
    fields: { ...unsaid(target), createdAt: at, ...rest },
    retiring: new Map(),
    lockless: action === 'importApiKeys' ? [1] : [],
  };
}

/** What a thing is before any event names it. */
function unsaid(target: string): Fields {
  if (target.startsWith('tnt_')) return { status: 'active', accountNumber: null };
  if (target.startsWith('usr_')) return {};
  return {
    status: 'active',
    ownerUserId: null,
    makerUserId: null,
    metadata: {},
    notBefore: null,
    expiresAt: null,
    externalKeyId: null,
    source: 'keywright',
    legacyId: null,
    secretNo: 1,
    reason: null,
  };
}

/** Where an event begins otherwise than the last one ended: one between them was lost, or is of a change that was. */
function broken({ fields }: Thing, { action, target, changes: { before = {} } }: Event): string[] {
  // This one tells of a secret that is no field of the key.
  if (action === 'retireApiKeySecret') return [];
  return Object.entries(before).flatMap(([name, from]) => {
    const was = fields[name];
    if (isDeepStrictEqual(was, from)) return [];
    return [`${action} of ${target} changes ${name} from ${JSON.stringify(from)}, and it was ${JSON.stringify(was)}`];
  });
}

function changed(thing: Thing, { action, at, changes: { before = {}, after = {} } }: Event): Thing {
  const { fields, retiring } = thing;
  if (action === 'rotateApiKey') {
    const { oldSecretEndsAt, ...rest } = after;
    const endsAt = String(oldSecretEndsAt);
    const graced: [number, string][] = endsAt > at ? [[Number(before.secretNo), endsAt]] : [];
    return { ...thing, fields: { ...fields, ...rest }, retiring: new Map([...retiring, ...graced]) };
  }
  if (action === 'retireApiKeySecret') {
    return { ...thing, retiring: new Map([...retiring].filter(([no]) => no !== before.secretNo)) };
  }
  // Why something rests is told by its event alone; why a key was revoked stands in its row.
  const { reason, ...rest } = after;
  return { ...thing, fields: { ...fields, ...(after.status === 'revoked' ? after : rest) } };
}
