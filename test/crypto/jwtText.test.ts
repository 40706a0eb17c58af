import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJwt, redactJwts } from '../../src/crypto/jwtText.ts';
import { redactTokens } from '../../src/crypto/token.ts';
import { encodePart } from '../support/identityProvider.ts';
import { vectorToken } from './samples.ts';

const header = encodePart({ alg: 'ES256' });
const payload = encodePart({ sub: 'ada' });
const signature = randomBytes(64).toString('base64url');
const jwt = `${header}.${payload}.${signature}`;

describe('isJwt', () => {
  it.each([
    ['signed', jwt],
    ['signed by nobody', `${header}.${payload}.`],
    ['with a header that begins with a line break', `${encodePart('{\n"alg":"none"}')}.${payload}.x`],
    ['with a header that begins with a space', `${encodePart('{ "alg":"none"}')}.${payload}.x`],
    ['of nonsense that begins like a JSON object', 'eyJ.a.b'],
  ])('knows one: %s', (_, text) => expect(isJwt(text)).toBe(true));

  it.each([
    ['a key of this service', vectorToken],
    ['an imported key with dots', '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'],
    ['two parts', `${header}.${payload}`],
    ['four parts', `${jwt}.x`],
    ['an encrypted one, of five parts', `${header}.a.b.c.d`],
    ['no payload', `${header}..${signature}`],
    ['a character of the other base64', `${header}.${payload}.ab+c`],
    ['padding', `${header}.${payload}.abc=`],
    ['a line break behind it', `${jwt}\n`],
    ['a list for a header', `${encodePart(['x'])}.${payload}.x`],
    ['nothing', ''],
  ])('takes for a key: %s', (_, text) => expect(isJwt(text)).toBe(false));

  it('answers at once for text that almost matches', () => {
    const before = performance.now();
    expect(isJwt(`${'ey'.repeat(500_000)}.`)).toBe(false);
    expect(performance.now() - before).toBeLessThan(500);
  });
});

describe('redactJwts', () => {
  it.each([
    ['alone', jwt, '[jwt]'],
    ['in a header', `authorization: Bearer ${jwt}\r\n`, 'authorization: Bearer [jwt]\r\n'],
    ['in JSON', JSON.stringify({ token: jwt }), '{"token":"[jwt]"}'],
    ['in an address', `/callback?id_token=${jwt}&state=1`, '/callback?id_token=[jwt]&state=1'],
    ['percent-encoded in front', `Bearer%20${jwt}`, 'Bearer%[jwt]'],
    ['twice', `${jwt},${jwt}`, '[jwt],[jwt]'],
    ['signed by nobody', `${header}.${payload}.`, '[jwt]'],
    ['cut within the signature', jwt.slice(0, -40), '[jwt]'],
    ['cut within the payload', jwt.slice(0, header.length + 14), '[jwt]'],
    ['beside a key', `${jwt} ${vectorToken}`, `[jwt] ${vectorToken}`],
  ])('leaves nothing of one: %s', (_, text, expected) => expect(redactJwts(text)).toBe(expected));

  it.each(['', 'the.eyes.have it', 'node_modules/registry.eyJ', vectorToken, 'GET /v1/verify 200', 'a.ew.b'])(
    'leaves %j as it is',
    (text) => expect(redactJwts(text)).toBe(text),
  );

  it('leaves nothing of one in any surrounding text', () => {
    const surroundings = fc.string({ unit: fc.constantFrom(...'aZ9_ ".{}:\n\\%é-'), maxLength: 30 });
    fc.assert(
      fc.property(surroundings, surroundings, fc.json(), (before, after, subject) => {
        const claims = encodePart({ sub: `person ${subject}` });
        const redacted = redactJwts(`${before}${header}.${claims}.${signature}${after}`);
        expect(redacted).not.toContain(claims.slice(0, 12));
        expect(redacted).not.toContain(signature);
      }),
      { numRuns: 500 },
    );
  });

  it('answers at once for a megabyte that almost matches', () => {
    const before = performance.now();
    for (const text of ['a'.repeat(1_000_000), `${'a'.repeat(20)}.eyaaaaaaa `.repeat(30_000), 'a.ey'.repeat(250_000)]) {
      redactJwts(`${text}.ey`);
    }
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('is part of what is done to every log line and every error', () => {
    expect(redactTokens(`${jwt} ${vectorToken}`)).toBe('[jwt] kw_live_01k7ra3cp3fn78y00h48sm8nda_***');
  });
});
