import { hash } from 'node:crypto';
import { limits } from '../lib/limits.ts';
import type { Random } from './random.ts';

/** Of one UTF-16 code unit. */
const utf8BytesMax = 3;

/** What a token is known by in memory, where the token itself never stays. */
export type TokenDigest = (token: string) => string;

/**
 * SHA-256 under a salt of this process: who reads its memory elsewhere can look nothing up in a table. The salt's 22
 * characters hold 132 bits, and with them a token of 97 still fits into two blocks: one more would cost half as much again.
 */
export function createTokenDigest(randomBytes: Random): TokenDigest {
  const salt = Buffer.from(randomBytes(17)).toString('base64url').slice(0, 22);
  // Salt and token in one buffer: to put two texts together takes half as long again as the hash. It never yields between.
  const salted = Buffer.alloc(salt.length + limits.tokenCharsMax * utf8BytesMax);
  salted.write(salt, 'latin1');
  const parts: Buffer[] = [];
  return (token) => {
    const end = salt.length + salted.write(token, salt.length);
    parts[end] ??= salted.subarray(0, end);
    // One byte a character: shorter in memory than hexadecimal, and compared as fast.
    const digest = hash('sha256', parts[end], 'binary');
    // The end of a long token would stay behind a short one.
    salted.fill(0, salt.length, end);
    return digest;
  };
}
