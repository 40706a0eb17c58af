import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/lib/Caller.ts';
import {
  type Permission,
  permissions,
  permissionsOf,
  type Reach,
  reachOf,
  requireReach,
  selfServiceScopes,
} from '../../src/lib/permissions.ts';
import { markdownTable } from '../support/markdownTable.ts';

// The table as it is promised: permission, scope, and how far it reaches for each standing.
const promised: readonly (readonly [Permission, string, Reach, Reach, Reach])[] = [
  ['tenants:manage', 'keywright:tenants:write', 'all', 'none', 'none'],
  ['tenants:read', 'keywright:tenants:read', 'all', 'tenant', 'tenant'],
  ['tenants:write', 'keywright:tenants:write', 'all', 'tenant', 'none'],
  ['users:manage', 'keywright:users:write', 'all', 'tenant', 'none'],
  ['users:read', 'keywright:users:read', 'all', 'tenant', 'self'],
  ['users:write', 'keywright:users:write', 'all', 'tenant', 'self'],
  ['keys:read', 'keywright:keys:read', 'all', 'tenant', 'self'],
  ['keys:write', 'keywright:keys:write', 'all', 'tenant', 'self'],
  ['keys:verify', 'keywright:keys:verify', 'all', 'tenant', 'none'],
  ['keys:import', 'keywright:tenants:write', 'all', 'none', 'none'],
  ['audit:read', 'keywright:audit:read', 'all', 'tenant', 'self'],
];
const standings = ['platform', 'tenant', 'user'] as const;
const cells = promised.flatMap(([permission, scope, ...reaches]) =>
  standings.map((standing, index) => ({ permission, scope, standing, reach: reaches[index] ?? 'none' })),
);

function caller(standing: Caller['standing'], scopes: readonly string[]): Caller {
  return { standing, tenantId: 't', userId: 'u', apiKeyId: 'k', scopes, expiresAt: null, actor: 'key_k' };
}

describe('permissions', () => {
  it('are written as they are', () => {
    expect(markdownTable('docs/permissions.md', '## The table')).toEqual(promised);
  });

  it('are those of the promised table, and no others', () => {
    expect(Object.keys(permissions).sort()).toEqual(promised.map(([permission]) => permission).sort());
  });

  it('a person holds unasked exactly the scopes of what reaches a user', () => {
    const reachingUsers = promised.filter(([, , , , user]) => user !== 'none');
    expect(selfServiceScopes).toEqual([...new Set(reachingUsers.map(([, scope]) => scope))]);
    expect(permissionsOf(caller('user', selfServiceScopes))).toEqual(reachingUsers.map(([permission]) => permission));
  });

  it.each(cells)('$permission of a $standing reaches: $reach', ({ permission, scope, standing, reach }) => {
    expect(reachOf(caller(standing, [scope]), permission)).toBe(reach);
    expect(reachOf(caller(standing, ['keywright:*']), permission)).toBe(reach);
    const others = promised.map(([, other]) => other).filter((other) => other !== scope);
    for (const scopes of [[], ['*'], others]) expect(reachOf(caller(standing, scopes), permission)).toBe('none');
  });

  it('a refusal says the scope that is missing, or that none would help', () => {
    const refusal = (standing: Caller['standing'], scopes: string[], permission: Permission) => {
      try {
        return requireReach(caller(standing, scopes), permission);
      } catch (error) {
        return error;
      }
    };
    expect(refusal('tenant', [], 'keys:write')).toMatchObject({
      code: 'FORBIDDEN',
      message: 'This needs the scope keywright:keys:write.',
    });
    expect(refusal('tenant', ['keywright:*'], 'tenants:manage')).toMatchObject({
      code: 'FORBIDDEN',
      message: 'This is not for a caller that stands for a tenant.',
    });
    expect(refusal('user', ['keywright:*'], 'keys:read')).toBe('self');
  });

  it('a viewer is told exactly what it may do', () => {
    for (const standing of standings) {
      const may = cells
        .filter((cell) => cell.standing === standing && cell.reach !== 'none')
        .map((cell) => cell.permission);
      expect(permissionsOf(caller(standing, ['keywright:*']))).toEqual(may);
    }
  });
});
