import type { Facts } from './readFacts.ts';

/** The verdict that a secret must have by what stands in the database, whoever was interrupted on the way there. */
export function verdictBy({ rows }: Facts, { target, no }: { readonly target: string; readonly no: number }): string {
  const key = rows.get(target);
  if (key === undefined) return 'INVALID';
  if (key.fields.secretNo !== no && !key.retiring.some((secret) => secret.no === no)) return 'INVALID';
  if (rows.get(key.tenant)?.fields.status !== 'active') return 'TENANT_SUSPENDED';
  if (key.fields.status === 'revoked') return 'REVOKED';
  if (key.fields.status === 'disabled') return 'DISABLED';
  const { ownerUserId } = key.fields;
  if (typeof ownerUserId === 'string' && rows.get(ownerUserId)?.fields.status !== 'active') return 'USER_DISABLED';
  return 'VALID';
}
