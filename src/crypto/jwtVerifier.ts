import type { JWTPayload } from 'jose';
import { JOSEError, JWTClaimValidationFailed } from 'jose/errors';
import { jwtVerify } from 'jose/jwt/verify';
import type { Clock } from '../lib/clock.ts';
import { SetupError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { Log } from '../lib/log.ts';
import { maskedUrl } from '../lib/maskedUrl.ts';
import { parseJwkSet } from './jwkSet.ts';
import { createKeySet, type KeySet } from './keySet.ts';
import { jwksFromFile, jwksFromUrl, type ReadJwks } from './readJwks.ts';

/** Whose JWTs are taken, and by which keys. */
export type JwtTrust = {
  readonly issuer: string;
  /** One of these has to be among a JWT's audiences. */
  readonly audiences: readonly string[];
  /** Where the issuer publishes its keys. */
  readonly keys: { readonly url: string } | { readonly file: string };
  readonly algorithms: readonly string[];
  readonly clockSkewSeconds: number;
};

/** Why a JWT proves nothing; for the log alone. */
export type JwtFault =
  | 'malformed'
  | 'type'
  | 'algorithm'
  | 'key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'not-yet-valid'
  | 'claims';

/** What a JWT says, proven; or why not. */
export type JwtProof = { readonly claims: Readonly<Record<string, unknown>> } | { readonly fault: JwtFault };

/** Proves a JWT at a moment; rejects with `Unavailable` where the issuer's keys are not to be had. */
export type VerifyJwt = (token: string, now: Date) => Promise<JwtProof>;

/**
 * The header's `typ`, where there is one. An issuer signs other things with the same keys, such as the news that somebody
 * has logged out, and none of those lets anybody in.
 */
const types = new Set(['jwt', 'at+jwt']);

/** Prepares to verify an issuer's JWTs. A file of keys has to be right at once; an address may be down, and is asked again. */
export async function openJwtVerifier(
  trust: JwtTrust,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<VerifyJwt> {
  const { issuer, audiences, algorithms, clockSkewSeconds } = trust;
  const keySet = await openKeySet(trust.keys, { clock, log });
  const options = {
    issuer,
    audience: [...audiences],
    algorithms: [...algorithms],
    requiredClaims: ['exp', 'sub'],
    clockTolerance: clockSkewSeconds,
  };
  return async (token, now) => {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keySet.keyFor, { ...options, currentDate: now });
      return isKnownType(protectedHeader.typ) ? { claims: claimsOf(payload) } : { fault: 'type' };
    } catch (error) {
      // Nothing of the error goes on: it carries what the JWT says.
      if (error instanceof JOSEError) return { fault: faultOf(error) };
      throw error;
    }
  };
}

async function openKeySet(
  keys: JwtTrust['keys'],
  parts: { readonly clock: Clock; readonly log: Log },
): Promise<KeySet> {
  if ('file' in keys) {
    const read = jwksFromFile(keys.file);
    await refuseBrokenFile(keys.file, read);
    return createKeySet({ name: keys.file, read, ...parts });
  }
  const read = jwksFromUrl(keys.url, { timeoutMs: limits.jwksTimeoutMs });
  const keySet = createKeySet({ name: maskedUrl(keys.url), read, ...parts });
  // Not waited for: keys of this service work without, and the log says at once where the address is wrong.
  void keySet.refresh();
  return keySet;
}

async function refuseBrokenFile(file: string, read: ReadJwks): Promise<void> {
  try {
    parseJwkSet(await read());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SetupError(
      `JWT_JWKS_FILE (${file}) cannot be used. ${reason} Name a readable file with the provider's JSON Web Key Set.`,
      { cause: error },
    );
  }
}

/** Own members only: a claim named `constructor` is as absent as any other that nobody made. */
function claimsOf(payload: JWTPayload): Readonly<Record<string, unknown>> {
  return Object.assign(Object.create(null), payload);
}

function isKnownType(typ: unknown): boolean {
  return typ === undefined || (typeof typ === 'string' && types.has(typ.toLowerCase().replace(/^application\//, '')));
}

const faults: Readonly<Record<string, JwtFault>> = {
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm',
  ERR_JWKS_NO_MATCHING_KEY: 'key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'key',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'signature',
  ERR_JWT_EXPIRED: 'expired',
};
const faultsOfClaims: Readonly<Record<string, JwtFault>> = { iss: 'issuer', aud: 'audience', nbf: 'not-yet-valid' };

function faultOf(error: JOSEError): JwtFault {
  if (error instanceof JWTClaimValidationFailed) {
    return (error.reason === 'check_failed' ? faultsOfClaims[error.claim] : undefined) ?? 'claims';
  }
  return faults[error.code] ?? 'malformed';
}
