import type { Keyring } from '../crypto/keyring.ts';
import { Secret } from '../crypto/Secret.ts';
import { hasValidTag, keyIdOf, type ParsedToken, parseToken } from '../crypto/token.ts';
import { matchesSecret, needsLostKey } from '../crypto/tokenHash.ts';
import { Unavailable } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { Flights } from './flights.ts';
import type { ImportedLane } from './importedLane.ts';
import { type KeyRow, type Proof, proofOf, type SecretRow } from './KeyRow.ts';
import type { Memory } from './memory.ts';
import type { Recovery } from './recovery.ts';
import type { Rehash } from './rehash.ts';
import type { Uses } from './uses.ts';

/** What a proof needs: the ring, what this node remembers, two ways to the rows, and what is done behind the answer. */
export type Prover = {
  readonly keyring: Keyring;
  readonly memory: Memory;
  readonly flights: Flights;
  /** The way of tokens that were not made here. */
  readonly imported: ImportedLane;
  readonly rehash: Rehash;
  readonly uses: Uses;
  /** Undefined unless the operator has declared ring keys lost and turned recovery on. */
  readonly recovery: Recovery | undefined;
};

/**
 * Finds the key whose secret a token carries; undefined for malformed, forged and unknown ones, which nobody may tell apart.
 * Every branch of a verification stands here, and what is remembered is answered without a pause.
 */
export function prove(prover: Prover, token: string): Proof | undefined | Promise<Proof | undefined> {
  if (token.length > limits.tokenCharsMax) return undefined;
  const { memory } = prover;
  const digest = memory.digestOf(token);
  const known = memory.recall(token, digest);
  if (known !== undefined) return known === 'unknown' ? undefined : known;
  const parsed = parseToken(token);
  // None that was made here: at most one that an older system made, and those have a lane of their own.
  if (parsed === undefined) return proveImported(prover, token, digest);
  // The tag first: a forged token dies here, and costs the database nothing.
  return mayBeOurs(prover, parsed) ? proveByRow(prover, parsed, digest) : undefined;
}

async function proveByRow(prover: Prover, parsed: ParsedToken, digest: string): Promise<Proof | undefined> {
  const { memory, flights, recovery, rehash } = prover;
  const keyId = keyIdOf(parsed);
  const { found, isFresh } = flights.find(keyId);
  let { row, read } = await found;
  let secret = compare(prover, parsed, row);
  // A secret that was made since the read began is not in it: only what was read after it was presented says that it is not there.
  if (secret === 'mismatch' && !isFresh) {
    ({ row, read } = await flights.findFresh(keyId));
    secret = compare(prover, parsed, row);
  }
  if (secret === 'key-lost' && row !== undefined && recovery !== undefined) {
    if (!(await recovery.rekey(parsed, row))) return undefined;
    // The row as it is now, whoever changed it: a secret that was rotated out meanwhile is none any more.
    ({ row, read } = await flights.findFresh(keyId));
    secret = compare(prover, parsed, row);
  }
  if (row === undefined || secret === 'mismatch') {
    memory.rememberUnknown(digest, read);
    return undefined;
  }
  if (typeof secret === 'string') {
    // Not INVALID: this node's ring is behind, and a refusal would be a lie to a good key.
    throw new Unavailable('The key ring lacks a key that the hash of this key needs.');
  }
  rehash.offer({ row, secret, presented: parsed.secret });
  const proof = proofOf(row, secret);
  memory.remember(digest, proof, read, { imported: false });
  return proof;
}

async function proveImported(
  { memory, imported, rehash }: Prover,
  token: string,
  digest: string,
): Promise<Proof | undefined> {
  const found = await imported.find(token);
  if (found === undefined) return undefined;
  const { row, secret, read, isOnly } = found;
  rehash.offer({ row, secret, presented: new Secret(token) });
  const proof = proofOf(row, secret);
  // Where several keys have one token, the withdrawal of any of them must end it: none of them is remembered.
  if (isOnly) memory.remember(digest, proof, read, { imported: true });
  return proof;
}

/** By its tag; under a lost number, which has no tag key, by what a recovery knows. */
function mayBeOurs({ keyring, recovery }: Prover, parsed: ParsedToken): boolean {
  if (keyring.stateOf(parsed.keyNo) !== 'lost') return hasValidTag(keyring, parsed);
  return recovery?.mayBeOurs(parsed) === true;
}

/** Which of a key's secrets was presented; that none was is told only where each of them could be compared. */
function compare(
  { keyring }: Prover,
  { secret: presented, environment }: ParsedToken,
  row: KeyRow | undefined,
): SecretRow | 'mismatch' | 'key-missing' | 'key-lost' {
  // The environment stands in the token, and in no hash.
  if (row?.environment !== environment) return 'mismatch';
  const { keyId, tenantId } = row;
  let without: 'mismatch' | 'key-missing' | 'key-lost' = 'mismatch';
  for (const secret of row.secrets) {
    const match = matchesSecret(keyring, secret.version, secret.hash, { keyId, tenantId, secret: presented });
    if (match === 'match') return secret;
    if (match === 'mismatch' || without === 'key-missing') continue;
    without = needsLostKey(keyring, secret.version) ? 'key-lost' : 'key-missing';
  }
  return without;
}
