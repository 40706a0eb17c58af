import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/crypto/random.ts';
import {
  hasTokenShape,
  hasValidTag,
  keyIdOf,
  mintToken,
  type ParsedToken,
  parseToken,
} from '../../src/crypto/token.ts';
import { ringOf, vectorOwner, vectorSecret, vectorToken } from './samples.ts';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ring = ringOf({ 1: 'active' });
const descending = () => Uint8Array.from({ length: 32 }, (_, index) => 0xff - index);
const vector = { ring, prefix: 'kw', environment: 'live', keyId: vectorOwner.keyId, random: descending } as const;

/** Puts a right checksum behind a changed body, as a forger would. */
function withChecksum(body: string): string {
  let value = crc32(body);
  let text = '';
  for (let index = 0; index < 6; index++) {
    text = digits.charAt(value % 62) + text;
    value = Math.floor(value / 62);
  }
  return body + text;
}

function parsed(text: string): ParsedToken {
  const token = parseToken(text);
  if (token === undefined) throw new Error('Expected a text that parses.');
  return token;
}

/** What `verify` would make of a text before it looks anywhere. */
function isGenuine(text: string): boolean {
  const token = parseToken(text);
  return token !== undefined && hasValidTag(ring, token);
}

describe('mintToken', () => {
  it('reproduces the published token to the byte', () => {
    const { token, secret, mintedKeyNo } = mintToken(vector);
    expect(token.reveal()).toBe(vectorToken);
    expect(secret.reveal()).toBe(vectorSecret.reveal());
    expect(mintedKeyNo).toBe(1);
  });

  it('shows neither token nor secret when its result is printed', () => {
    const printed = JSON.stringify(mintToken(vector));
    expect(printed).toBe('{"token":"[secret]","secret":"[secret]","mintedKeyNo":1}');
  });

  it('mints under the active key of a ring and says which', () => {
    const rotated = ringOf({ 1: 'verify', 2: 'active', 3: 'pending' });
    const { token, mintedKeyNo } = mintToken({ ...vector, ring: rotated });
    expect(mintedKeyNo).toBe(2);
    expect(parsed(token.reveal()).keyNo).toBe(2);
    expect(hasValidTag(rotated, parsed(token.reveal()))).toBe(true);
  });

  it('asks for exactly 32 random bytes, and never settles for fewer', () => {
    const asked: number[] = [];
    const random = (count: number) => {
      asked.push(count);
      return descending();
    };
    mintToken({ ...vector, random });
    expect(asked).toEqual([32]);
    expect(() => mintToken({ ...vector, random: () => new Uint8Array(31) })).toThrow('Assertion failed');
  });

  it.each(['k', 'K2', '1kw', 'kw_', 'k'.repeat(16), ''])(
    'never mints with the prefix %j, which would not parse',
    (prefix) => {
      expect(() => mintToken({ ...vector, prefix })).toThrow('Assertion failed');
    },
  );
});

describe('hasTokenShape', () => {
  it('knows a token by its shape, whatever its checksum says, and nothing that is longer, shorter or spelt otherwise', () => {
    expect(hasTokenShape(vectorToken)).toBe(true);
    expect(hasTokenShape(`${vectorToken.slice(0, -1)}z`)).toBe(true);
    for (const text of [
      '',
      vectorToken.slice(1, -1),
      `${vectorToken}0`,
      ` ${vectorToken}`,
      vectorToken.toUpperCase(),
    ]) {
      expect(hasTokenShape(text)).toBe(false);
    }
  });
});

describe('parseToken', () => {
  it('takes the published token apart', () => {
    const { secret, token, ...open } = parsed(vectorToken);
    expect(open).toEqual({ prefix: 'kw', environment: 'live', kid: '01k7ra3cp3fn78y00h48sm8nda', keyNo: 1 });
    expect(secret.reveal()).toBe(vectorSecret.reveal());
    expect(token.reveal()).toBe(vectorToken);
    expect(keyIdOf(parsed(vectorToken))).toBe(vectorOwner.keyId);
  });

  it('reads back every token that is minted, whatever its prefix, environment, key and ring number', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z][a-z0-9]{1,14}$/),
        fc.constantFrom('live' as const, 'test' as const),
        fc.uuid(),
        fc.nat(3843),
        (prefix, environment, keyId, keyNo) => {
          const own = ringOf({ [keyNo]: 'active' });
          const { token, secret } = mintToken({ ring: own, prefix, environment, keyId, random: systemRandom });
          const read = parsed(token.reveal());
          expect(read).toMatchObject({ prefix, environment, keyNo });
          expect(keyIdOf(read)).toBe(keyId);
          expect(read.secret.reveal()).toBe(secret.reveal());
          expect(hasValidTag(own, read)).toBe(true);
          expect(token.reveal()).toHaveLength(95 + prefix.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses the published token with any one character changed, at every position', () => {
    const others = `${digits}_-. \né`;
    for (let position = 0; position < vectorToken.length; position++) {
      for (const other of others) {
        if (other === vectorToken[position]) continue;
        const changed = vectorToken.slice(0, position) + other + vectorToken.slice(position + 1);
        expect(parseToken(changed), changed).toBeUndefined();
      }
    }
  });

  it('refuses the published token cut at either end, doubled, surrounded or with two neighbours swapped', () => {
    for (let cut = 1; cut <= vectorToken.length; cut++) {
      expect(parseToken(vectorToken.slice(cut))).toBeUndefined();
      expect(parseToken(vectorToken.slice(0, -cut))).toBeUndefined();
    }
    for (const around of [' ', '\n', '\r\n', '\0', 'a', '"', 'Bearer ']) {
      expect(parseToken(around + vectorToken)).toBeUndefined();
      expect(parseToken(vectorToken + around)).toBeUndefined();
    }
    for (let at = 0; at + 1 < vectorToken.length; at++) {
      const swapped = `${vectorToken.slice(0, at)}${vectorToken[at + 1]}${vectorToken[at]}${vectorToken.slice(at + 2)}`;
      if (swapped !== vectorToken) expect(parseToken(swapped)).toBeUndefined();
    }
    expect(parseToken(vectorToken + vectorToken)).toBeUndefined();
  });

  it.each([
    ['a prefix of one character', 'k_live_'],
    ['a prefix of sixteen characters', `${'k'.repeat(16)}_live_`],
    ['a prefix in upper case', 'KW_live_'],
    ['another environment', 'kw_prod_'],
    ['an environment in upper case', 'kw_LIVE_'],
    ['no prefix', '_live_'],
  ])('refuses %s even with a right checksum', (_, start) => {
    expect(parseToken(withChecksum(start + vectorToken.slice('kw_live_'.length, -6)))).toBeUndefined();
  });

  it('answers at once for texts of a million characters', () => {
    const started = performance.now();
    for (const text of ['a'.repeat(1_000_000), vectorToken.repeat(10_000), 'kw_live_'.repeat(125_000)]) {
      expect(parseToken(text)).toBeUndefined();
    }
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('never throws, and accepts no text that is not a token', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 120 }), fc.base64String({ maxLength: 120 })),
        (text) => {
          expect(parseToken(text)).toBeUndefined();
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('shows no secret when its result is printed', () => {
    expect(JSON.stringify(parseToken(vectorToken))).not.toContain(vectorSecret.reveal().slice(0, 8));
  });
});

describe('hasValidTag', () => {
  it('accepts the published token under its ring, under a verify key and under a pending one', () => {
    expect(hasValidTag(ring, parsed(vectorToken))).toBe(true);
    expect(hasValidTag(ringOf({ 1: 'verify', 2: 'active' }), parsed(vectorToken))).toBe(true);
    expect(hasValidTag(ringOf({ 1: 'pending', 2: 'active' }), parsed(vectorToken))).toBe(true);
  });

  it('is the published one: 64 bits of HMAC-SHA-256 over label and core', () => {
    const key = Buffer.from('c312d1d7423dd339c87ddc5d99b20295a38b5a4ee72cf22553af34f83481b437', 'hex');
    const digest = createHmac('sha256', key)
      .update(`kwt1\0${vectorToken.slice(0, -17)}`)
      .digest();
    let tag = '';
    for (let value = digest.readBigUInt64BE(); value > 0n; value /= 62n) tag = digits.charAt(Number(value % 62n)) + tag;
    expect(tag.padStart(11, '0')).toBe('KtftkNbxrpP');
  });

  it('refuses any one character changed before the checksum, when a forger has mended the checksum', () => {
    let parsable = 0;
    for (let position = 0; position < vectorToken.length - 6; position++) {
      for (const other of digits) {
        if (other === vectorToken[position]) continue;
        const forged = withChecksum(vectorToken.slice(0, position) + other + vectorToken.slice(position + 1, -6));
        if (parseToken(forged) !== undefined) parsable++;
        expect(isGenuine(forged), forged).toBe(false);
      }
    }
    // Secret, ring number and tag take any digit, so those alone reach the tag 56 × 61 times.
    expect(parsable).toBeGreaterThan(56 * 61);
  });

  it('refuses the token of one environment presented as the other', () => {
    const forged = withChecksum(vectorToken.replace('_live_', '_test_').slice(0, -6));
    expect(parsed(forged).environment).toBe('test');
    expect(isGenuine(forged)).toBe(false);
  });

  it('refuses a longer and a shorter prefix, since the prefix is inside the tag', () => {
    for (const prefix of ['kx', 'kwx', 'akw']) {
      expect(isGenuine(withChecksum(prefix + vectorToken.slice(2, -6)))).toBe(false);
    }
  });

  it('refuses the token of another ring, and of a number that this ring lacks or has lost', () => {
    const [other, lacking, lost] = [
      ringOf({ 2: 'active' }),
      ringOf({ 3: 'active' }),
      ringOf({ 1: 'lost', 2: 'active' }),
    ];
    const { token } = mintToken({ ...vector, ring: other });
    expect(hasValidTag(ring, parsed(token.reveal()))).toBe(false);
    expect(hasValidTag(lacking, parsed(vectorToken))).toBe(false);
    expect(hasValidTag(lost, parsed(vectorToken))).toBe(false);
  });

  it('carries nothing over from one comparison to the next', () => {
    const forged = withChecksum(`${vectorToken.slice(0, -17)}00000000000`);
    for (let round = 0; round < 3; round++) {
      expect(isGenuine(vectorToken)).toBe(true);
      expect(isGenuine(forged)).toBe(false);
    }
  });
});
