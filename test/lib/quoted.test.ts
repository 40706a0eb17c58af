import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoted } from '../../src/lib/quoted.ts';

test.each<[unknown, string]>([
  ['orders:read', '"orders:read"'],
  ['', '""'],
  ['x'.repeat(32), `"${'x'.repeat(32)}"`],
  ['x'.repeat(33), `"${'x'.repeat(32)}…"`],
  ['😀'.repeat(33), `"${'😀'.repeat(32)}…"`],
  ['say "hi"\\', '"say \\"hi\\"\\\\"'],
  ['a\n\u001b[2J\u202e\u2028', '"a\\u{a}\\u{1b}[2J\\u{202e}\\u{2028}"'],
  ['\ud800', '"\\u{d800}"'],
  [null, 'nothing'],
  [undefined, 'nothing'],
  [1.5, '1.5'],
  [true, 'true'],
  [[], 'a list'],
  [{}, 'an object'],
  [Symbol('x'), 'a symbol'],
])('a refused value is repeated so that it can be read: %j', (value, expected) => {
  expect(quoted(value)).toBe(expected);
});

test('a token in the wrong field is not repeated with any of its secret', () => {
  const token = 'kw_live_01k7ra3cp3fn78y00h48sm8nda_yhgIGB9quGfHP8Y83EcC2im5kZukTeYkpb69aekqK3M01KtftkNbxrpP04Em6q';
  expect(quoted(token)).toBe('"kw_live_01k7ra3cp3fn78y00h48sm8n…"');
});

test('nothing that a terminal or a log would obey comes out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(quoted(text)).toMatch(/^"[^\p{C}\p{Zl}\p{Zp}]*"$/u);
    }),
  );
});
