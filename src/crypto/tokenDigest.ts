import { hash } from 'node:crypto';
import type { Random } from './random.ts';

/** What a token is known by in memory, where the token itself never stays. */
export type TokenDigest = (token: string) => string;

/**
 * SHA-256 under a salt of this process: who reads its memory elsewhere can look nothing up in a table. The salt's 22
 * characters hold 132 bits, and with them a token of 97 still fits into two blocks: one more would cost half as much again.
 */
export function createTokenDigest(randomBytes: Random): TokenDigest {
  const salt = Buffer.from(randomBytes(17)).toString('base64url').slice(0, 22);
  // One byte a character: shorter in memory than hexadecimal, and compared as fast.
  return (token) => hash('sha256', salt + token, 'binary');
}
