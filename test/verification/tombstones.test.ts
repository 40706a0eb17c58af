import { expect, test } from 'vitest';
import { createTombstones } from '../../src/verification/tombstones.ts';

test('a read may have missed what changed after it, of any of its subjects, and nothing else', () => {
  const tombstones = createTombstones(10);
  tombstones.add('key', 5);
  tombstones.add('tenant', 7);
  expect(tombstones.mayHaveMissed(4, ['key'])).toBe(true);
  expect(tombstones.mayHaveMissed(5, ['key'])).toBe(false);
  expect(tombstones.mayHaveMissed(6, ['key', 'tenant'])).toBe(true);
  expect(tombstones.mayHaveMissed(6, ['key', null, 'another'])).toBe(false);
  expect(tombstones.mayHaveMissed(7, ['key', 'tenant'])).toBe(false);
});

test('an entry that is told late does not hide a later one', () => {
  const tombstones = createTombstones(10);
  tombstones.add('key', 9);
  tombstones.add('key', 5);
  expect(tombstones.mayHaveMissed(8, ['key'])).toBe(true);
});

test('of as many as it holds none is forgotten; a read that is older than one that was is not believed', () => {
  const tombstones = createTombstones(3);
  for (const [at, id] of ['a', 'b', 'c'].entries()) tombstones.add(id, at + 1);
  expect(tombstones.mayHaveMissed(0, ['a'])).toBe(true);
  expect(tombstones.mayHaveMissed(0, ['x'])).toBe(false);
  tombstones.add('d', 4);
  expect(tombstones.mayHaveMissed(0, ['x'])).toBe(true);
  expect(tombstones.mayHaveMissed(1, ['x'])).toBe(false);
  expect(tombstones.mayHaveMissed(1, ['b'])).toBe(true);
});
