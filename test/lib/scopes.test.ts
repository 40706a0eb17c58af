import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import {
  allows,
  covers,
  governsService,
  grants,
  intersectScopes,
  parseScopes,
  parseWantedScopes,
  refuseUnheldScopes,
  wellFormedScopes,
} from '../../src/lib/scopes.ts';
import { markdownTable } from '../support/markdownTable.ts';
import { refusalOf } from '../support/refusalOf.ts';

const page = 'docs/scopes.md';
const scopesIn = (cell: string | undefined): string[] => (cell ?? '').split(' ').filter((scope) => scope !== '');

/** Patterns over a few segments, so that two of them often meet. `z` is in no pattern: it stands for every other name. */
const segment = fc.constantFrom('a', 'b', 'keywright', '*');
const pattern = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join(':'));
const patterns = fc.array(pattern, { maxLength: 4 });
/** Every scope of one to four segments over those names: one segment more than any pattern has. */
const universe = everyScope(['a', 'b', 'keywright', 'z'], 4);

function everyScope(names: readonly string[], segmentsMax: number): string[] {
  const longer = segmentsMax === 1 ? [] : everyScope(names, segmentsMax - 1).map((scope) => `:${scope}`);
  return names.flatMap((name) => [name, ...longer.map((rest) => name + rest)]);
}

/** The grammar said once more, as a regular expression: it shares no line with the code. */
function saysYes(scopes: readonly string[], wanted: string): boolean {
  return scopes.some((scope) => {
    const body = scope
      .replaceAll('.', '\\.')
      .replace(/\*$/, '[^:]+(:[^:]+)#')
      .replaceAll('*', '[^:]+')
      .replace('#', '*');
    const guard = scope.startsWith('*') ? '(?!keywright(:|$))' : '';
    return new RegExp(`^${guard}${body}$`).test(wanted);
  });
}

const allowedIn = (allowed: (wanted: string) => boolean): string[] => universe.filter(allowed);

test('every row of the published table of what is allowed holds', () => {
  const rows = markdownTable(page, '## What is allowed');
  expect(rows.length).toBe(36);
  const found = rows.map(([held, asked]) => [held, asked, allows(scopesIn(held), asked ?? '') ? 'yes' : 'no']);
  expect(found).toEqual(rows);
});

test('every row of the published table of what may be granted holds', () => {
  const rows = markdownTable(page, '## What may be granted');
  expect(rows.length).toBe(16);
  const found = rows.map(([maker, given]) => [maker, given, grants(scopesIn(maker), scopesIn(given)) ? 'yes' : 'no']);
  expect(found).toEqual(rows);
});

test('every row of the published table of what a ceiling leaves holds', () => {
  const rows = markdownTable(page, '## What a ceiling leaves');
  expect(rows.length).toBe(12);
  const found = rows.map(([own, top]) => [own, top, intersectScopes(scopesIn(own), scopesIn(top)).join(' ')]);
  expect(found).toEqual(rows);
});

test('allows says of every scope what the grammar says', () => {
  expect(universe.length).toBe(4 + 16 + 64 + 256);
  fc.assert(
    fc.property(patterns, (held) => {
      expect(allowedIn((wanted) => allows(held, wanted))).toEqual(allowedIn((wanted) => saysYes(held, wanted)));
    }),
  );
});

test('a wildcard or a malformed scope is never allowed, whatever is held', () => {
  const malformed = fc.constantFrom(
    '',
    ':',
    'a:',
    ':a',
    'a::b',
    'a b',
    'a\n',
    ' a',
    'ä',
    'a:*',
    '*',
    '*:a',
    '**',
    'a*',
  );
  fc.assert(fc.property(patterns, malformed, (held, wanted) => !allows([...held, '*', 'keywright:*', wanted], wanted)));
});

test('a pattern is covered exactly when every scope of it is allowed', () => {
  fc.assert(
    fc.property(patterns, pattern, (held, inner) => {
      const every = universe.filter((wanted) => saysYes([inner], wanted)).every((wanted) => saysYes(held, wanted));
      expect(covers(held, inner)).toBe(every);
    }),
    { numRuns: 2_000 },
  );
});

test('what is granted is never more than what the granter holds', () => {
  fc.assert(
    fc.property(patterns, patterns, (granter, wished) => {
      const granted = wished.filter((scope) => grants(granter, [scope]));
      expect(grants(granter, granted)).toBe(true);
      expect(universe.filter((wanted) => allows(granted, wanted) && !allows(granter, wanted))).toEqual([]);
    }),
  );
});

test('a holder may grant all that it holds, and nobody gains by granting twice over', () => {
  fc.assert(
    fc.property(patterns, patterns, patterns, (first, second, third) => {
      expect(grants(first, first)).toBe(true);
      const passed = second.filter((scope) => covers(first, scope));
      const passedOn = third.filter((scope) => covers(passed, scope));
      expect(grants(first, passedOn)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('scopes cut to a ceiling allow exactly what both allow', () => {
  fc.assert(
    fc.property(patterns, patterns, (scopes, ceiling) => {
      const cut = intersectScopes(scopes, ceiling);
      const both = (wanted: string) => saysYes(scopes, wanted) && saysYes(ceiling, wanted);
      expect(allowedIn((wanted) => allows(cut, wanted))).toEqual(allowedIn(both));
    }),
    { numRuns: 1_000 },
  );
});

test('cutting again changes nothing, repeats nothing, and stays below both', () => {
  fc.assert(
    fc.property(patterns, patterns, (scopes, ceiling) => {
      const cut = intersectScopes(scopes, ceiling);
      expect(intersectScopes(cut, ceiling)).toEqual(cut);
      expect(new Set(cut).size).toBe(cut.length);
      expect(grants(scopes, cut) && grants(ceiling, cut)).toBe(true);
    }),
  );
});

test('no ceiling leaves scopes as they are, and an empty one leaves none', () => {
  expect(intersectScopes(['b', 'a:*'], null)).toEqual(['b', 'a:*']);
  expect(intersectScopes(['b', 'a:*', '*', 'keywright:*'], [])).toEqual([]);
});

test('parsing keeps the order, drops repetitions, and parses its own result to the same', () => {
  expect(parseScopes(['b:*', 'a', 'b:*', '*:x', 'A'], ['scopes'])).toEqual(['b:*', 'a', '*:x', 'A']);
  expect(parseScopes([], ['scopes'])).toEqual([]);
  fc.assert(
    fc.property(patterns, (scopes) => {
      const parsed = parseScopes(scopes, []);
      expect(parsed).toEqual([...new Set(scopes)]);
      expect(parseScopes(parsed, [])).toEqual(parsed);
    }),
  );
});

test.each([
  'x'.repeat(limits.scopeSegmentCharsMax),
  Array(limits.scopeSegmentsMax).fill('x').join(':'),
  Array(limits.scopeSegmentsMax).fill('*').join(':'),
  `${'x'.repeat(64)}:${'y'.repeat(64)}:${'z'.repeat(64)}:${'w'.repeat(60)}`,
  'A-z_0.9:*',
])('a scope at its limits is taken: %s', (scope) => {
  expect(parseScopes([scope], [])).toEqual([scope]);
});

const grammar =
  'is not a scope: expected segments joined by ":", each "*" or 1 to 64 of the characters A-Z a-z 0-9 . _ -, ' +
  'such as orders:read or orders:*.';

test.each<[unknown, string]>([
  ['', `"" ${grammar}`],
  [' a', `" a" ${grammar}`],
  ['a ', `"a " ${grammar}`],
  ['a:', `"a:" ${grammar}`],
  [':a', `":a" ${grammar}`],
  ['a::b', `"a::b" ${grammar}`],
  ['a*', `"a*" ${grammar}`],
  ['**', `"**" ${grammar}`],
  ['a:b c', `"a:b c" ${grammar}`],
  ['a\n', `"a\\u{a}" ${grammar}`],
  ['a\0', `"a\\u{0}" ${grammar}`],
  ['a\ud800', `"a\\u{d800}" ${grammar}`],
  ['é', `"é" ${grammar}`],
  ['x'.repeat(65), `"${'x'.repeat(32)}…" ${grammar}`],
  [Array(11).fill('x').join(':'), '"x:x:x:x:x:x:x:x:x:x:x" has 11 segments, and a scope has at most 10.'],
  [
    `${Array(4).fill('x'.repeat(63)).join(':')}y`,
    `"${'x'.repeat(32)}…" has 256 characters, and a scope has at most 255.`,
  ],
  [7, 'A scope is a text, not 7.'],
  [null, 'A scope is a text, not nothing.'],
  [['a'], 'A scope is a text, not a list.'],
])('a malformed scope is refused by its place in the list: %j', (scope, message) => {
  const refusal = refusalOf(() => parseScopes(['fine', scope], ['input', 'scopes']));
  expect(refusal).toEqual({ code: 'INVALID_INPUT', message, path: ['input', 'scopes', '1'] });
});

test('a list of too many scopes is refused before any of them is read', () => {
  const path = ['scopes'];
  const hundred = Array.from({ length: 100 }, (_, index) => `s${index}`);
  expect(parseScopes(hundred, path)).toEqual(hundred);
  const message = 'At most 100 scopes are allowed, and these are 1000.';
  const many = Array.from({ length: 1_000 }, () => 'not a scope');
  expect(refusalOf(() => parseScopes(many, path))).toEqual({ code: 'INVALID_INPUT', message, path });
});

test.each([[undefined], [null], ['orders:read'], [{}]])('scopes that are no list are refused: %j', (values) => {
  expect(refusalOf(() => parseScopes(values, ['scopes']))).toMatchObject({ code: 'INVALID_INPUT', path: ['scopes'] });
});

test('a hole in a list is no scope', () => {
  const holed: string[] = [];
  holed[1] = 'a';
  expect(refusalOf(() => parseScopes(holed, ['scopes']))).toMatchObject({ path: ['scopes', '0'] });
});

test('scopes are asked for without wildcards', () => {
  expect(parseWantedScopes(['orders:read', 'a', 'a'], ['allOf'])).toEqual(['orders:read', 'a']);
  expect(refusalOf(() => parseWantedScopes(['a', 'a:*'], ['allOf']))).toEqual({
    code: 'INVALID_INPUT',
    message: '"a:*" has a wildcard: ask for one scope, such as orders:read.',
    path: ['allOf', '1'],
  });
  expect(refusalOf(() => parseWantedScopes(['a:**'], ['allOf'])).message).toContain('is not a scope');
});

test('a scope that its granter does not hold is refused by name', () => {
  expect(refuseUnheldScopes(['*'], ['a', 'b:*'], ['scopes'])).toBeUndefined();
  expect(refusalOf(() => refuseUnheldScopes(['*'], ['a', 'keywright:*', 'keywright:x'], ['scopes']))).toEqual({
    code: 'SCOPE_NOT_HELD',
    message: 'You cannot grant "keywright:*", because you do not hold it yourself.',
    path: ['scopes'],
  });
  expect(() => refuseUnheldScopes([], ['a'], [])).toThrow(Refusal);
});

test('of a list that others wrote, what is no scope is left out, and nothing comes twice', () => {
  const long = 'a'.repeat(limits.scopeSegmentCharsMax);
  const texts = ['orders:*', 'https://api.example.com/read', '', ' ', 'a b', 'x:', long, `${long}a`, 'orders:*', '*'];
  expect(wellFormedScopes(texts)).toEqual(['orders:*', long, '*']);
});

test.each([
  ['keywright:keys:read', true],
  ['keywright:*', true],
  ['keywright', false],
  ['*', false],
  ['*:keys:read', false],
  ['Keywright:keys:read', false],
  ['keywrights:keys', false],
  ['orders:keywright:keys', false],
])('%s is of this service: %s', (scope, expected) => {
  expect(governsService(scope)).toBe(expected);
});

test('two lists of wildcards multiply up to a thousand, and what is left out is never allowed', () => {
  const scopes = Array.from({ length: 99 }, (_, n) => `*:s${n}:*`);
  const ceiling = Array.from({ length: 99 }, (_, n) => `c${n}:*`);
  const cut = intersectScopes(scopes, ceiling);
  expect(cut).toHaveLength(limits.effectiveScopesMax);
  expect(cut.every((scope) => covers(scopes, scope) && covers(ceiling, scope))).toBe(true);
});
