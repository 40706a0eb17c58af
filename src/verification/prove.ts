import type { Keyring } from '../crypto/keyring.ts';
import { hasValidTag, keyIdOf, parseToken } from '../crypto/token.ts';
import { matchesSecret } from '../crypto/tokenHash.ts';
import { Unavailable } from '../lib/errors.ts';
import type { ImportedLane } from './importedLane.ts';
import type { KeyRow, SecretRow } from './KeyRow.ts';
import type { Lookup } from './lookup.ts';

/** What a proof needs: the ring, a way to the rows, and another to those that were imported. */
export type Prover = { readonly keyring: Keyring; readonly lookup: Lookup; readonly imported: ImportedLane };

/** A key whose secret was presented. */
export type Proof = { readonly row: KeyRow; readonly secret: SecretRow };

/** Finds the key whose secret a token carries; undefined for malformed, forged and unknown ones, which nobody may tell apart. */
export async function prove({ keyring, lookup, imported }: Prover, token: string): Promise<Proof | undefined> {
  const parsed = parseToken(token);
  // None that was made here: at most one that an older system made, and those have a lane of their own.
  if (parsed === undefined) return imported.prove(token);
  // The tag first: a forged token dies here, and costs the database nothing.
  if (!hasValidTag(keyring, parsed)) return undefined;
  const row = await lookup(keyIdOf(parsed));
  if (row === undefined || row.environment !== parsed.environment) return undefined;
  let unknownVersion: string | undefined;
  for (const secret of row.secrets) {
    const { keyId, tenantId } = row;
    const match = matchesSecret(keyring, secret.version, secret.hash, { keyId, tenantId, secret: parsed.secret });
    if (match === 'match') return { row, secret };
    if (match === 'key-missing') unknownVersion = secret.version;
  }
  if (unknownVersion !== undefined) {
    // Not INVALID: this node's ring is behind, and a refusal would be a lie to a good key.
    throw new Unavailable(`The key ring lacks a key of the hash version ${unknownVersion}.`);
  }
  return undefined;
}
