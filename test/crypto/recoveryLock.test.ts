import { argon2Sync, createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/crypto/random.ts';
import { lockSecret, mayOpenLock, opensLock, preOf } from '../../src/crypto/recoveryLock.ts';
import { Secret } from '../../src/crypto/Secret.ts';
import { vectorOwner, vectorSecret } from './samples.ts';

const kid = '01k7ra3cp3fn78y00h48sm8nda';
const locked = { keyId: vectorOwner.keyId, secret: vectorSecret };
const publishedPhc =
  '$argon2id$v=19$m=19456,p=1,t=2$WlpaWlpaWlpaWlpaWlpaWg$sHLWKl2+eLYmXkkgZP3Zzahi6Lf7U6OucJQODb+wYLE';

/** The tag that Node's own argon2 makes of a text. */
function oracle(message: string, nonce: Uint8Array): string {
  const cost = { memory: 19456, passes: 2, parallelism: 1, tagLength: 32 };
  return argon2Sync('argon2id', { message, nonce, ...cost })
    .toString('base64')
    .replace('=', '');
}

describe('lockSecret', () => {
  it('reproduces the published lock to the byte', async () => {
    const lock = await lockSecret({ ...locked, random: (count) => new Uint8Array(count).fill(0x5a) });
    expect(lock.phc).toBe(publishedPhc);
    expect(lock.pre).toEqual(preOf(locked));
  });

  it('makes what Node’s own argon2 makes of the same secret and salt', async () => {
    for (let round = 0; round < 5; round++) {
      const salt = systemRandom(16);
      const secret = new Secret(Buffer.from(systemRandom(21)).toString('hex') + round);
      const { phc } = await lockSecret({ keyId: locked.keyId, secret, random: () => salt });
      expect(phc.split('$').at(-1)).toBe(oracle(`kwr1\0${kid}:${secret.reveal()}`, salt));
    }
  });

  it('asks for 16 bytes of salt, and never settles for fewer', async () => {
    const asked: number[] = [];
    const random = (count: number) => {
      asked.push(count);
      return new Uint8Array(count);
    };
    await lockSecret({ ...locked, random });
    expect(asked).toEqual([16]);
    await expect(lockSecret({ ...locked, random: () => new Uint8Array(8) })).rejects.toThrow('Assertion failed');
  });

  it('salts each lock anew', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => lockSecret({ ...locked, random: systemRandom })));
    expect(one?.phc).not.toBe(other?.phc);
    expect(one?.pre).toEqual(other?.pre);
  });
});

describe('preOf', () => {
  it('is the first 8 bytes of SHA-256 over label, key id and secret', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.stringMatching(/^[0-9A-Za-z]{43}$/), (keyId, text) => {
        const message = Buffer.concat([
          Buffer.from('kwp1\0'),
          Buffer.from(keyId.replaceAll('-', ''), 'hex'),
          Buffer.from(text),
        ]);
        const expected = createHash('sha256').update(message).digest().subarray(0, 8);
        expect(preOf({ keyId, secret: new Secret(text) })).toEqual(expected);
      }),
    );
  });
});

describe('opensLock', () => {
  const lock = { pre: preOf(locked), phc: publishedPhc };
  const otherSecret = new Secret(`${vectorSecret.reveal().slice(0, -1)}N`);

  it('opens for its own secret, and without any key ring', async () => {
    expect(mayOpenLock(lock, locked)).toBe(true);
    expect(await opensLock(lock, locked)).toBe(true);
  });

  it('opens for no other secret and no other key, even where the cheap first part was made to agree', async () => {
    for (const other of [
      { ...locked, secret: otherSecret },
      { ...locked, keyId: vectorOwner.tenantId },
    ]) {
      expect(mayOpenLock(lock, other)).toBe(false);
      expect(await opensLock(lock, other)).toBe(false);
      expect(await opensLock({ ...lock, pre: preOf(other) }, other)).toBe(false);
    }
  });

  it('never runs argon2 when the first part differs, not even on a lock that argon2 could not read', async () => {
    const unreadable = { pre: Buffer.alloc(8), phc: 'no lock at all' };
    expect(await opensLock(unreadable, locked)).toBe(false);
    await expect(opensLock({ ...unreadable, pre: preOf(locked) }, locked)).rejects.toThrow();
  });

  it('is not opened by a first part of another length', () => {
    for (const pre of [Buffer.alloc(0), preOf(locked).subarray(0, 7)]) {
      expect(mayOpenLock({ ...lock, pre }, locked)).toBe(false);
    }
  });

  it('opens a lock whose parameters stand in another order, as a future release of the library may write them', async () => {
    const canonical = publishedPhc.replace('m=19456,p=1,t=2', 'm=19456,t=2,p=1');
    expect(await opensLock({ ...lock, phc: canonical }, locked)).toBe(true);
  });
});
