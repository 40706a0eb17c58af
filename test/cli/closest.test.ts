import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closest, didYouMean } from '../../src/cli/closest.ts';

const names = ['createTenant', 'createUser', 'createApiKey', 'rotateApiKey', 'revokeApiKey', 'viewer'];

test.each([
  ['createTennant', 'createTenant'],
  ['cretaeUser', 'createUser'],
  ['CREATEUSER', 'createUser'],
  ['rotatApiKey', 'rotateApiKey'],
  ['reokeApiKey', 'revokeApiKey'],
  ['viwer', 'viewer'],
  ['veiwer', 'viewer'],
  ['frobnicate', undefined],
  ['vi', undefined],
  ['', undefined],
])('%j suggests %j', (word, name) => {
  expect(closest(word, names)).toBe(name);
});

test('the nearer of two near names is suggested, and of equally near ones the first', () => {
  expect(closest('userid', ['userId2', 'userId'])).toBe('userId');
  expect(closest('namr', ['name', 'namd'])).toBe('name');
});

test('any one wrong letter in a word of three or more still suggests it', () => {
  const edit = fc.record({
    name: fc.constantFrom(...names),
    at: fc.nat(),
    letter: fc.constantFrom('q', 'x'),
    kind: fc.constantFrom('put in', 'take out', 'replace'),
  });
  fc.assert(
    fc.property(edit, ({ name, at, letter, kind }) => {
      const index = at % name.length;
      const rest = name.slice(kind === 'put in' ? index : index + 1);
      expect(closest(name.slice(0, index) + (kind === 'take out' ? '' : letter) + rest, names)).toBe(name);
    }),
  );
});

test('a suggestion follows a sentence, and no suggestion leaves it as it is', () => {
  expect(`Unknown.${didYouMean('nmae', ['name'])}`).toBe('Unknown. Did you mean name?');
  expect(`Unknown.${didYouMean('zzzz', ['name'])}`).toBe('Unknown.');
});
