import { timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { assert } from '../lib/assert.ts';
import { decodeUuid, encodeUuid } from './base32.ts';
import { decodeNumber, encodeBase62, encodeNumber, encodeUint64 } from './base62.ts';
import { redactJwts } from './jwtText.ts';
import type { Keyring } from './keyring.ts';
import { macOf } from './mac.ts';
import type { Random } from './random.ts';
import { Secret } from './Secret.ts';

/**
 * The widths of a token's parts. Everything behind the prefix and the environment has a fixed width,
 * so a token whose shape is right is cut from its end by counting, without a match's list of groups.
 */
const width = { kid: 26, secret: 43, keyNo: 2, tag: 11, crc: 6 } as const;
const secretBytes = 32;
const charsMin = 97;
const charsMax = 110;

/** In another language end this with `\z`: elsewhere a `$` accepts a line break behind the token. */
const tokenShape = /^[a-z][a-z0-9]{1,14}_(?:live|test)_[0-7][0-9a-hjkmnp-tv-z]{25}_[0-9A-Za-z]{62}$/;
const prefixShape = /^[a-z][a-z0-9]{1,14}$/;

/**
 * Finds tokens inside other text, also cut short, mistyped or with something stuck to their end:
 * 42 of 43 characters of a secret in a log are as good as all of them. The first group is what may be shown.
 */
export const tokenPattern = /([a-z][a-z0-9]{1,14}_(?:live|test)_[0-9A-Za-z]{26})_[0-9A-Za-z]+/g;

/** Which of a tenant's two worlds a key belongs to. */
export type Environment = 'live' | 'test';

/** A presented text of a token's shape with a right checksum: whether this service made it, only the tag tells. */
export interface ParsedToken {
  readonly prefix: string;
  readonly environment: Environment;
  /** The key's id in 26 characters; public. */
  readonly kid: string;
  /** The ring key that was active when the token was minted. */
  readonly keyNo: number;
  readonly secret: Secret;
  readonly token: Secret;
}

export interface Minting {
  readonly ring: Keyring;
  readonly prefix: string;
  readonly environment: Environment;
  readonly keyId: string;
  readonly random: Random;
}

/** A new token for a key: the whole of it for its owner, the secret inside for the hashes. */
export function mintToken(minting: Minting): { token: Secret; secret: Secret; mintedKeyNo: number } {
  const { ring, prefix, environment, keyId, random } = minting;
  assert(prefixShape.test(prefix), 'the prefix is 2 to 15 of a-z and 0-9, a letter first');
  const bytes = random(secretBytes);
  assert(bytes.length === secretBytes, 'as many random bytes as were asked for');
  const secret = encodeBase62(bytes, width.secret);
  const mintedKeyNo = ring.activeNo;
  const core = `${prefix}_${environment}_${encodeUuid(keyId)}_${secret}${encodeNumber(mintedKeyNo, width.keyNo)}`;
  const tag = tagOf(ring, mintedKeyNo, core);
  assert(tag !== undefined, 'the active ring key has material');
  const body = core + tag;
  return { token: new Secret(body + checksumOf(body)), secret: new Secret(secret), mintedKeyNo };
}

/** Whether a text has the shape of this service's tokens, whatever its checksum and its tag say of it. */
export function hasTokenShape(text: string): boolean {
  return text.length >= charsMin && text.length <= charsMax && tokenShape.test(text);
}

/** The parts of a token whose shape and checksum are right; undefined for any other text, however long. */
export function parseToken(text: string): ParsedToken | undefined {
  if (!hasTokenShape(text)) return undefined;
  const crcAt = text.length - width.crc;
  if (text.slice(crcAt) !== checksumOf(text.slice(0, crcAt))) return undefined;

  const keyNoAt = crcAt - width.tag - width.keyNo;
  const secretAt = keyNoAt - width.secret;
  const kidAt = secretAt - 1 - width.kid;
  const environmentAt = kidAt - 1 - 'live'.length;
  return {
    prefix: text.slice(0, environmentAt - 1),
    environment: text.startsWith('live', environmentAt) ? 'live' : 'test',
    kid: text.slice(kidAt, kidAt + width.kid),
    keyNo: decodeNumber(text.slice(keyNoAt, keyNoAt + width.keyNo)),
    secret: new Secret(text.slice(secretAt, keyNoAt)),
    token: new Secret(text),
  };
}

/**
 * Did this ring make the token? False as well for a number that the ring does not have, or has lost:
 * whoever accepts tokens of a lost key asks `ring.stateOf` first. The prefix is inside the tag and never
 * compared with the configured one, so that tokens of an earlier prefix go on working.
 */
export function hasValidTag(ring: Keyring, parsed: ParsedToken): boolean {
  const text = parsed.token.reveal();
  const tagAt = text.length - width.crc - width.tag;
  const expected = tagOf(ring, parsed.keyNo, text.slice(0, tagAt));
  if (expected === undefined) return false;
  expectedTag.write(expected, 'latin1');
  presentedTag.write(text.slice(tagAt, tagAt + width.tag), 'latin1');
  return timingSafeEqual(expectedTag, presentedTag);
}

/** The id of the key that a token names. */
export function keyIdOf(parsed: ParsedToken): string {
  const uuid = decodeUuid(parsed.kid);
  assert(uuid !== undefined, 'the shape of a token admits only ids that decode');
  return uuid;
}

/** How a token is shown wherever people or logs see it. */
export function displayToken(token: { prefix: string; environment: Environment; keyId: string }): string {
  return `${token.prefix}_${token.environment}_${encodeUuid(token.keyId)}_***`;
}

/** The same text with everything that looks like a token reduced to what may be shown of it, and without JWTs. */
export function redactTokens(text: string): string {
  const rest = redactJwts(text);
  // Almost no line has one, and looking for six characters costs a fiftieth of the pattern.
  if (!rest.includes('_live_') && !rest.includes('_test_')) return rest;
  return rest.replace(tokenPattern, '$1_***');
}

// Two buffers for all comparisons: `hasValidTag` never yields between writing and comparing them.
const expectedTag = Buffer.alloc(width.tag);
const presentedTag = Buffer.alloc(width.tag);

function tagOf(ring: Keyring, keyNo: number, core: string): string | undefined {
  const key = ring.tagKey(keyNo);
  if (key === undefined) return undefined;
  const digest = macOf(key)(`kwt1\0${core}`);
  return encodeUint64(uint32At(digest, 0), uint32At(digest, 4));
}

/** Four of a digest's bytes as one number. */
function uint32At(digest: string, at: number): number {
  let value = 0;
  for (let byte = at; byte < at + 4; byte++) value = value * 256 + digest.charCodeAt(byte);
  return value;
}

function checksumOf(body: string): string {
  return encodeNumber(crc32(body), width.crc);
}
