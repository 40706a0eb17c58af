import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeNumber, encodeBase62, encodeNumber, encodeUint64 } from '../../src/crypto/base62.ts';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The number that a text of base 62 stands for, the slow way. */
function decodeSlowly(text: string): bigint {
  return [...text].reduce((value, digit) => value * 62n + BigInt(digits.indexOf(digit)), 0n);
}

const encodeHalves = (value: bigint) => encodeUint64(Number(value >> 32n), Number(value & 0xffff_ffffn));

describe('base62', () => {
  it('reproduces the published secret', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, index) => 0xff - index);
    expect(encodeBase62(bytes, 43)).toBe('yhgIGB9quGfHP8Y83EcC2im5kZukTeYkpb69aekqK3M');
  });

  it('writes bytes in a fixed width from which the same bytes can be read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const text = encodeBase62(bytes, 43);
        expect(text).toMatch(/^[0-9A-Za-z]{43}$/);
        expect(decodeSlowly(text).toString(16).padStart(64, '0')).toBe(Buffer.from(bytes).toString('hex'));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([0, 0xff])('holds 32 bytes of %i in 43 digits', (byte) => {
    const text = encodeBase62(new Uint8Array(32).fill(byte), 43);
    expect(text).toHaveLength(43);
    expect(decodeSlowly(text)).toBe(byte === 0 ? 0n : 2n ** 256n - 1n);
  });

  it('writes all 64 bits of a number exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const text = encodeHalves(value);
        expect(text).toHaveLength(11);
        expect(decodeSlowly(text)).toBe(value);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [0n, '00000000000'],
    [62n ** 6n - 1n, '00000zzzzzz'],
    [62n ** 6n, '00001000000'],
    [2n ** 64n - 1n, 'LygHa16AHYF'],
  ])('writes %d as %s', (value, text) => {
    expect(encodeHalves(value)).toBe(text);
  });

  it('writes and reads every number of a ring key', () => {
    for (let n = 0; n < 62 * 62; n++) {
      expect(encodeNumber(n, 2)).toBe(`${digits.charAt(Math.floor(n / 62))}${digits.charAt(n % 62)}`);
      expect(decodeNumber(encodeNumber(n, 2))).toBe(n);
    }
  });

  it('writes every checksum exactly', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (value) => {
        expect(decodeSlowly(encodeNumber(value, 6))).toBe(BigInt(value));
      }),
    );
    expect(encodeNumber(0xffffffff, 6)).toBe('4gfFC3');
  });

  it('takes a number that does not fit for a bug of ours, instead of cutting it', () => {
    expect(() => encodeNumber(62 * 62, 2)).toThrow('Assertion failed');
    expect(() => encodeBase62(new Uint8Array(33).fill(255), 43)).toThrow('Assertion failed');
  });
});
