import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRateLimit } from '../../src/lib/rateLimit.ts';

test('so many are let through in any second, and the next as soon as the first of them is a second old', () => {
  const clock = { ms: 0 };
  const limit = createRateLimit({ perSecond: 3, monotonicMs: () => clock.ms });
  const at = (ms: number) => {
    clock.ms = ms;
    return limit.take();
  };
  expect([at(0), at(10), at(500), at(500), at(999)]).toEqual([true, true, true, false, false]);
  // A refused one takes no room.
  expect([at(1000), at(1009), at(1010), at(1499), at(1500)]).toEqual([true, false, true, false, true]);
});

test('no second of any history sees more', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5 }), (gaps, perSecond) => {
      const clock = { ms: 0 };
      const limit = createRateLimit({ perSecond, monotonicMs: () => clock.ms });
      const passed: number[] = [];
      for (const gap of gaps) {
        clock.ms += gap;
        if (limit.take()) passed.push(clock.ms);
      }
      for (const [index, ms] of passed.entries()) {
        const next = passed[index + perSecond];
        if (next !== undefined) expect(next - ms).toBeGreaterThanOrEqual(1000);
      }
    }),
  );
});

test('room that is given back is there again, once, and no older room with it', () => {
  const limit = createRateLimit({ perSecond: 2, monotonicMs: () => 0 });
  expect([limit.take(), limit.take(), limit.take()]).toEqual([true, true, false]);
  limit.giveBack();
  expect([limit.take(), limit.take()]).toEqual([true, false]);
});
