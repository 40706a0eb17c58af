import type { Keyring } from '../crypto/keyring.ts';
import { Secret } from '../crypto/Secret.ts';
import { hasValidTag, keyIdOf, type ParsedToken, parseToken } from '../crypto/token.ts';
import { matchesSecret, needsLostKey } from '../crypto/tokenHash.ts';
import { Unavailable } from '../lib/errors.ts';
import type { ImportedLane } from './importedLane.ts';
import type { KeyRow, SecretRow } from './KeyRow.ts';
import type { Lookup } from './lookup.ts';
import type { Recovery } from './recovery.ts';
import type { Rehash } from './rehash.ts';

/** What a proof needs: the ring, a way to the rows and another to those that were imported, and what brings rows to the active key. */
export type Prover = {
  readonly keyring: Keyring;
  readonly lookup: Lookup;
  readonly imported: ImportedLane;
  readonly rehash: Rehash;
  /** Undefined unless the operator has declared ring keys lost and turned recovery on. */
  readonly recovery: Recovery | undefined;
};

/** A key whose secret was presented. */
export type Proof = { readonly row: KeyRow; readonly secret: SecretRow };

/** Finds the key whose secret a token carries; undefined for malformed, forged and unknown ones, which nobody may tell apart. */
export async function prove(prover: Prover, token: string): Promise<Proof | undefined> {
  const parsed = parseToken(token);
  // None that was made here: at most one that an older system made, and those have a lane of their own.
  if (parsed === undefined) return proveImported(prover, token);
  // The tag first: a forged token dies here, and costs the database nothing.
  if (!mayBeOurs(prover, parsed)) return undefined;
  let row = await findRow(prover, parsed);
  let found = compare(prover, parsed, row);
  if (found === 'key-lost' && row !== undefined && prover.recovery !== undefined) {
    if (!(await prover.recovery.rekey(parsed, row))) return undefined;
    // The row as it is now, whoever changed it: a secret that was rotated out meanwhile is none any more.
    row = await findRow(prover, parsed);
    found = compare(prover, parsed, row);
  }
  if (row === undefined || found === 'mismatch') return undefined;
  if (typeof found === 'string') {
    // Not INVALID: this node's ring is behind, and a refusal would be a lie to a good key.
    throw new Unavailable('The key ring lacks a key that the hash of this key needs.');
  }
  prover.rehash.offer({ row, secret: found, presented: parsed.secret });
  return { row, secret: found };
}

async function proveImported({ imported, rehash }: Prover, token: string): Promise<Proof | undefined> {
  const proof = await imported.prove(token);
  if (proof !== undefined) rehash.offer({ ...proof, presented: new Secret(token) });
  return proof;
}

/** By its tag; under a lost number, which has no tag key, by what a recovery knows. */
function mayBeOurs({ keyring, recovery }: Prover, parsed: ParsedToken): boolean {
  if (keyring.stateOf(parsed.keyNo) !== 'lost') return hasValidTag(keyring, parsed);
  return recovery?.mayBeOurs(parsed) === true;
}

async function findRow({ lookup }: Prover, parsed: ParsedToken): Promise<KeyRow | undefined> {
  const row = await lookup(keyIdOf(parsed));
  return row?.environment === parsed.environment ? row : undefined;
}

/** Which of a key's secrets was presented; that none was is told only where each of them could be compared. */
function compare(
  { keyring }: Prover,
  { secret: presented }: ParsedToken,
  row: KeyRow | undefined,
): SecretRow | 'mismatch' | 'key-missing' | 'key-lost' {
  if (row === undefined) return 'mismatch';
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
