import { expect, test } from 'vitest';
import { importedTimeOf, parseImportedTime } from '../../src/legacy/parseImportedTime.ts';
import { refusalOf } from '../support/refusalOf.ts';

test.each([
  ['2026-11-20T08:00:00Z', '2026-11-20T08:00:00.000000Z'],
  ['2026-11-20t08:00:00.5z', '2026-11-20T08:00:00.500000Z'],
  ['2026-11-20 08:00:00.123456+01:00', '2026-11-20T07:00:00.123456Z'],
  ['2026-11-20T23:59:59.999999999-00:30', '2026-11-21T00:29:59.999999Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000000Z'],
  ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000000Z'],
])('%s is %s', (text, time) => {
  expect(parseImportedTime(text, [])).toBe(time);
});

test.each([
  '2026-11-20',
  '2026-11-20T08:00:00',
  '2026-11-20T08:00Z',
  '2026-11-20T24:00:01Z',
  '2026-11-20T08:61:00Z',
  '2026-02-29T08:00:00Z',
  '2026-13-01T08:00:00Z',
  '2026-11-20T08:00:00+25:00',
  '2026-11-20T08:00:00.Z',
  ' 2026-11-20T08:00:00Z',
  '1784534400',
  1_784_534_400,
  '',
])('%j is no time', (text) => {
  expect(refusalOf(() => parseImportedTime(text, ['rows', '0', 'createdAt']))).toEqual({
    code: 'INVALID_INPUT',
    message: 'A time is RFC 3339 with an offset, for example 2026-11-20T08:00:00.123456Z.',
    path: ['rows', '0', 'createdAt'],
  });
});

test('a time lies within the years that texts and dates agree on', () => {
  for (const text of ['1969-12-31T23:59:59Z', '1970-01-01T00:00:00+00:01', '9999-12-31T23:59:59-00:01']) {
    expect(refusalOf(() => parseImportedTime(text, [])).message).toBe(
      'A time lies between the years 1970 and 9999, in UTC.',
    );
  }
});

test('a time of this process is written with as many digits, so that the two compare as texts', () => {
  const now = new Date('2026-11-20T08:00:00.123Z');
  expect(importedTimeOf(now)).toBe('2026-11-20T08:00:00.123000Z');
  expect(parseImportedTime('2026-11-20T08:00:00.123001Z', []) > importedTimeOf(now)).toBe(true);
});
