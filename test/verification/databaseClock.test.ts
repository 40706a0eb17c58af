import { expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { createDatabaseClock } from '../../src/verification/databaseClock.ts';

const clock = { monotonicMs: 1_000, wallMs: 5_000_000 };
const clocks = { monotonicMs: () => clock.monotonicMs, wallMs: () => clock.wallMs };
const pass = (ms: number) => {
  clock.monotonicMs += ms;
  clock.wallMs += ms;
};

/** An answer that took so long, by a database that is ahead of our wall clock by an hour. */
function ask(of: ReturnType<typeof createDatabaseClock>, ms: number): void {
  const before = { ...clock };
  pass(ms / 2);
  const databaseMs = clock.wallMs + 3_600_000;
  pass(ms / 2);
  of.measure(databaseMs, before, { ...clock });
}

test('is the machine’s own until it was measured, and the database’s from then on, with and without a lease', () => {
  const database = createDatabaseClock(clocks);
  expect(database.nowMs(false)).toBe(clock.wallMs);
  ask(database, 10);
  pass(777);
  expect([database.nowMs(true), database.nowMs(false)]).toEqual([clock.wallMs + 3_600_000, clock.wallMs + 3_600_000]);
});

test('a slow answer says less than a good one of a minute ago, and more than an older one', () => {
  const database = createDatabaseClock(clocks);
  ask(database, 10);
  const before = { ...clock };
  pass(limits.clockDoubtMs + 1);
  database.measure(0, before, { ...clock });
  expect(database.nowMs(true)).toBe(clock.wallMs + 3_600_000);
  pass(limits.clockAgeMs);
  database.measure(0, { ...clock }, { ...clock, monotonicMs: clock.monotonicMs + limits.clockDoubtMs + 1 });
  expect(database.nowMs(true)).toBeLessThan(1_000);
});

test('after a lapse the next answer counts however slow: the machine may have stood still', () => {
  const database = createDatabaseClock(clocks);
  ask(database, 10);
  // Suspended for an hour: one of the clocks stood still.
  clock.wallMs += 3_600_000;
  database.doubt();
  ask(database, limits.clockDoubtMs + 50);
  expect(database.nowMs(true)).toBe(clock.wallMs + 3_600_000);
});
