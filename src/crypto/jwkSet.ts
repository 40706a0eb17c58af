import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { JSONWebKeySet, JWK } from 'jose';
import { limits } from '../lib/limits.ts';

/** Members that only a private or a shared key has. */
const secretMembers = ['d', 'k', 'priv'] as const;

/**
 * The keys of an identity provider that can prove a signature, from the text in which it publishes them. Its messages name
 * what is wrong and repeat nothing of the text.
 */
export function parseJwkSet(text: string): JSONWebKeySet {
  const keys = listOf(text);
  const secretAt = keys.findIndex((key) => secretMembers.some((member) => Object.hasOwn(key, member)));
  if (secretAt !== -1) {
    throw new Error(
      `Key ${secretAt + 1} of it is private or shared. Leave only public keys in it, and replace that one.`,
    );
  }
  // What a provider publishes for other purposes, or in a form that nobody can check by, is as if it were not there.
  const usable = keys.filter(isUsable);
  if (usable.length > 0) return { keys: usable };
  throw new Error(
    `It has no public key for signatures: expected RSA of at least ${limits.jwksRsaBitsMin} bits, EC or Ed25519.`,
  );
}

function listOf(text: string): readonly JWK[] {
  const parsed = parseJson(text);
  const keys = isObject(parsed) ? parsed.keys : undefined;
  if (Array.isArray(keys) && keys.every(isObject)) return keys;
  throw new Error('It is not a JSON Web Key Set: expected a JSON object with a list "keys".');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isUsable(jwk: JWK): boolean {
  if (jwk.use !== undefined && jwk.use !== 'sig') return false;
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    return asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) >= limits.jwksRsaBitsMin;
  } catch {
    return false;
  }
}
