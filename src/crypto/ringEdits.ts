import { assert } from '../lib/assert.ts';
import { SetupError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { Random } from './random.ts';
import { type RingEntry, ringMaterialBytes } from './ringFormat.ts';

type Entries = readonly RingEntry[];

/** A key with fresh material. */
export function newEntry(n: number, state: 'active' | 'pending', now: Date, random: Random): RingEntry {
  const material = Buffer.from(random(ringMaterialBytes));
  assert(material.length === ringMaterialBytes, 'as many random bytes as were asked for');
  return { n, state, pepperName: undefined, created: dayOf(now), material };
}

/** A number whose material nobody has any more. */
export function lostEntry(n: number, now: Date): RingEntry {
  return { n, state: 'lost', pepperName: undefined, created: dayOf(now), material: undefined };
}

/** With a new key that waits: every process has to know it before the first token is minted under it. */
export function withPending(entries: Entries, now: Date, random: Random): { entries: Entries; added: number } {
  const waiting = pendingNo(entries);
  if (waiting !== undefined) {
    throw new SetupError(`Key ${waiting} is pending already. Promote it before another is added.`);
  }
  // Above every number that the ring has ever had: the highest one is never removed.
  const added = highestNo(entries) + 1;
  if (added > limits.ringNumberMax) {
    throw new SetupError(
      `The ring has used every number up to ${limits.ringNumberMax}, so there is none for a new key.`,
    );
  }
  return { entries: [...entries, newEntry(added, 'pending', now, random)], added };
}

/** The key that waits to become the active one. */
export function pendingNo(entries: readonly Pick<RingEntry, 'n' | 'state'>[]): number | undefined {
  return entries.find((entry) => entry.state === 'pending')?.n;
}

/** With the pending key as the one that mints; the one that did goes on verifying. */
export function withPromoted(entries: Entries): { entries: Entries; activeNo: number; previousNo: number } {
  const activeNo = requirePending(entries);
  const previousNo = entries.find((entry) => entry.state === 'active')?.n;
  assert(previousNo !== undefined, 'a ring has an active key');
  const promoted = entries.map((entry): RingEntry => {
    if (entry.n === activeNo) return { ...entry, state: 'active' };
    return entry.n === previousNo ? { ...entry, state: 'verify' } : entry;
  });
  return { entries: promoted, activeNo, previousNo };
}

/** The pending key's number; refuses a ring that has none. */
export function requirePending(entries: readonly Pick<RingEntry, 'n' | 'state'>[]): number {
  const n = pendingNo(entries);
  if (n === undefined) {
    throw new SetupError('The ring has no pending key. Add one first: npx keywright keyring add FILE');
  }
  return n;
}

/** With a number that this ring lacks and nobody has: only what is not there can be declared lost. */
export function withLost(entries: Entries, n: number, now: Date): Entries {
  const present = entries.find((entry) => entry.n === n);
  if (present === undefined) return [...entries, lostEntry(n, now)];
  const why = present.state === 'lost' ? 'is declared lost already' : 'is in this ring with its material';
  throw new SetupError(`Key ${n} ${why}: nothing was changed.`);
}

/** Without a number that nothing needs any more; whether that is so, the database has said before. */
export function withoutKey(entries: Entries, n: number): Entries {
  const entry = entries.find((each) => each.n === n);
  if (entry === undefined) throw new SetupError(`There is no key ${n} in this ring.`);
  if (entry.state === 'active') {
    throw new SetupError(`Key ${n} is the active one. Add and promote another first.`);
  }
  if (n === highestNo(entries)) {
    throw new SetupError(
      `Key ${n} has the highest number of this ring, by which the number of the next key is known to be new. ` +
        'Remove it after the next "keyring add".',
    );
  }
  return entries.filter((each) => each !== entry);
}

function highestNo(entries: Entries): number {
  return Math.max(...entries.map((entry) => entry.n));
}

function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10);
}
