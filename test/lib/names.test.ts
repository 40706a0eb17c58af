import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseName, parseSlug, slugFromName } from '../../src/lib/names.ts';
import { refusalOf } from '../support/refusalOf.ts';

const zeros = (bytes: number): Uint8Array => new Uint8Array(bytes);

test('a name has 1 to 255 characters, counted as the database counts them', () => {
  expect(parseName(' Production key ', ['name'])).toBe('Production key');
  expect(parseName('😀'.repeat(255), ['name'])).toBe('😀'.repeat(255));
  expect(refusalOf(() => parseName('😀'.repeat(256), ['input', 'name']))).toEqual({
    code: 'INVALID_INPUT',
    message: 'A name has at most 255 characters, and this one has 256.',
    path: ['input', 'name'],
  });
});

test.each(['a', '0', 'acme', 'acme-corp', 'a--b', '9-lives', 'x'.repeat(63)])('a slug is kept as it is: %s', (slug) => {
  expect(parseSlug(slug, [])).toBe(slug);
});

test.each([
  [''],
  ['-'],
  ['-a'],
  ['a-'],
  ['Acme'],
  ['a_b'],
  ['a.b'],
  ['a b'],
  [' a'],
  ['a\n'],
  ['é'],
  ['x'.repeat(64)],
  [1],
  [null],
  [undefined],
])('what is no slug is refused: %j', (value) => {
  expect(refusalOf(() => parseSlug(value, ['slug']))).toEqual({
    code: 'INVALID_INPUT',
    message: 'A slug is 1 to 63 lower-case letters a-z, digits and hyphens, and neither begins nor ends with a hyphen.',
    path: ['slug'],
  });
});

test.each([
  ['Acme Corporation', 'acme-corporation-000000'],
  ['  Crème & Brûlée, Inc. ', 'creme-brulee-inc-000000'],
  ['ＦＵＬＬ', 'full-000000'],
  ['日本', 'tenant-000000'],
  ['---', 'tenant-000000'],
  ['x'.repeat(255), `${'x'.repeat(56)}-000000`],
  [`${'x'.repeat(55)} y`, `${'x'.repeat(55)}-000000`],
])('a slug is suggested from what is readable of a name: %s', (name, slug) => {
  expect(slugFromName(name, zeros)).toBe(slug);
});

test('two tenants of one name get different slugs', () => {
  const bytes = Uint8Array.of(1, 10, 31, 32, 200, 255);
  expect(slugFromName('Acme', () => bytes)).toBe('acme-1az08z');
});

test('every suggested slug is a slug', () => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.string({ unit: fc.constantFrom('a', '-', ' ') }),
  );
  const random = fc.uint8Array({ minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(name, random, (text, bytes) => {
      const slug = slugFromName(text, () => bytes);
      expect(parseSlug(slug, [])).toBe(slug);
    }),
  );
});
