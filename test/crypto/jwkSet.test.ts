import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseJwkSet } from '../../src/crypto/jwkSet.ts';
import { jwksOf, makeSigningKey } from '../support/identityProvider.ts';

const key = makeSigningKey('one');
const keysOf = (...keys: readonly unknown[]) => JSON.stringify({ keys });
const noKeySet = 'It is not a JSON Web Key Set: expected a JSON object with a list "keys".';
const noKey = 'It has no public key for signatures: expected RSA of at least 2048 bits, EC or Ed25519.';

describe('parseJwkSet', () => {
  it('takes every kind of key for signatures', () => {
    const keys = [makeSigningKey('r', 'RS256'), key, makeSigningKey('e', 'EdDSA')];
    expect(parseJwkSet(jwksOf(...keys)).keys).toEqual(keys.map(({ jwk }) => jwk));
  });

  it.each([
    ['for encryption', { ...key.jwk, use: 'enc' }],
    ['of an unknown kind', { kty: 'XYZ', kid: 'x' }],
    ['without its numbers', { kty: 'RSA', kid: 'x' }],
    ['off its curve', { ...key.jwk, x: key.jwk.y }],
    [
      'too short',
      generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }) as Record<
        string,
        unknown
      >,
    ],
    ['with nothing in it', {}],
  ])('leaves a key out that is %s, and is not right with nothing else', (_, odd) => {
    expect(parseJwkSet(keysOf(odd, key.jwk)).keys).toEqual([key.jwk]);
    expect(() => parseJwkSet(keysOf(odd))).toThrow(noKey);
  });

  it.each([
    ['no JSON', '<html>', noKeySet],
    ['nothing', '', noKeySet],
    ['a list', '[]', noKeySet],
    ['null', 'null', noKeySet],
    ['keys that are no list', '{"keys":{}}', noKeySet],
    ['a key that is no object', '{"keys":["x"]}', noKeySet],
    ['a single key', JSON.stringify(key.jwk), noKeySet],
    ['an empty list', '{"keys":[]}', noKey],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseJwkSet(text)).toThrow(new Error(message));
  });

  it('refuses a private and a shared key by its place, and repeats nothing of it', () => {
    const full = key.privateKey.export({ format: 'jwk' });
    const message = 'Key 2 of it is private or shared. Leave only public keys in it, and replace that one.';
    expect(() => parseJwkSet(keysOf(key.jwk, full))).toThrow(new Error(message));
    expect(() => parseJwkSet(keysOf(key.jwk, { kty: 'oct', k: 'c2VjcmV0' }))).toThrow(new Error(message));
  });
});
