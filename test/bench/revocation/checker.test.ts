import { describe, expect, it } from 'vitest';
import { closed, find, type Gate, type Gates, lateMs, moving, opened, openGate } from './checker.ts';
import { createDatabaseTime } from './databaseTime.ts';

/** A token all of whose gates are open, and what is made of it here. */
function token(): Gates & { readonly owner: Gate } {
  return { secret: openGate(), key: openGate(), owner: openGate(), tenant: openGate() };
}

const gates = ['secret', 'key', 'owner', 'tenant'] as const;

/** What is withdrawn, and what a node may then say. */
const refusals = [
  ['secret', 'INVALID'],
  ['key', 'REVOKED'],
  ['key', 'DISABLED'],
  ['owner', 'USER_DISABLED'],
  ['tenant', 'TENANT_SUSPENDED'],
] as const;

describe('the checker', () => {
  it.each(gates)(
    'finds VALID stale once the withdrawal of its %s was effective before the verification began',
    (name) => {
      const it = token();
      moving(it[name]);
      closed(it[name], 100);
      expect([find(it, 'VALID', 99.999), find(it, 'VALID', 100), find(it, 'VALID', 5000)]).toEqual([
        'right',
        'stale',
        'stale',
      ]);
    },
  );

  it.each(refusals)(
    'of what withdraws the %s, %s is right from the moment at which it was sent, and false before',
    (name, code) => {
      const it = token();
      expect(find(it, code, 50)).toBe('false');
      moving(it[name]);
      expect([find(it, code, 50), find(it, 'VALID', 50)]).toEqual(['right', 'right']);
      closed(it[name], 100);
      expect([find(it, code, 50), find(it, code, 150)]).toEqual(['right', 'right']);
    },
  );

  it.each(refusals)('takes no other withdrawal for the reason of a refusal by the %s, %s', (name, code) => {
    const it = token();
    for (const other of gates) if (other !== name) closed(it[other], 0);
    expect(find(it, code, 50)).toBe('false');
  });

  it('calls an owner nobody has no reason, and a code that nothing here leads to neither', () => {
    const it = { ...token(), owner: null };
    expect([find(it, 'USER_DISABLED', 1), find(it, 'EXPIRED', 1), find(it, '', 1), find(it, 'VALID', 1)]).toEqual([
      'false',
      'false',
      'false',
      'right',
    ]);
  });

  it('counts from what was told later, if that is sooner: from the answer, instead of from effectiveBy', () => {
    const { key } = token();
    moving(key);
    closed(key, 5000);
    closed(key, 1200);
    expect(key).toEqual({ state: 'closed', sinceMs: 1200 });
    closed(key, 6000);
    expect(key).toEqual({ state: 'closed', sinceMs: 1200 });
    // A withdrawal that comes after a restoration is another one.
    moving(key);
    closed(key, 9000);
    expect(key).toEqual({ state: 'closed', sinceMs: 9000 });
  });

  it('allows both while something is given back, refusals for as long as nodes may remember, and none that begins later', () => {
    const it = token();
    closed(it.key, 100);
    moving(it.key);
    expect([find(it, 'VALID', 150), find(it, 'DISABLED', 150)]).toEqual(['right', 'right']);
    opened(it.key, 5200);
    expect([find(it, 'DISABLED', 5199), find(it, 'DISABLED', 5200), find(it, 'VALID', 300)]).toEqual([
      'right',
      'false',
      'right',
    ]);
    // Given back at 200: a refusal that began 30 later was late by that, and one for another reason was not late at all.
    expect([
      lateMs(it, 'DISABLED', 230, 5000),
      lateMs(it, 'DISABLED', 190, 5000),
      lateMs(it, 'DISABLED', 5200, 5000),
      lateMs(it, 'TENANT_SUSPENDED', 230, 5000),
    ]).toEqual([30, 0, undefined, undefined]);
  });

  it('wants a new secret to count from the answer on', () => {
    const it = { ...token(), secret: openGate() };
    opened(it.secret, 100);
    expect(find(it, 'INVALID', 100)).toBe('false');
  });
});

describe("the database's clock", () => {
  it('has reached a time only when it has on every way on which its answer may have come', () => {
    const time = createDatabaseTime();
    expect(time.reachedMs(1_000_000)).toBe(Number.POSITIVE_INFINITY);
    // It said 1,000,000 somewhere between 40 and 50: at 50 it had certainly said so.
    time.measure(1_000_000, 40, 50);
    // Two seconds on, and a millisecond for rounding and one for a clock that is being slowed.
    expect(time.reachedMs(1_002_000)).toBeCloseTo(2052, 6);
    // It may have been 40 instead of 50, hurried instead of slowed, and rounded or not.
    expect(time.doubtMs).toBeCloseTo(13, 6);
    // A slow answer says less, and a quick one more.
    time.measure(1_000_200, 200, 300);
    expect(time.reachedMs(1_002_000)).toBeCloseTo(2052, 6);
    time.measure(1_001_000, 1048, 1049);
    expect(time.reachedMs(1_002_000)).toBeCloseTo(2050.5, 6);
    expect(time.doubtMs).toBeCloseTo(13, 6);
  });
});
