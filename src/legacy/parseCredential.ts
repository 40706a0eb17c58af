import { type ImportScheme, pepperNameShape } from '../crypto/hashVersion.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { Secret } from '../crypto/Secret.ts';
import { hasTokenShape } from '../crypto/token.ts';
import { Refusal } from '../lib/errors.ts';
import { invalid } from '../lib/invalid.ts';
import { limits } from '../lib/limits.ts';
import { tokenBits } from './tokenBits.ts';

/** What an older system has of a key's token: the token itself, a digest of it, or neither. */
export type Credential =
  | { readonly scheme: 'raw'; readonly token: Secret }
  | { readonly scheme: Exclude<ImportScheme, 'raw'>; readonly digest: Buffer }
  | { readonly scheme: null };

/** A credential as a row has it. */
export type CredentialFields = {
  readonly token?: string | null | undefined;
  readonly digest?: string | null | undefined;
  readonly scheme?: string | null | undefined;
};

/** What a credential is measured by. */
export type CredentialRules = { readonly keyring: Keyring; readonly allowWeak: boolean };

/** What exports show in place of a token. */
const fingerprintPrefix = 'kwfp';
const visible = new RegExp(`^[\\x21-\\x7e]{1,${limits.tokenCharsMax}}$`);
/** How password hashes begin, as crypt(3) and the common frameworks write them. */
const slowDigest =
  /^(?:\$(?:[1567y]|2[abxy]?|s0|argon2\w*|scrypt|pbkdf2[\w-]*)\$|\{?(?:bcrypt|argon2|scrypt|pbkdf2)\w*[}$:])/i;
const slowScheme = /^(?:[bs]?crypt|argon2|pbkdf2)/i;

/** Reads the credential of a row; refuses what could never authenticate, or would be guessed. */
export function parseCredential(fields: CredentialFields, rules: CredentialRules, path: readonly string[]): Credential {
  const { token, digest, scheme } = fields;
  if (token != null && digest != null) {
    throw invalid('A row has the token or a digest of it, not both.', [...path, 'digest']);
  }
  if (digest != null) return parseDigest(digest, scheme ?? '', rules.keyring, path);
  if (scheme != null) throw invalid('A scheme says how a digest was made, and here is none.', [...path, 'scheme']);
  return token == null ? { scheme: null } : parseToken(token, rules, [...path, 'token']);
}

/** The field of a row in which a credential stands. */
export function fieldOf(credential: Credential): 'token' | 'digest' {
  return credential.scheme === 'raw' ? 'token' : 'digest';
}

/** No message repeats any part of a token. */
function parseToken(text: string, { allowWeak }: CredentialRules, path: readonly string[]): Credential {
  if (!visible.test(text)) {
    throw invalid(
      `A token is 1 to ${limits.tokenCharsMax} visible ASCII characters without spaces, as a header can carry it.`,
      path,
    );
  }
  const unusable = whyUnusable(text);
  if (unusable !== undefined) throw new Refusal('UNUSABLE_CREDENTIAL', unusable, path);
  const bits = Math.floor(tokenBits(text));
  if (bits < limits.importedTokenBitsMin && !allowWeak) {
    throw new Refusal(
      'WEAK_TOKEN',
      `By its length and alphabet this token has ${bits} bits at most, and ${limits.importedTokenBitsMin} are the least that ` +
        'nobody guesses. Give its user a new key, or take it with allowWeak: true.',
      path,
    );
  }
  return { scheme: 'raw', token: new Secret(text) };
}

function whyUnusable(text: string): string | undefined {
  if (hasTokenShape(text)) {
    return 'This has the shape of a token of this service, and without its tag it would be refused as a forged one. Make a key instead.';
  }
  if (text.startsWith(fingerprintPrefix)) {
    return `What begins with ${fingerprintPrefix} is a fingerprint, as exports show it in place of a token, and no token.`;
  }
  return slowDigest.test(text) ? slowReason : undefined;
}

const slowReason =
  'A password hash (bcrypt, argon2, scrypt, pbkdf2, crypt) is salted and slow, so no key could be found by it. ' +
  'Import the token itself, or its SHA-256, SHA-512 or HMAC-SHA-256; where there is neither, its user needs a new key.';

function parseDigest(digest: string, scheme: string, keyring: Keyring, path: readonly string[]): Credential {
  if (slowDigest.test(digest) || slowScheme.test(scheme)) {
    throw new Refusal('UNUSABLE_CREDENTIAL', slowReason, [...path, 'digest']);
  }
  const known = parseScheme(scheme, keyring, [...path, 'scheme']);
  const bytes = known === 'sha512' ? 64 : 32;
  const decoded = decode(digest, bytes);
  if (decoded === undefined) {
    throw invalid(`A digest of this scheme is ${bytes} bytes, in hexadecimal or in base64.`, [...path, 'digest']);
  }
  return { scheme: known, digest: decoded };
}

function parseScheme(scheme: string, keyring: Keyring, path: readonly string[]): Exclude<ImportScheme, 'raw'> {
  if (scheme === 'sha256' || scheme === 'sha512') return scheme;
  const name = scheme.startsWith('hmac:') ? scheme.slice('hmac:'.length) : '';
  if (!pepperNameShape.test(name)) {
    throw invalid('A scheme is sha256, sha512, or hmac:<name> with the name of a pepper in the key ring.', path);
  }
  if (keyring.pepper(name) === undefined) {
    throw new Refusal(
      'UNUSABLE_CREDENTIAL',
      `The key ring has no entry import:${name}, and without that pepper nothing that is presented can be compared.`,
      path,
    );
  }
  return `hmac:${name}`;
}

/** Hexadecimal and base64 of so many bytes never have the same length, so which one it is need not be said. */
function decode(text: string, bytes: number): Buffer | undefined {
  if (text.length === 2 * bytes && /^[0-9a-f]+$/i.test(text)) return Buffer.from(text, 'hex');
  const url = text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  const decoded = Buffer.from(url, 'base64url');
  return decoded.length === bytes && decoded.toString('base64url') === url ? decoded : undefined;
}
