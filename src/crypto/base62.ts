import { assert } from '../lib/assert.ts';

/** In ascending ASCII order: so numbers of one width sort as their texts do. */
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Bytes as one big-endian number of exactly `width` digits. */
export function encodeBase62(bytes: Uint8Array, width: number): string {
  let value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (let index = 0; index < width; index++) {
    text = digits.charAt(Number(value % 62n)) + text;
    value /= 62n;
  }
  assert(value === 0n, 'the bytes fit into that many digits');
  return text;
}

/** A whole number below 62^width, in exactly `width` digits. */
export function encodeNumber(value: number, width: number): string {
  let rest = value;
  let text = '';
  for (let index = 0; index < width; index++) {
    const quotient = Math.floor(rest / 62);
    text = digits.charAt(rest - quotient * 62) + text;
    rest = quotient;
  }
  assert(rest === 0, 'the number fits into that many digits');
  return text;
}

/** 64 bits, as two halves of 32, in eleven digits. Numbers and no big ones: this stands on the path of every forgery. */
export function encodeUint64(high: number, low: number): string {
  let [upper, lower] = [high, low];
  let text = '';
  for (let index = 0; index < 11; index++) {
    const upperQuotient = Math.floor(upper / 62);
    const rest = (upper - upperQuotient * 62) * 2 ** 32 + lower;
    lower = Math.floor(rest / 62);
    upper = upperQuotient;
    text = digits.charAt(rest - lower * 62) + text;
  }
  return text;
}

/** The number that a few digits stand for; the caller has checked that they are digits. */
export function decodeNumber(text: string): number {
  let value = 0;
  for (const digit of text) value = value * 62 + digits.indexOf(digit);
  return value;
}
