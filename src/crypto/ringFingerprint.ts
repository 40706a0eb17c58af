import { createHash } from 'node:crypto';
import { assert } from '../lib/assert.ts';
import type { Keyring } from './keyring.ts';

/**
 * What tells whether two processes hold the same ring keys, and nothing about the keys: SHA-256 over "kwf1", a zero byte,
 * and each number in two bytes with the fingerprint of its key, ascending. States are no part of it, so that a ring stays
 * the same to others while a key of it is promoted.
 */
export function ringFingerprint(ring: Keyring): Buffer {
  const digest = createHash('sha256').update('kwf1\0');
  for (const n of ring.numbers) {
    const fingerprint = ring.fingerprint(n);
    assert(fingerprint !== undefined, 'a number that the ring has keys for has a fingerprint');
    digest.update(Buffer.of(n >> 8, n & 0xff)).update(fingerprint);
  }
  return digest.digest();
}
