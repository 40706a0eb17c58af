import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ifGiven } from '../../src/lib/ifGiven.ts';
import { parseExternalId, parseIdempotencyKey, parseLine, parseReason } from '../../src/lib/text.ts';
import { refusalOf } from '../support/refusalOf.ts';

const line = (value: unknown) => parseLine(value, { what: 'A line', charsMax: 20 }, ['line']);
const anyText = fc.string({ unit: 'binary', maxLength: 30 });

test.each([
  ['plain', 'plain'],
  ['  Ada Lovelace \t\n', 'Ada Lovelace'],
  ['\ufeff\u00a0x\u2003', 'x'],
  ['e\u0301', '\u00e9'],
  ['A\u030a', '\u00c5'],
  ['👩‍💻', '👩‍💻'],
  ['می‌خواهم', 'می‌خواهم'],
  ['x'.repeat(20), 'x'.repeat(20)],
  ['😀'.repeat(20), '😀'.repeat(20)],
  ['e\u0301'.repeat(20), 'é'.repeat(20)],
])('a line is trimmed, normalised and counted in characters: %j', (value, expected) => {
  expect(line(value)).toBe(expected);
});

const controls = 'A line must not contain control characters, line breaks or text-direction marks: it has';

test.each<[unknown, string]>([
  ['', 'A line must not be empty or blank.'],
  [' \t\n\u3000', 'A line must not be empty or blank.'],
  ['\u200b\u200d\u2060', 'A line must not be empty or blank.'],
  ['\u3164', 'A line must not be empty or blank.'],
  ['\u2800 \u2800', 'A line must not be empty or blank.'],
  ['a\0b', `${controls} U+0000.`],
  ['\0', `${controls} U+0000.`],
  ['a\nb', `${controls} U+000A.`],
  ['a\tb', `${controls} U+0009.`],
  ['a\u001bb', `${controls} U+001B.`],
  ['a\u007fb', `${controls} U+007F.`],
  ['a\u0085b', `${controls} U+0085.`],
  ['a\u2028b', `${controls} U+2028.`],
  ['a\u2029b', `${controls} U+2029.`],
  ['a\u202eb', `${controls} U+202E.`],
  ['a\u2066b', `${controls} U+2066.`],
  ['a\u200fb', `${controls} U+200F.`],
  ['a\u061cb', `${controls} U+061C.`],
  ['a\ud800', 'A line must be well-formed Unicode: it has half a surrogate pair.'],
  ['\udc00a', 'A line must be well-formed Unicode: it has half a surrogate pair.'],
  ['x'.repeat(21), 'A line has at most 20 characters, and this one has 21.'],
  ['😀'.repeat(21), 'A line has at most 20 characters, and this one has 21.'],
  [7, 'A line is a text, not 7.'],
  [null, 'A line is a text, not nothing.'],
  [undefined, 'A line is a text, not nothing.'],
  [['a'], 'A line is a text, not a list.'],
  [{}, 'A line is a text, not an object.'],
])('a line that could mislead or not be stored is refused: %j', (value, message) => {
  expect(refusalOf(() => line(value))).toEqual({ code: 'INVALID_INPUT', message, path: ['line'] });
});

test('whatever is accepted is its own result, in NFC, without anything unseen at its ends', () => {
  const raw = fc.oneof(
    anyText,
    fc.string({ unit: fc.constantFrom('a', ' ', '\u0301', '\u2000', '\ufeff', '가'.normalize('NFD')) }),
  );
  let accepted = 0;
  fc.assert(
    fc.property(raw, (value) => {
      let parsed: string;
      try {
        parsed = line(value);
      } catch {
        return;
      }
      accepted += 1;
      expect(line(parsed)).toBe(parsed);
      expect(parsed.normalize('NFC')).toBe(parsed);
      expect([...parsed].length).toBeLessThanOrEqual(20);
      expect(parsed).toMatch(/^[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]+$/u);
    }),
    { numRuns: 1_000, seed: 7 },
  );
  expect(accepted).toBeGreaterThan(100);
});

test('a reason has at most 500 characters', () => {
  expect(parseReason(' left the company ', ['reason'])).toBe('left the company');
  expect(parseReason('x'.repeat(500), ['reason'])).toBe('x'.repeat(500));
  const message = 'A reason has at most 500 characters, and this one has 501.';
  expect(refusalOf(() => parseReason('x'.repeat(501), ['reason'])).message).toBe(message);
});

test.each(['auth0|5f7c8ec7c33c6c004bbafe82', 'CN=Ada Lovelace,O=Example', '1', 'é', '😀'.repeat(255)])(
  'an external id is kept to the letter: %s',
  (id) => {
    expect(parseExternalId(id, ['externalId'])).toBe(id);
  },
);

test.each<[unknown, string]>([
  [' a', 'An external id must not begin or end with a space.'],
  ['a ', 'An external id must not begin or end with a space.'],
  ['e\u0301', "An external id must be in Unicode's form NFC."],
  ['', 'An external id must not be empty or blank.'],
  [' ', 'An external id must not be empty or blank.'],
  ['a\0', 'An external id must not contain control characters, line breaks or text-direction marks: it has U+0000.'],
  ['a\n', 'An external id must not contain control characters, line breaks or text-direction marks: it has U+000A.'],
  ['\ud800', 'An external id must be well-formed Unicode: it has half a surrogate pair.'],
  ['x'.repeat(256), 'An external id has at most 255 characters, and this one has 256.'],
  [42, 'An external id is a text, not 42.'],
])('an external id that would have to be changed is refused instead: %j', (value, message) => {
  const path = ['externalId'];
  expect(refusalOf(() => parseExternalId(value, path))).toEqual({ code: 'INVALID_INPUT', message, path });
});

test.each(['a', '!', '~', '0199f0a1-b2c3-7d4e-8f00-1122334455aa', 'x'.repeat(255)])(
  'an idempotency key is kept as it is: %s',
  (key) => {
    expect(parseIdempotencyKey(key, [])).toBe(key);
  },
);

test.each([[''], [' '], ['a b'], ['a\n'], ['\x7f'], ['é'], ['x'.repeat(256)], [1], [null], [undefined]])(
  'an idempotency key is 1 to 255 visible ASCII characters: %j is refused',
  (value) => {
    expect(refusalOf(() => parseIdempotencyKey(value, ['idempotencyKey']))).toEqual({
      code: 'INVALID_INPUT',
      message: 'An idempotency key is 1 to 255 visible ASCII characters without spaces, such as a UUID.',
      path: ['idempotencyKey'],
    });
  },
);

test('what is not given stays apart from what is given as null', () => {
  expect(ifGiven(undefined, ['reason'], parseReason)).toBeUndefined();
  expect(ifGiven(null, ['reason'], parseReason)).toBeNull();
  expect(ifGiven(' x ', ['reason'], parseReason)).toBe('x');
  expect(refusalOf(() => ifGiven('', ['reason'], parseReason)).path).toEqual(['reason']);
});
