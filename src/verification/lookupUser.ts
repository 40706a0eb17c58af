import type { Pool } from 'pg';
import { asking } from '../store/outage.ts';

/** How a JWT names its tenant. */
export type TenantName = { readonly id: string } | { readonly slug: string };

/** Everything that a user's JWT is judged by. */
export type UserRow = {
  readonly userId: string;
  readonly userStatus: 'active' | 'disabled';
  readonly ceiling: readonly string[] | null;
  readonly tenantId: string;
  readonly tenantKind: 'organization' | 'personal' | 'platform';
  readonly tenantStatus: 'active' | 'suspended';
};

/** Finds the user of a tenant that an identity provider knows under this subject: one indexed statement, and no cache. */
export type LookupUser = (tenant: TenantName, subject: string) => Promise<UserRow | undefined>;

const columns = `u.id as user_id, u.status as user_status, u.scope_ceiling,
      t.id as tenant_id, t.kind as tenant_kind, t.status as tenant_status
    from tenants t join users u on u.tenant_id = t.id`;
const byTenantId = { name: 'userByTenantId', text: `select ${columns} where t.id = $1 and u.external_id = $2` };
const bySlug = { name: 'userBySlug', text: `select ${columns} where t.slug_ci = lower($1) and u.external_id = $2` };

type Found = {
  readonly user_id: string;
  readonly user_status: UserRow['userStatus'];
  readonly scope_ceiling: readonly string[] | null;
  readonly tenant_id: string;
  readonly tenant_kind: UserRow['tenantKind'];
  readonly tenant_status: UserRow['tenantStatus'];
};

/** A look-up on the verifying role's own pool. */
export function createUserLookup(pool: Pool): LookupUser {
  return async (tenant, subject) => {
    const question =
      'id' in tenant ? { ...byTenantId, values: [tenant.id, subject] } : { ...bySlug, values: [tenant.slug, subject] };
    const { rows } = await asking(() => pool.query<Found>(question));
    return rows[0] === undefined ? undefined : toUserRow(rows[0]);
  };
}

function toUserRow(found: Found): UserRow {
  return {
    userId: found.user_id,
    userStatus: found.user_status,
    ceiling: found.scope_ceiling,
    tenantId: found.tenant_id,
    tenantKind: found.tenant_kind,
    tenantStatus: found.tenant_status,
  };
}
