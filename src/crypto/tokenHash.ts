import { createHash, createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { assert } from '../lib/assert.ts';
import { limits } from '../lib/limits.ts';
import { writeUuid } from './base32.ts';
import { formatHashVersion, type ImportScheme, isBehind, numbersOf, parseHashVersion } from './hashVersion.ts';
import type { Keyring } from './keyring.ts';
import { macOf } from './mac.ts';
import type { Secret } from './Secret.ts';

/** Whose hash it is: both ids stand inside it, so a row copied onto another key or tenant never verifies. */
export interface HashOwner {
  readonly keyId: string;
  readonly tenantId: string;
}

/** A minted secret and whose it is. */
export interface OwnedSecret extends HashOwner {
  readonly secret: Secret;
}

/** An imported row is found by its hash, before its ids are known: zeroes stand in their place. */
const unknownOwner: HashOwner = {
  keyId: '00000000-0000-0000-0000-000000000000',
  tenantId: '00000000-0000-0000-0000-000000000000',
};

const hashBytes = 32;
const secretChars = 43;

/** The stored hash of a minted secret under one ring key. Its version is that key's number. */
export function hashSecret(ring: Keyring, keyNo: number, owned: OwnedSecret): Buffer {
  return keyedHash(presentKey(ring, keyNo), owned);
}

/**
 * Does a stored hash of this version belong to the presented secret? Three words instead of a boolean, since a
 * missing ring key is neither: it means "I cannot tell", and read as a refusal it would turn a good customer away.
 * A version that nobody here writes is of a newer release, and so is a missing key too.
 */
export function matchesSecret(
  ring: Keyring,
  version: string,
  storedHash: Uint8Array,
  owned: OwnedSecret,
): 'match' | 'mismatch' | 'key-missing' {
  const parsed = parseHashVersion(version);
  if (parsed === undefined) return 'key-missing';
  // Only tokens of another shape are imported.
  if (parsed.scheme !== undefined) return 'mismatch';
  const baseKey = ring.hashKey(parsed.base);
  if (baseKey === undefined) return 'key-missing';
  const computed = wrapAll(ring, parsed.wraps, owned, keyedHash(baseKey, owned));
  if (computed === undefined) return 'key-missing';
  assert(storedHash.length === hashBytes, 'a stored hash has 32 bytes');
  return timingSafeEqual(computed, storedHash) ? 'match' : 'mismatch';
}

/** Does a hash of this version need a key that the ring declares lost? Then only its lock can prove a minted secret, and nothing an imported one. */
export function needsLostKey(ring: Keyring, version: string): boolean {
  const parsed = parseHashVersion(version);
  return parsed !== undefined && numbersOf(parsed).some((n) => ring.stateOf(n) === 'lost');
}

/**
 * The hash that a row of this version should have by now, made of the secret or the imported token that was just proven;
 * undefined for a row that has it. A minted secret's is plain, an imported token's stays of its scheme.
 */
export function renewedHash(
  ring: Keyring,
  version: string,
  owned: OwnedSecret,
): { version: string; hash: Buffer } | undefined {
  const parsed = parseHashVersion(version);
  if (parsed === undefined || !isBehind(parsed, ring.activeNo)) return undefined;
  const renewed = formatHashVersion({ ...parsed, base: ring.activeNo, wraps: [] });
  if (parsed.scheme === undefined) return { version: renewed, hash: hashSecret(ring, ring.activeNo, owned) };
  const hash = hashPresentedImport(ring, renewed, owned.secret);
  assert(hash !== 'key-missing', 'a token that was proven by a pepper can be hashed with it');
  return { version: renewed, hash };
}

/** A stored hash, its version and its row's ids. */
export interface StoredHash extends HashOwner {
  readonly version: string;
  readonly hash: Uint8Array;
}

/**
 * Puts one more ring key around a stored hash: a rotation of ring keys that needs no customer and no secret.
 * Deeper than four it refuses, because each layer costs every cold verification.
 */
export function wrapHash(
  ring: Keyring,
  keyNo: number,
  stored: StoredHash,
): { version: string; hash: Buffer } | 'too-deep' {
  const parsed = parseHashVersion(stored.version);
  assert(parsed !== undefined, 'a stored hash has a version that this release knows');
  const keyNumbers = numbersOf(parsed);
  assert(keyNumbers.at(-1) !== keyNo, 'a hash is wrapped with another key than its last');
  if (keyNumbers.length >= limits.hashDepthMax) return 'too-deep';
  const owner = parsed.scheme === undefined ? stored : unknownOwner;
  return {
    version: formatHashVersion({ ...parsed, wraps: [...parsed.wraps, keyNo] }),
    hash: wrapOnce(presentKey(ring, keyNo), owner, stored.hash),
  };
}

/** The stored hash of an imported token's digest under one ring key. Its version is `<number>/<scheme>`. */
export function hashImported(ring: Keyring, keyNo: number, scheme: ImportScheme, digest: Uint8Array): Buffer {
  return importedHash(presentKey(ring, keyNo), scheme, digest);
}

/**
 * The hash under which an imported token would stand in the rows of this version; 'key-missing' when the ring lacks a
 * key or a pepper for it, so that nobody takes a row that could not be looked for as one that is not there.
 */
export function hashPresentedImport(ring: Keyring, version: string, token: Secret): Buffer | 'key-missing' {
  const parsed = parseHashVersion(version);
  if (parsed === undefined) return 'key-missing';
  assert(parsed.scheme !== undefined, 'imported rows have a version with a scheme');
  const digest = digestOf(ring, parsed.scheme, token);
  return digest === undefined ? 'key-missing' : hashImportedAs(ring, version, digest);
}

/** The same where no token is at hand, only the digest that the version's scheme makes of it. */
export function hashImportedAs(ring: Keyring, version: string, digest: Uint8Array): Buffer | 'key-missing' {
  const parsed = parseHashVersion(version);
  if (parsed === undefined) return 'key-missing';
  const { base, wraps, scheme } = parsed;
  assert(scheme !== undefined, 'imported rows have a version with a scheme');
  const baseKey = ring.hashKey(base);
  if (baseKey === undefined) return 'key-missing';
  return wrapAll(ring, wraps, unknownOwner, importedHash(baseKey, scheme, digest)) ?? 'key-missing';
}

/** What an old system would have stored of a token; undefined where the ring lacks its pepper. */
function digestOf(ring: Keyring, scheme: ImportScheme, token: Secret): Buffer | undefined {
  const text = token.reveal();
  if (scheme === 'raw') return Buffer.from(text);
  if (scheme === 'sha256' || scheme === 'sha512') return createHash(scheme).update(text).digest();
  const pepper = ring.pepper(scheme.slice('hmac:'.length));
  return pepper && createHmac('sha256', pepper).update(text).digest();
}

// One buffer for all of them: `keyedHash` never yields between filling and hashing it, and is the whole cold path's cost.
const keyedMessage = Buffer.alloc(5 + 16 + 16 + secretChars);
keyedMessage.write('kwh1\0', 'latin1');

function keyedHash(key: KeyObject, { keyId, tenantId, secret }: OwnedSecret): Buffer {
  const text = secret.reveal();
  assert(text.length === secretChars, 'a minted secret has 43 characters');
  writeUuid(keyedMessage, keyId, 5);
  writeUuid(keyedMessage, tenantId, 21);
  keyedMessage.write(text, 37, 'latin1');
  return Buffer.from(macOf(key)(keyedMessage), 'latin1');
}

function importedHash(key: KeyObject, scheme: ImportScheme, digest: Uint8Array): Buffer {
  const expected = scheme === 'raw' ? digest.length : scheme === 'sha512' ? 64 : 32;
  assert(digest.length === expected, 'a digest has as many bytes as its scheme makes');
  return createHmac('sha256', key).update(`kwi1\0${scheme}\0`).update(digest).digest();
}

function wrapOnce(key: KeyObject, { keyId, tenantId }: HashOwner, previous: Uint8Array): Buffer {
  assert(previous.length === hashBytes, 'a stored hash has 32 bytes');
  const message = Buffer.alloc(5 + 16 + 16 + hashBytes);
  message.write('kww1\0', 'latin1');
  writeUuid(message, keyId, 5);
  writeUuid(message, tenantId, 21);
  message.set(previous, 37);
  return createHmac('sha256', key).update(message).digest();
}

/** Undefined when the ring lacks one of the keys. */
function wrapAll(ring: Keyring, wraps: readonly number[], owner: HashOwner, inner: Buffer): Buffer | undefined {
  let hash = inner;
  for (const keyNo of wraps) {
    const key = ring.hashKey(keyNo);
    if (key === undefined) return undefined;
    hash = wrapOnce(key, owner, hash);
  }
  return hash;
}

function presentKey(ring: Keyring, keyNo: number): KeyObject {
  const key = ring.hashKey(keyNo);
  assert(key !== undefined, `the ring has the key ${keyNo} that a new hash is made with`);
  return key;
}
