import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ImportScheme } from '../../src/crypto/hashVersion.ts';
import { Secret } from '../../src/crypto/Secret.ts';
import { hashImported, hashImportedAs, hashPresentedImport, wrapHash } from '../../src/crypto/tokenHash.ts';
import { materialOf, ringOf, vectorOwner } from './samples.ts';

const ring = ringOf({ 1: 'verify', 2: 'active', 3: 'lost', 4: 'import:old' });
const text = 'abcdefghij0123456789KLMNOPQR';
const token = new Secret(text);
const pepper = Buffer.from(materialOf(4), 'base64url');

/** What the replaced systems stored of the token. */
const digests: Record<string, Buffer> = {
  raw: Buffer.from(text),
  sha256: createHash('sha256').update(text).digest(),
  sha512: createHash('sha512').update(text).digest(),
  'hmac:old': createHmac('sha256', pepper).update(text).digest(),
};
const schemes = Object.entries(digests) as [ImportScheme, Buffer][];

describe('hashImported', () => {
  it('reproduces the published hashes to the byte', () => {
    expect(hashImported(ring, 1, 'raw', Buffer.from(text)).toString('hex')).toBe(
      '53ad2e228a6c86a79e05b8745e3407b7246922ed72bea48a2142ba1801ad805d',
    );
    expect(hashImported(ring, 1, 'sha256', digests.sha256 ?? Buffer.alloc(0)).toString('hex')).toBe(
      'a2be1c9842ef9901c4497ba0da23dd45ae1db218d22de3dc5a8f560406f736e7',
    );
  });

  it.each(schemes)('hashes a digest of scheme %s with its scheme, under the ring', (scheme, digest) => {
    const key = Buffer.from('7e083f2fe87275133a090ea8c63de1856142b8585814e699706c5ee0f0a832af', 'hex');
    const message = Buffer.concat([Buffer.from(`kwi1\0${scheme}\0`), digest]);
    expect(hashImported(ring, 2, scheme, digest)).toEqual(createHmac('sha256', key).update(message).digest());
  });

  it('never hashes a digest that its scheme cannot have made', () => {
    for (const scheme of ['sha256', 'hmac:old'] as const) {
      expect(() => hashImported(ring, 1, scheme, new Uint8Array(64))).toThrow('Assertion failed');
    }
    expect(() => hashImported(ring, 1, 'sha512', new Uint8Array(32))).toThrow('Assertion failed');
    expect(() => hashImported(ring, 3, 'raw', Buffer.from(text))).toThrow('Assertion failed');
  });
});

describe('hashImportedAs', () => {
  it.each(schemes)('hashes a digest of scheme %s as the rows of a version hold it', (scheme, digest) => {
    expect(hashImportedAs(ring, `1/${scheme}`, digest)).toEqual(hashImported(ring, 1, scheme, digest));
    expect(hashImportedAs(ring, `2<1/${scheme}`, digest)).toEqual(hashPresentedImport(ring, `2<1/${scheme}`, token));
  });

  it('cannot tell where the ring lacks a key, and needs no pepper: the digest is what that made', () => {
    const digest = digests.sha256 ?? Buffer.alloc(0);
    for (const version of ['3/sha256', '9/sha256', '2<9/sha256', '1/unheard-of']) {
      expect(hashImportedAs(ring, version, digest)).toBe('key-missing');
    }
    expect(hashImportedAs(ring, '1/hmac:gone', digest)).toEqual(hashImported(ring, 1, 'hmac:gone', digest));
  });

  it('is never asked about minted rows', () => {
    expect(() => hashImportedAs(ring, '1', Buffer.alloc(32))).toThrow('Assertion failed');
  });
});

describe('hashPresentedImport', () => {
  it.each(schemes)('finds a token by what was imported of it as %s', (scheme, digest) => {
    expect(hashPresentedImport(ring, `1/${scheme}`, token)).toEqual(hashImported(ring, 1, scheme, digest));
  });

  it.each(schemes)('finds a token that was imported as %s and rewrapped since', (scheme, digest) => {
    const hash = hashImported(ring, 1, scheme, digest);
    const wrapped = wrapHash(ring, 2, { ...vectorOwner, version: `1/${scheme}`, hash });
    expect(wrapped).toEqual({ version: `2<1/${scheme}`, hash: hashPresentedImport(ring, `2<1/${scheme}`, token) });
  });

  it('wraps with zeroes in place of the ids, which are not known before the row is found', () => {
    const hash = hashImported(ring, 1, 'raw', Buffer.from(text));
    const key = Buffer.from('7e083f2fe87275133a090ea8c63de1856142b8585814e699706c5ee0f0a832af', 'hex');
    const message = Buffer.concat([Buffer.from('kww1\0'), Buffer.alloc(32), hash]);
    expect(hashPresentedImport(ring, '2<1/raw', token)).toEqual(createHmac('sha256', key).update(message).digest());
  });

  it('hashes characters beyond ASCII as UTF-8, as the replaced systems did', () => {
    const accented = 'clé-à-molette-0123456789';
    expect(hashPresentedImport(ring, '1/raw', new Secret(accented))).toEqual(
      hashImported(ring, 1, 'raw', Buffer.from(accented, 'utf8')),
    );
  });

  it.each(['3/raw', '9/raw', '2<3/raw', '9<1/raw', '1/hmac:gone', '1/unheard-of'])(
    'cannot tell about rows of version %s, whose key or pepper is missing',
    (version) => {
      expect(hashPresentedImport(ring, version, token)).toBe('key-missing');
    },
  );

  it('is never asked about minted rows', () => {
    expect(() => hashPresentedImport(ring, '1', token)).toThrow('Assertion failed');
  });
});
