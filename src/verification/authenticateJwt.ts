import type { JwtFault, VerifyJwt } from '../crypto/jwtVerifier.ts';
import type { Caller } from '../lib/Caller.ts';
import { Refusal } from '../lib/errors.ts';
import { globalId, parseGlobalId } from '../lib/ids.ts';
import { limits } from '../lib/limits.ts';
import { selfServiceScopes } from '../lib/permissions.ts';
import { governsService, intersectScopes, wellFormedScopes } from '../lib/scopes.ts';
import { parseExternalId } from '../lib/text.ts';
import type { LookupUser, TenantName, UserRow } from './lookupUser.ts';

/** What lets a user in by a JWT: a proof of it, a way to the users, and the claims that name tenant and scopes. */
export type JwtProver = {
  readonly verify: VerifyJwt;
  readonly lookupUser: LookupUser;
  readonly tenantClaim: string;
  readonly scopeClaim: string;
};

/** Why a JWT lets nobody in, for the log alone: whoever presents one is told that it does not, and no more. */
export type JwtRefusal = JwtFault | 'unknown-user' | 'tenant-suspended' | 'user-disabled';

/** Who presents this JWT, or why nobody. */
export async function authenticateJwt(
  { verify, lookupUser, tenantClaim, scopeClaim }: JwtProver,
  token: string,
  now: Date,
): Promise<{ readonly caller: Caller } | { readonly fault: JwtRefusal }> {
  const proof = await verify(token, now);
  if ('fault' in proof) return proof;
  const subject = readSubject(proof.claims.sub);
  const tenant = readTenant(proof.claims[tenantClaim]);
  const scopes = readScopes(proof.claims[scopeClaim]);
  if (subject === undefined || tenant === undefined || scopes === undefined) return { fault: 'claims' };
  const row = await lookupUser(tenant, subject);
  if (row === undefined) return { fault: 'unknown-user' };
  if (row.tenantStatus === 'suspended') return { fault: 'tenant-suspended' };
  if (row.userStatus === 'disabled') return { fault: 'user-disabled' };
  return { caller: callerOf(row, scopes) };
}

/**
 * A person acts for their tenant as soon as their provider gives them a scope of this service, and else for themselves,
 * for which nobody has to give them one. A user of the platform's tenant never acts for it: that takes a platform key.
 */
function callerOf(row: UserRow, claimed: readonly string[]): Caller {
  const held = intersectScopes(claimed, row.ceiling);
  const actsForTenant = row.tenantKind !== 'platform' && held.some(governsService);
  return {
    standing: actsForTenant ? 'tenant' : 'user',
    tenantId: row.tenantId,
    userId: row.userId,
    apiKeyId: null,
    scopes: actsForTenant ? held : intersectScopes([...new Set([...claimed, ...selfServiceScopes])], row.ceiling),
    // A JWT ends with a session of some minutes; the keys that a person makes in it are meant to outlive that.
    expiresAt: null,
    actor: globalId('User', row.userId),
  };
}

/** A subject that no user could have been given is nobody's, and never reaches the database. */
function readSubject(claim: unknown): string | undefined {
  return parsed(() => parseExternalId(claim, ['sub']));
}

/** What begins as an id is one: no slug has a `_`. */
function readTenant(claim: unknown): TenantName | undefined {
  if (typeof claim !== 'string') return undefined;
  if (claim.startsWith('tnt_')) return parsed(() => ({ id: parseGlobalId('Tenant', claim, []) }));
  // No more is asked of a slug than that Postgres can compare it: an imported one may have other characters than ours.
  const isComparable = claim.length > 0 && claim.length <= limits.slugCharsMax && !/[\p{Cc}\p{Cs}]/u.test(claim);
  return isComparable ? { slug: claim } : undefined;
}

/**
 * A text with spaces between, as OAuth has it, or a list of texts; absent, none. What is no scope here, such as an
 * address, is left out: providers put scopes of others beside ours.
 */
function readScopes(claim: unknown): readonly string[] | undefined {
  const values = claim === undefined ? [] : typeof claim === 'string' ? claim.split(' ') : claim;
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string')) return undefined;
  const scopes = wellFormedScopes(values);
  // Never only the first so many: which ones would be chance.
  return scopes.length > limits.scopesMax ? undefined : scopes;
}

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
