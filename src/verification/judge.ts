import { allows, intersectScopes } from '../lib/scopes.ts';
import type { KeyFacts, Proof } from './KeyRow.ts';

/** Every verdict, in the order in which they are looked for: the first that fits is told. */
export const verdictCodes = [
  'INVALID',
  'TENANT_SUSPENDED',
  'REVOKED',
  'DISABLED',
  'USER_DISABLED',
  'NOT_YET_VALID',
  'EXPIRED',
  'WRONG_ENVIRONMENT',
  'INSUFFICIENT_SCOPE',
  'VALID',
] as const;
export type VerdictCode = (typeof verdictCodes)[number];

/** What the bearer wants to do. */
export type Want = {
  readonly allOf: readonly string[];
  readonly anyOf: readonly string[];
  readonly environment: 'live' | 'test' | null;
};

/** A want that every good key satisfies. */
export const wantNothing: Want = { allOf: [], anyOf: [], environment: null };

/** Judges a proven secret, now. Pure: the same proof, moment and want have the same verdict. */
export function judge(proof: Proof, nowMs: number, want: Want): VerdictCode {
  // A secret whose grace is over is no secret of this key any more.
  if (proof.secretEndsAtMs !== null && nowMs >= proof.secretEndsAtMs) return 'INVALID';
  if (proof.tenantStatus === 'suspended') return 'TENANT_SUSPENDED';
  if (proof.status === 'revoked') return 'REVOKED';
  if (proof.status === 'disabled') return 'DISABLED';
  if (proof.ownerStatus === 'disabled') return 'USER_DISABLED';
  if (proof.notBeforeMs !== null && nowMs < proof.notBeforeMs) return 'NOT_YET_VALID';
  if (proof.expiresAtMs !== null && nowMs >= proof.expiresAtMs) return 'EXPIRED';
  if (want.environment !== null && want.environment !== proof.environment) return 'WRONG_ENVIRONMENT';
  if (!satisfies(proof, want)) return 'INSUFFICIENT_SCOPE';
  return 'VALID';
}

/** What the key may do now: its scopes, cut to its owner's ceiling if it is personal. */
export function effectiveScopes({ scopes, ownerCeiling }: KeyFacts): readonly string[] {
  if (ownerCeiling === null) return scopes;
  const under = cuts.get(scopes) ?? new WeakMap<readonly string[], readonly string[]>();
  cuts.set(scopes, under);
  const known = under.get(ownerCeiling);
  if (known !== undefined) return known;
  const cut = intersectScopes(scopes, ownerCeiling);
  under.set(ownerCeiling, cut);
  return cut;
}

/** Lists under ceilings: neither ever changes, and rows that are remembered share theirs. Exact, but quadratic to find. */
const cuts = new WeakMap<readonly string[], WeakMap<readonly string[], readonly string[]>>();

/** Asks scopes and ceiling apart: to cut one by the other is dear, and only the answer needs it. */
function satisfies(row: KeyFacts, { allOf, anyOf }: Want): boolean {
  const may = (scope: string) =>
    allows(row.scopes, scope) && (row.ownerCeiling === null || allows(row.ownerCeiling, scope));
  return allOf.every(may) && (anyOf.length === 0 || anyOf.some(may));
}
