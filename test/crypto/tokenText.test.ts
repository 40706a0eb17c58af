import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/crypto/random.ts';
import { displayToken, mintToken, redactTokens, tokenPattern } from '../../src/crypto/token.ts';
import { ringOf, vectorOwner, vectorSecret, vectorToken } from './samples.ts';

const shown = 'kw_live_01k7ra3cp3fn78y00h48sm8nda_***';
const secret = vectorSecret.reveal();

describe('displayToken', () => {
  it('shows prefix, environment and key id, and three stars for the rest', () => {
    expect(displayToken({ prefix: 'kw', environment: 'live', keyId: vectorOwner.keyId })).toBe(shown);
  });
});

describe('redactTokens', () => {
  it.each([
    ['alone', vectorToken, shown],
    ['in a header', `authorization: Bearer ${vectorToken}\r\n`, `authorization: Bearer ${shown}\r\n`],
    ['in JSON', JSON.stringify({ token: vectorToken }), `{"token":"${shown}"}`],
    ['behind an escaped line break in JSON', JSON.stringify(`a\n${vectorToken}\n`), `"a\\n${shown}\\n"`],
    ['in an address', `/v1?token=${vectorToken}&a=1`, `/v1?token=${shown}&a=1`],
    ['percent-encoded around it', `%22${vectorToken}%22`, `%22${shown}%22`],
    ['twice', `${vectorToken},${vectorToken}`, `${shown},${shown}`],
    ['with a digit stuck to its end', `${vectorToken}7`, shown],
    ['with a word stuck to its front', `X${vectorToken}`, `X${shown}`],
    ['cut before its last character', vectorToken.slice(0, -1), shown],
    ['cut within the secret', vectorToken.slice(0, 60), shown],
    ['with a mistyped key id', vectorToken.replace('01k7', 'OIK7'), shown.replace('01k7', 'OIK7')],
    ['with another prefix', vectorToken.replace('kw', 'acme2'), shown.replace('kw', 'acme2')],
    ['of the test environment', vectorToken.replace('_live_', '_test_'), shown.replace('_live_', '_test_')],
  ])('reduces a token to what may be shown of it: %s', (_, text, expected) => {
    expect(redactTokens(text)).toBe(expected);
  });

  it.each(['', shown, 'key_01k7ra3cp3fn78y00h48sm8nda', 'kw_live_', 'goes_live_tomorrow', 'unit_test_name_and_more'])(
    'leaves %j as it is',
    (text) => {
      expect(redactTokens(text)).toBe(text);
    },
  );

  it('leaves no secret of any minted token in any surrounding text, and nothing else out', () => {
    const ring = ringOf({ 1: 'active' });
    const surroundings = fc.string({ unit: fc.constantFrom(...'aZ9_ "{}:\n\\%é'), maxLength: 30 });
    fc.assert(
      fc.property(surroundings, surroundings, fc.uuid(), (before, after, keyId) => {
        const minted = mintToken({ ring, prefix: 'kw', environment: 'test', keyId, random: systemRandom });
        const redacted = redactTokens(`${before}${minted.token.reveal()}${after}`);
        expect(redacted).not.toContain(minted.secret.reveal());
        expect(redacted).toContain(displayToken({ prefix: 'kw', environment: 'test', keyId }));
        expect(redacted.startsWith(before)).toBe(true);
        expect(redacted.endsWith(after.replace(/^[0-9A-Za-z]+/, ''))).toBe(true);
        expect(redactTokens(redacted)).toBe(redacted);
      }),
      { numRuns: 500 },
    );
  });

  it('answers at once for a megabyte that almost matches', () => {
    const text = `_live_${'a'.repeat(1_000_000)}`;
    const started = performance.now();
    expect(redactTokens(text)).toBe(text);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('tokenPattern', () => {
  it('finds each token of a text, and its first group is the part before the secret', () => {
    const found = [...`${vectorToken} and ${vectorToken}`.matchAll(tokenPattern)];
    expect(found.map((match) => match.index)).toEqual([0, vectorToken.length + 5]);
    expect(found.map((match) => `${match[1]}_***`)).toEqual([shown, shown]);
    expect(found.every((match) => !match[1]?.includes(secret))).toBe(true);
  });
});
