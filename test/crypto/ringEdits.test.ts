import { describe, expect, it } from 'vitest';
import { createKeyring, parseKeyring } from '../../src/crypto/keyring.ts';
import {
  pendingNo,
  requirePending,
  withLost,
  withoutKey,
  withPending,
  withPromoted,
} from '../../src/crypto/ringEdits.ts';
import { readRing, writeRing } from '../../src/crypto/ringFormat.ts';
import { SetupError } from '../../src/lib/errors.ts';
import { entryOf, ringText } from './samples.ts';

const now = new Date('2026-11-21T23:59:59Z');
const bytes = (count: number) => Buffer.alloc(count, 0xfb);

const entriesOf = (states: Readonly<Record<number, string>>) => {
  const keys = Object.entries(states).map(([n, state]) =>
    entryOf(Number(n), state, state === 'lost' ? { material: undefined } : {}),
  );
  const active = Number(Object.entries(states).find(([, state]) => state === 'active')?.[0]);
  return readRing(ringText(keys, { active }), 'the test');
};

/** The states by number of what was written and read again. */
const statesOf = (entries: Parameters<typeof writeRing>[0]) =>
  Object.fromEntries(
    parseKeyring(writeRing(entries), 'the test').entries.map(({ n, state, pepperName }) => [n, pepperName ?? state]),
  );

function refusalOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof SetupError) return error.message;
    throw error;
  }
  throw new Error('Expected a refusal, and nothing was refused.');
}

describe('writeRing', () => {
  it('writes what readRing reads, whatever is in it, the newest key first', () => {
    const entries = entriesOf({ 1: 'verify', 2: 'active', 3: 'pending', 4: 'lost', 5: 'import:old' });
    const text = writeRing(entries);
    expect(readRing(text, 'the test')).toEqual(entries.toReversed());
    expect(JSON.parse(text).keys.map(({ n, state }: { n: number; state: string }) => `${n} ${state}`)).toEqual([
      '5 import:old',
      '4 lost',
      '3 pending',
      '2 active',
      '1 verify',
    ]);
  });
});

describe('withPending', () => {
  it('adds a key above every number that the ring has, of the given bytes and day', () => {
    const { entries, added } = withPending(entriesOf({ 1: 'verify', 2: 'active', 7: 'lost' }), now, bytes);
    expect(added).toBe(8);
    expect(statesOf(entries)).toEqual({ 1: 'verify', 2: 'active', 7: 'lost', 8: 'pending' });
    expect(entries.at(-1)).toEqual({
      n: 8,
      state: 'pending',
      pepperName: undefined,
      created: '2026-11-21',
      material: Buffer.alloc(32, 0xfb),
    });
  });

  it('counts the number of a pepper as used', () => {
    expect(withPending(entriesOf({ 1: 'active', 9: 'import:old' }), now, bytes).added).toBe(10);
  });

  it('refuses a second key that waits, and a number beyond the last', () => {
    expect(refusalOf(() => withPending(entriesOf({ 1: 'active', 2: 'pending' }), now, bytes))).toBe(
      'Key 2 is pending already. Promote it before another is added.',
    );
    expect(refusalOf(() => withPending(entriesOf({ 3843: 'active' }), now, bytes))).toContain(
      'every number up to 3843',
    );
  });

  it('never settles for fewer bytes than it asked for', () => {
    expect(() => withPending(entriesOf({ 1: 'active' }), now, () => new Uint8Array(16))).toThrow('Assertion failed');
  });
});

describe('withPromoted', () => {
  it('lets the pending key mint, and the active one go on verifying', () => {
    const before = entriesOf({ 1: 'verify', 2: 'active', 3: 'pending', 4: 'import:old' });
    const { entries, activeNo, previousNo } = withPromoted(before);
    expect([activeNo, previousNo]).toEqual([3, 2]);
    expect(statesOf(entries)).toEqual({ 1: 'verify', 2: 'verify', 3: 'active', 4: 'old' });
    expect(entries.map(({ n, material }) => [n, material])).toEqual(before.map(({ n, material }) => [n, material]));
  });

  it('refuses a ring without a pending key, and says the command that adds one', () => {
    const entries = entriesOf({ 1: 'active', 2: 'verify' });
    expect(pendingNo(entries)).toBeUndefined();
    for (const call of [() => withPromoted(entries), () => requirePending(entries)]) {
      expect(refusalOf(call)).toBe('The ring has no pending key. Add one first: npx keywright keyring add FILE');
    }
  });
});

describe('withLost', () => {
  it('notes a number that the ring lacks, without material', () => {
    expect(statesOf(withLost(entriesOf({ 1: 'active' }), 3, now))).toEqual({ 1: 'active', 3: 'lost' });
  });

  it.each(['active', 'verify', 'pending', 'import:old'])('never touches a key that is there: %s', (state) => {
    const entries = entriesOf({ 1: state === 'active' ? 'verify' : 'active', 2: state });
    expect(refusalOf(() => withLost(entries, 2, now))).toBe(
      'Key 2 is in this ring with its material: nothing was changed.',
    );
  });

  it('says of a lost number that it is known', () => {
    expect(refusalOf(() => withLost(entriesOf({ 1: 'active', 2: 'lost' }), 2, now))).toContain(
      'is declared lost already',
    );
  });
});

describe('withoutKey', () => {
  it('takes out one key, whatever it was for', () => {
    const entries = entriesOf({ 1: 'verify', 2: 'lost', 3: 'import:old', 4: 'active' });
    expect(statesOf(withoutKey(entries, 1))).toEqual({ 2: 'lost', 3: 'old', 4: 'active' });
    expect(statesOf(withoutKey(entries, 2))).toEqual({ 1: 'verify', 3: 'old', 4: 'active' });
    expect(statesOf(withoutKey(entries, 3))).toEqual({ 1: 'verify', 2: 'lost', 4: 'active' });
  });

  it('never takes out the key that mints, one that is not there, or the number by which the next is known to be new', () => {
    const entries = entriesOf({ 1: 'active', 2: 'verify', 3: 'verify' });
    expect(refusalOf(() => withoutKey(entries, 1))).toContain('is the active one');
    expect(refusalOf(() => withoutKey(entries, 4))).toBe('There is no key 4 in this ring.');
    expect(refusalOf(() => withoutKey(entries, 3))).toContain('has the highest number of this ring');
    const added = withPending(withoutKey(entries, 2), now, bytes);
    expect(added.added).toBe(4);
  });
});

describe('createKeyring after a loss', () => {
  it('notes the lost numbers, and mints above them: a number never means two keys', () => {
    const ring = parseKeyring(createKeyring(now, bytes, [2, 1, 5]), 'the test');
    expect(ring.activeNo).toBe(6);
    expect(ring.numbers).toEqual([6]);
    expect([1, 2, 5].map((n) => ring.stateOf(n))).toEqual(['lost', 'lost', 'lost']);
  });
});
