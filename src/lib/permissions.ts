import type { Caller } from './Caller.ts';
import { Denied, Refusal } from './errors.ts';
import { parseGlobalId } from './ids.ts';
import { allows } from './scopes.ts';

/** How far a permission reaches: every tenant, the caller's own, what is the caller's own within it, or nothing. */
export type Reach = 'all' | 'tenant' | 'self' | 'none';

type Rule = { readonly scope: string } & Readonly<Record<Caller['standing'], Reach>>;

/** Who may do what: the whole of it. A permission counts only together with its scope. */
export const permissions = {
  // Create, suspend, reactivate, delete; and slugs and account numbers, whose clashes would tell one tenant of another.
  'tenants:manage': { scope: 'keywright:tenants:write', platform: 'all', tenant: 'none', user: 'none' },
  'tenants:read': { scope: 'keywright:tenants:read', platform: 'all', tenant: 'tenant', user: 'tenant' },
  'tenants:write': { scope: 'keywright:tenants:write', platform: 'all', tenant: 'tenant', user: 'none' },
  // Create, disable, enable, delete; and what a person may not decide for themselves: the ceiling, the identity.
  'users:manage': { scope: 'keywright:users:write', platform: 'all', tenant: 'tenant', user: 'none' },
  'users:read': { scope: 'keywright:users:read', platform: 'all', tenant: 'tenant', user: 'self' },
  'users:write': { scope: 'keywright:users:write', platform: 'all', tenant: 'tenant', user: 'self' },
  'keys:read': { scope: 'keywright:keys:read', platform: 'all', tenant: 'tenant', user: 'self' },
  'keys:write': { scope: 'keywright:keys:write', platform: 'all', tenant: 'tenant', user: 'self' },
  'keys:verify': { scope: 'keywright:keys:verify', platform: 'all', tenant: 'tenant', user: 'none' },
  // Imports, and a gateway's identifiers, which are unique across tenants.
  'keys:import': { scope: 'keywright:tenants:write', platform: 'all', tenant: 'none', user: 'none' },
  'audit:read': { scope: 'keywright:audit:read', platform: 'all', tenant: 'tenant', user: 'self' },
} as const satisfies Readonly<Record<string, Rule>>;
export type Permission = keyof typeof permissions;

/** The scopes of all that a user may do, which reaches no further than the user: a person signed in holds them unasked. */
export const selfServiceScopes: readonly string[] = [
  ...new Set(Object.values<Rule>(permissions).flatMap((rule) => (rule.user === 'none' ? [] : [rule.scope]))),
];

/** How far this caller's permission reaches, by what it stands for and by the scopes that it holds. */
export function reachOf(caller: Caller, permission: Permission): Reach {
  const rule: Rule = permissions[permission];
  return allows(caller.scopes, rule.scope) ? rule[caller.standing] : 'none';
}

/** The same for a verb that cannot go on without: refused before anything is looked at, so the refusal tells nothing. */
export function requireReach(caller: Caller, permission: Permission): Exclude<Reach, 'none'> {
  const reach = reachOf(caller, permission);
  if (reach !== 'none') return reach;
  const rule: Rule = permissions[permission];
  if (rule[caller.standing] !== 'none') throw new Denied('FORBIDDEN', `This needs the scope ${rule.scope}.`);
  throw new Denied('FORBIDDEN', `This is not for a caller that stands for a ${caller.standing}.`);
}

/** A tenant beyond the caller's reach does not exist for it. */
export function requireTenant(caller: Caller, reach: Reach, tenantId: string, path: readonly string[]): void {
  if (reach !== 'all' && tenantId !== caller.tenantId) throw new Refusal('NOT_FOUND', 'There is no such tenant.', path);
}

/**
 * The tenant to which a list is narrowed; null for all of them. Whoever does not reach all has its own, asked or not.
 */
export function parseListedTenant(
  caller: Caller,
  reach: Reach,
  tenantId: string | null | undefined,
  path: readonly string[],
): string | null {
  const asked = tenantId == null ? null : parseGlobalId('Tenant', tenantId, path);
  if (asked !== null) requireTenant(caller, reach, asked, path);
  return reach === 'all' ? asked : caller.tenantId;
}

/** The names of all that a caller may do, for `viewer`. */
export function permissionsOf(caller: Caller): Permission[] {
  return (Object.keys(permissions) as Permission[]).filter((permission) => reachOf(caller, permission) !== 'none');
}
