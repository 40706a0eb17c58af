import { expect, test } from 'vitest';
import { parseExpiresAt, parseGraceSeconds, parseNotBefore } from '../../src/lib/times.ts';
import { refusalOf } from '../support/refusalOf.ts';

const now = new Date('2026-11-20T12:00:00.000Z');
const afterNow = (ms: number) => new Date(now.getTime() + ms);
const expiring = (value: Date | null | undefined, latest: Date | null = null) =>
  parseExpiresAt(value, { now, latest }, ['expiresAt']);
const years = 'A time lies between the years 1970 and 9999, in UTC.';

test.each([0, 1, 3600, 2_592_000])('a grace of %d seconds is taken', (seconds) => {
  expect(parseGraceSeconds(seconds, [])).toBe(seconds);
});

test.each([[-1], [2_592_001], [1.5], [Number.NaN], [Infinity], ['60'], [null], [undefined]])(
  'a grace is a whole number of seconds up to thirty days: %j is refused',
  (value) => {
    const refusal = refusalOf(() => parseGraceSeconds(value, ['graceSeconds']));
    expect(refusal.message).toMatch(/^A grace is a whole number of seconds from 0 to 2592000 \(30 days\), not /);
    expect(refusal).toMatchObject({ code: 'INVALID_INPUT', path: ['graceSeconds'] });
  },
);

test('a key expires after now, and not at this very millisecond', () => {
  expect(expiring(afterNow(1))).toEqual(afterNow(1));
  expect(refusalOf(() => expiring(now))).toEqual({
    code: 'INVALID_INPUT',
    message: 'An expiry lies in the future: 2026-11-20T12:00:00.000Z is not after 2026-11-20T12:00:00.000Z.',
    path: ['expiresAt'],
  });
  expect(refusalOf(() => expiring(afterNow(-1))).code).toBe('INVALID_INPUT');
});

test('a key without an expiry has none, said or left out', () => {
  expect(expiring(null)).toBeNull();
  expect(expiring(undefined)).toBeNull();
});

test('a key made by a key expires with it at the latest', () => {
  expect(expiring(afterNow(1000), afterNow(1000))).toEqual(afterNow(1000));
  const refused = {
    code: 'EXPIRES_TOO_LATE',
    message: 'The key that makes it expires at 2026-11-20T12:00:01.000Z: give an expiry no later than that.',
    path: ['expiresAt'],
  };
  expect(refusalOf(() => expiring(afterNow(1001), afterNow(1000)))).toEqual(refused);
  expect(refusalOf(() => expiring(null, afterNow(1000)))).toEqual(refused);
  expect(refusalOf(() => expiring(undefined, afterNow(1000)))).toEqual(refused);
});

test('an expiry lies in the years that every door can write', () => {
  const last = new Date('9999-12-31T23:59:59.999Z');
  expect(expiring(last)).toEqual(last);
  for (const wrong of [new Date('+010000-01-01T00:00:00.000Z'), new Date(8.64e15), new Date(Number.NaN)]) {
    expect(refusalOf(() => expiring(wrong)).message).toBe(years);
  }
});

test('a key is valid from a time before its expiry', () => {
  const from = (value: Date | null | undefined, expiresAt: Date | null) =>
    parseNotBefore(value, { expiresAt }, ['notBefore']);
  expect(from(null, now)).toBeNull();
  expect(from(undefined, null)).toBeNull();
  expect(from(afterNow(5), null)).toEqual(afterNow(5));
  expect(from(afterNow(-1), now)).toEqual(afterNow(-1));
  expect(refusalOf(() => from(now, now))).toEqual({
    code: 'INVALID_INPUT',
    message: 'A key is valid from a time before its expiry, 2026-11-20T12:00:00.000Z.',
    path: ['notBefore'],
  });
  expect(from(new Date(0), null)).toEqual(new Date(0));
  for (const wrong of [new Date(-1), new Date('-000001-01-01T00:00:00.000Z'), new Date(Number.NaN)]) {
    expect(refusalOf(() => from(wrong, null))).toEqual({ code: 'INVALID_INPUT', message: years, path: ['notBefore'] });
  }
});
