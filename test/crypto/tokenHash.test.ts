import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/crypto/Secret.ts';
import {
  hashImported,
  hashSecret,
  matchesSecret,
  needsLostKey,
  renewedHash,
  wrapHash,
} from '../../src/crypto/tokenHash.ts';
import { ringOf, vectorOwner, vectorSecret } from './samples.ts';

const ring = ringOf({ 1: 'verify', 2: 'active', 3: 'pending', 4: 'verify', 5: 'verify', 6: 'lost' });
const owned = { ...vectorOwner, secret: vectorSecret };
const published = {
  '1': '7c891a581df36c45fadfddd8e0609b773731bfd41185a9d0d6fed46723bad4b5',
  '2<1': 'cc1cae2c0554f994e9ee89e7ef82c0bc86ed9958eee2577158bc225ebb8c3cf7',
  '2': '60645af7e594aeada45287e614beb69ade15754e1cb47d8d2b77b086768899af',
};
const hash1 = Buffer.from(published['1'], 'hex');

const uuids = fc.uuid();
const secrets = fc.stringMatching(/^[0-9A-Za-z]{43}$/).map((text) => new Secret(text));

/** The same hash, put together from hex texts. */
function slowly(key: Buffer | undefined, label: string, keyId: string, tenantId: string, rest: Buffer): Buffer {
  const ids = Buffer.from((keyId + tenantId).replaceAll('-', ''), 'hex');
  return createHmac('sha256', key ?? '')
    .update(Buffer.concat([Buffer.from(`${label}\0`), ids, rest]))
    .digest();
}

describe('hashSecret', () => {
  it('reproduces the published hashes to the byte', () => {
    expect(hashSecret(ring, 1, owned).toString('hex')).toBe(published['1']);
    expect(hashSecret(ring, 2, owned).toString('hex')).toBe(published['2']);
  });

  it('is the keyed hash of key, tenant and secret, whatever was hashed before it', () => {
    fc.assert(
      fc.property(uuids, uuids, secrets, fc.constantFrom(1, 2, 3, 4), (keyId, tenantId, secret, keyNo) => {
        const key = ring.hashKey(keyNo)?.export();
        const hash = hashSecret(ring, keyNo, { keyId, tenantId, secret });
        expect(hash).toEqual(slowly(key, 'kwh1', keyId, tenantId, Buffer.from(secret.reveal())));
      }),
    );
  });

  it('gives each caller a buffer of its own', () => {
    const first = hashSecret(ring, 1, owned);
    hashSecret(ring, 1, { ...owned, keyId: vectorOwner.tenantId });
    expect(first.toString('hex')).toBe(published['1']);
  });

  it('never hashes anything but a minted secret, or under a key that is not there', () => {
    expect(() => hashSecret(ring, 1, { ...owned, secret: new Secret('short') })).toThrow('Assertion failed');
    expect(() => hashSecret(ring, 6, owned)).toThrow('Assertion failed');
    expect(() => hashSecret(ring, 7, owned)).toThrow('Assertion failed');
  });
});

describe('wrapHash', () => {
  const stored = { ...vectorOwner, version: '1', hash: hash1 };

  it('reproduces the published wrap to the byte', () => {
    const wrapped = wrapHash(ring, 2, stored);
    expect(wrapped).toEqual({ version: '2<1', hash: Buffer.from(published['2<1'], 'hex') });
  });

  it('goes four keys deep and no deeper, and the secret verifies at each depth', () => {
    let { version, hash } = stored as { version: string; hash: Uint8Array };
    for (const [keyNo, expected] of [
      [2, '2<1'],
      [3, '3<2<1'],
      [4, '4<3<2<1'],
    ] as const) {
      const wrapped = wrapHash(ring, keyNo, { ...vectorOwner, version, hash });
      if (wrapped === 'too-deep') throw new Error('Expected another wrap.');
      ({ version, hash } = wrapped);
      expect(version).toBe(expected);
      expect(matchesSecret(ring, version, hash, owned)).toBe('match');
    }
    expect(wrapHash(ring, 5, { ...vectorOwner, version, hash })).toBe('too-deep');
  });

  it('wraps a hash whose own key is lost: it needs the outer key alone', () => {
    expect(wrapHash(ring, 2, { ...stored, version: '6' })).toMatchObject({ version: '2<6' });
  });

  it('never wraps with the key that is outermost already, with one that is not there, or what is no hash', () => {
    expect(() => wrapHash(ring, 1, stored)).toThrow('Assertion failed');
    expect(() => wrapHash(ring, 2, { ...stored, version: '2<1' })).toThrow('Assertion failed');
    expect(() => wrapHash(ring, 6, stored)).toThrow('Assertion failed');
    expect(() => wrapHash(ring, 2, { ...stored, version: 'plain' })).toThrow('Assertion failed');
    expect(() => wrapHash(ring, 2, { ...stored, hash: hash1.subarray(1) })).toThrow('Assertion failed');
  });
});

describe('matchesSecret', () => {
  it.each(Object.entries(published))('matches the published secret with its hash of version %s', (version, hex) => {
    const hash = Buffer.from(hex, 'hex');
    expect(matchesSecret(ring, version, hash, owned)).toBe('match');
    expect(matchesSecret(ring, version, hash, { ...owned, secret: new Secret('0'.repeat(43)) })).toBe('mismatch');
  });

  it.each(Object.entries(published))(
    'does not match version %s on another key or tenant: a copied row never verifies',
    (version, hex) => {
      const hash = Buffer.from(hex, 'hex');
      const another = '0199f0a1-b2c3-7d4e-8f00-1122334455ab';
      expect(matchesSecret(ring, version, hash, { ...owned, keyId: another })).toBe('mismatch');
      expect(matchesSecret(ring, version, hash, { ...owned, tenantId: another })).toBe('mismatch');
      expect(matchesSecret(ring, version, hash, { ...owned, keyId: owned.tenantId, tenantId: owned.keyId })).toBe(
        'mismatch',
      );
    },
  );

  it('does not match a hash with any one bit changed', () => {
    for (let bit = 0; bit < 256; bit++) {
      const changed = Buffer.from(hash1);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(matchesSecret(ring, '1', changed, owned)).toBe('mismatch');
    }
  });

  it('does not match a hash under another version than its own', () => {
    for (const version of ['2', '3', '2<1', '1<2']) expect(matchesSecret(ring, version, hash1, owned)).toBe('mismatch');
  });

  it.each(['6', '7', '2<6', '2<7', '6<1', '7<1', '3<7<1', '2<7<6'])(
    'cannot tell about version %s, a key of which is lost or unknown: that is no refusal',
    (version) => {
      expect(matchesSecret(ring, version, hash1, owned)).toBe('key-missing');
    },
  );

  it.each(['', 'v9', '1/argon2', '5<4<3<2<1'])(
    'cannot tell about %j, which a newer release may have written',
    (version) => {
      expect(matchesSecret(ring, version, hash1, owned)).toBe('key-missing');
    },
  );

  it.each(['1/raw', '2<1/sha256', '7/raw', '1/hmac:gone'])(
    'never takes a minted secret for the imported one of a row of version %s',
    (version) => {
      expect(matchesSecret(ring, version, hash1, owned)).toBe('mismatch');
    },
  );

  it('matches what hashSecret and wrapHash made, for every secret, and for no other secret', () => {
    fc.assert(
      fc.property(uuids, uuids, secrets, secrets, (keyId, tenantId, secret, other) => {
        const hash = hashSecret(ring, 1, { keyId, tenantId, secret });
        const wrapped = wrapHash(ring, 2, { keyId, tenantId, version: '1', hash });
        if (wrapped === 'too-deep') throw new Error('Expected a wrap.');
        for (const row of [{ version: '1', hash }, wrapped]) {
          expect(matchesSecret(ring, row.version, row.hash, { keyId, tenantId, secret })).toBe('match');
          const expected = other.reveal() === secret.reveal() ? 'match' : 'mismatch';
          expect(matchesSecret(ring, row.version, row.hash, { keyId, tenantId, secret: other })).toBe(expected);
        }
      }),
    );
  });
});

describe('needsLostKey', () => {
  it('is true where any key of a hash is declared lost', () => {
    for (const version of ['6', '2<6', '6<1', '2<7<6', '6/raw', '2<6/sha256'])
      expect(needsLostKey(ring, version)).toBe(true);
  });

  it('is false for keys that are there or unknown, and for what nobody here wrote', () => {
    for (const version of ['1', '2<1', '7', '2<7', 'v9', '1/raw']) {
      expect(needsLostKey(ring, version)).toBe(false);
    }
  });
});

describe('renewedHash', () => {
  it.each(['1', '2<1'])('makes the published hash of the active key 2 of a row of version %s', (version) => {
    const renewed = renewedHash(ring, version, owned);
    expect(renewed).toEqual({ version: '2', hash: Buffer.from(published['2'], 'hex') });
  });

  it('leaves an imported token of its scheme', () => {
    const imported = { ...owned, secret: new Secret('abcdefghij0123456789KLMNOPQR') };
    const hash = hashImported(ring, 2, 'raw', Buffer.from('abcdefghij0123456789KLMNOPQR'));
    for (const version of ['1/raw', '2<1/raw']) {
      expect(renewedHash(ring, version, imported)).toEqual({ version: '2/raw', hash });
    }
  });

  it('makes none for a hash of the active key, of a higher one, or of a version that is not known', () => {
    for (const version of ['2', '2/raw', '3', '3<1', 'v9']) expect(renewedHash(ring, version, owned)).toBeUndefined();
  });
});
