import { expect, test } from 'vitest';
import { tokenBits } from '../../src/legacy/tokenBits.ts';

/** A text of a length, drawn from all of an alphabet in strides. */
const drawn = (alphabet: string, length: number) =>
  Array.from({ length }, (_, index) => alphabet.charAt((index * 7) % alphabet.length)).join('');
const digits = '0123456789';
const letters = 'abcdefghijklmnopqrstuvwxyz';

test.each([
  ['digits', drawn(digits, 33), 109],
  ['digits', drawn(digits, 34), 112],
  ['hexadecimal digits', drawn(`${digits}abcdef`, 27), 108],
  ['hexadecimal digits', drawn(`${digits}abcdef`, 28), 112],
  ['capital hexadecimal digits', drawn(`${digits}ABCDEF`, 28), 112],
  ['small letters', drawn(letters, 24), 112],
  ['base32', drawn(`${letters.toUpperCase()}234567`, 23), 115],
  ['small letters and digits', drawn(letters + digits, 22), 113],
  ['letters', drawn(letters + letters.toUpperCase(), 20), 114],
  ['letters and digits', drawn(letters + letters.toUpperCase() + digits, 19), 113],
  ['base64url', `${drawn('Az-_09bY', 18)}w`, 114],
  ['base64 with its padding', `${drawn('Az+/09bY', 22)}==`, 132],
  ['all that is visible', drawn('Az-_09bY!?', 17), 111],
  ['a UUID', '0199f0a1-b2c3-7d4e-8f00-1122334455aa', 216],
])('%s: %j has %d bits at most', (_, token, bits) => {
  expect(Math.floor(tokenBits(token))).toBe(bits);
});

test.each([
  ['a'.repeat(500), 0],
  ['01'.repeat(50), 100],
  ['abcd'.repeat(28), 224],
  ['0123456'.repeat(5), 98],
])('%j, of few different characters, has only what those can say', (token, bits) => {
  expect(Math.floor(tokenBits(token))).toBe(bits);
});
