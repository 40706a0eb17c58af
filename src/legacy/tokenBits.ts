import { limits } from '../lib/limits.ts';

/** The usual alphabets of tokens, the smaller ones first. */
const alphabets: readonly (readonly [RegExp, number])[] = [
  [/^[0-9]+$/, 10],
  [/^(?:[0-9a-f]+|[0-9A-F]+)$/, 16],
  [/^(?:[a-z]+|[A-Z]+)$/, 26],
  [/^(?:[a-z2-7]+|[A-Z2-7]+)$/, 32],
  [/^(?:[0-9a-z]+|[0-9A-Z]+)$/, 36],
  [/^[A-Za-z]+$/, 52],
  [/^[0-9A-Za-z]+$/, 62],
  [/^(?:[0-9A-Za-z_-]+|[0-9A-Za-z+/]+)=*$/, 64],
];
const visibleAscii = 94;

/**
 * The most bits that a token can have by its length and its alphabet, had every character been drawn at random. A fixed
 * prefix counts as if it were random: this finds what is too short, and proves nothing about the rest.
 */
export function tokenBits(token: string): number {
  const distinct = new Set(token).size;
  // "0000…" was not drawn from ten digits.
  if (distinct < limits.importedTokenDistinctMin) return token.length * Math.log2(distinct);
  const alphabet = alphabets.find(([shape]) => shape.test(token))?.[1] ?? visibleAscii;
  return token.replace(/=+$/, '').length * Math.log2(alphabet);
}
