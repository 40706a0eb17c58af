import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUuid, encodeUuid, writeUuid } from '../../src/crypto/base32.ts';

const digits = '0123456789abcdefghjkmnpqrstvwxyz';
const uuids = fc
  .bigInt({ min: 0n, max: 2n ** 128n - 1n })
  .map((value) => value.toString(16).padStart(32, '0'))
  .map((hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));

/** The same number written the slow way. */
function encodeSlowly(uuid: string): string {
  let value = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let text = '';
  for (let index = 0; index < 26; index++) {
    text = digits.charAt(Number(value % 32n)) + text;
    value /= 32n;
  }
  return text;
}

describe('base32', () => {
  it.each([
    ['0199f0a1-b2c3-7d4e-8f00-1122334455aa', '01k7ra3cp3fn78y00h48sm8nda'],
    ['00000000-0000-0000-0000-000000000000', '00000000000000000000000000'],
    ['ffffffff-ffff-ffff-ffff-ffffffffffff', '7zzzzzzzzzzzzzzzzzzzzzzzzz'],
    ['01890a5d-ac96-774b-bcce-b302099a8057', '01h455vb4pex5vsknk084sn02q'],
  ])('writes %s as %s and reads it back', (uuid, text) => {
    expect(encodeUuid(uuid)).toBe(text);
    expect(decodeUuid(text)).toBe(uuid);
  });

  it('writes every UUID as its number in base 32, and reads it back', () => {
    fc.assert(
      fc.property(uuids, (uuid) => {
        const text = encodeUuid(uuid);
        expect(text).toBe(encodeSlowly(uuid));
        expect(decodeUuid(text)).toBe(uuid);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps the order of UUIDs in their texts', () => {
    const order = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);
    fc.assert(
      fc.property(uuids, uuids, (left, right) => {
        expect(order(encodeUuid(left), encodeUuid(right))).toBe(order(left, right));
      }),
      { numRuns: 2_000 },
    );
  });

  it('knows one spelling of a UUID: whatever text decodes is what that UUID encodes to', () => {
    const characters = fc.constantFrom(...`${digits}ilouAZ-_ é`);
    const texts = fc.array(characters, { minLength: 25, maxLength: 27 }).map((list) => list.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const uuid = decodeUuid(text);
        const written = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text);
        expect(uuid === undefined ? undefined : encodeUuid(uuid)).toBe(written ? text : undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['an empty text', ''],
    ['one character too few', '01k7ra3cp3fn78y00h48sm8nd'],
    ['one character too many', '01k7ra3cp3fn78y00h48sm8ndaa'],
    ['a first character above 7, which would be bit 129', '81k7ra3cp3fn78y00h48sm8nda'],
    ['upper case', '01K7RA3CP3FN78Y00H48SM8NDA'],
    ['an i for a 1', '0ik7ra3cp3fn78y00h48sm8nda'],
    ['an l for a 1', '0lk7ra3cp3fn78y00h48sm8nda'],
    ['an o for a 0', 'o1k7ra3cp3fn78y00h48sm8nda'],
    ['a u', '01k7ra3cp3fn78y00h48sm8ndu'],
    ['a line break behind it', '01k7ra3cp3fn78y00h48sm8nda\n'],
    ['a UUID', '0199f0a1-b2c3-7d4e-8f00-11'],
  ])('reads nothing from %s', (_, text) => {
    expect(decodeUuid(text)).toBeUndefined();
  });

  it('writes the sixteen bytes of a UUID and touches no others', () => {
    const target = Buffer.alloc(20, 0x77);
    writeUuid(target, '0199f0a1-b2c3-7d4e-8f00-1122334455aa', 2);
    expect(target.toString('hex')).toBe('77770199f0a1b2c37d4e8f001122334455aa7777');
  });

  it.each(['0199F0A1-B2C3-7D4E-8F00-1122334455AA', '0199f0a1b2c37d4e8f001122334455aa', '', 'key_1'])(
    'takes %j for a bug of ours and never for a UUID',
    (text) => {
      expect(() => encodeUuid(text)).toThrow('Assertion failed');
      expect(() => writeUuid(Buffer.alloc(16), text, 0)).toThrow('Assertion failed');
    },
  );
});
