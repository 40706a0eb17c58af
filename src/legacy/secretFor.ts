import { formatHashVersion, parseHashVersion } from '../crypto/hashVersion.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { Random } from '../crypto/random.ts';
import { hashImportedAs, hashPresentedImport } from '../crypto/tokenHash.ts';
import { assert } from '../lib/assert.ts';
import type { HeldKey } from './Held.ts';
import type { Credential } from './parseCredential.ts';

/** What hashing a credential needs. */
export type HashRules = { readonly keyring: Keyring; readonly randomBytes: Random };

/** A secret as it is stored; `isImported`: something that is presented can match it. */
export type NewSecret = { readonly version: string; readonly hash: Buffer; readonly isImported: boolean };

const hashBytes = 32;

/** The secret that a row brings for its key, or null where the key keeps what it has. */
export function secretFor(
  credential: Credential,
  before: HeldKey | undefined,
  { keyring, randomBytes }: HashRules,
): NewSecret | null {
  const { scheme } = credential;
  // Whatever was rotated here stays: the older system's token would come back from where it was taken out of use.
  if (before !== undefined && (scheme === null || before.isMinted || isOf(credential, before, keyring))) return null;
  if (scheme === null) {
    // The table wants a hash, and nobody knows of what this one is. Its version is of the kind that no import looks for.
    return { version: String(keyring.activeNo), hash: Buffer.from(randomBytes(hashBytes)), isImported: false };
  }
  const version = formOf(scheme, keyring);
  const hash = hashIn(credential, version, keyring);
  assert(hash !== undefined, 'a parsed credential can be hashed with the active ring key');
  return { version, hash, isImported: true };
}

/** The form in which a credential of a scheme is stored today. */
export function formOf(scheme: Exclude<Credential['scheme'], null>, keyring: Keyring): string {
  return formatHashVersion({ base: keyring.activeNo, wraps: [], scheme });
}

/** What the rows of some forms would hold of a credential, in hexadecimal: a digest says nothing of other schemes. */
export function hashesOf(credential: Credential, forms: Iterable<string>, keyring: Keyring): string[] {
  return [...forms].flatMap((form) => hashIn(credential, form, keyring)?.toString('hex') ?? []);
}

function isOf(credential: Credential, { version, hash }: HeldKey, keyring: Keyring): boolean {
  return hashIn(credential, version, keyring)?.equals(hash) === true;
}

function hashIn(credential: Credential, version: string, keyring: Keyring): Buffer | undefined {
  const scheme = parseHashVersion(version)?.scheme;
  if (scheme === undefined || credential.scheme === null) return undefined;
  const hash =
    credential.scheme === 'raw'
      ? hashPresentedImport(keyring, version, credential.token)
      : credential.scheme === scheme && hashImportedAs(keyring, version, credential.digest);
  return hash === false || hash === 'key-missing' ? undefined : hash;
}
