import type { PageArguments } from '../lib/pageRange.ts';
import { requireReach } from '../lib/permissions.ts';
import { parsePart } from '../lib/text.ts';
import { type Connection, readConnection } from '../store/connection.ts';
import type { Tenant } from '../store/entities/Tenant.ts';
import type { Reading } from '../store/Reading.ts';
import { type TenantRow, tenantColumns } from '../store/rows/TenantRow.ts';
import type { List } from '../store/Selection.ts';
import { type Sql, sql } from '../store/sql.ts';

/** Which tenants of the list; every member that is given narrows it. */
export type TenantFilter = {
  readonly status?: Tenant['status'] | null;
  readonly kind?: Tenant['kind'] | null;
  readonly nameContains?: string | null;
  readonly slugContains?: string | null;
};

/** Which tenants, and which part of them. */
export type ListTenantsInput = PageArguments & { readonly filter?: TenantFilter | null | undefined };

const tenants: List<TenantRow> = {
  table: sql`tenants`,
  time: sql`created_at`,
  columns: tenantColumns,
  toRow: (selected) => selected,
  positionOf: ({ createdAt, id }) => ({ time: createdAt, id }),
};

/** Tenants that the caller may see, newest first: all for the platform, for others their own. */
export async function listTenants(reading: Reading, input: ListTenantsInput): Promise<Connection<TenantRow>> {
  const reach = requireReach(reading.caller, 'tenants:read');
  const filter = parseFilter(input.filter ?? {});
  return readConnection(reading, {
    // Which of them a tenant sees is Postgres's own to judge.
    selection: { list: tenants, matching: conditionsOf(filter) },
    meaning: { list: 'tenants', tenantId: reach === 'all' ? null : reading.caller.tenantId, filter },
    range: input,
  });
}

function parseFilter({ status, kind, nameContains, slugContains }: TenantFilter) {
  return {
    status: status ?? undefined,
    kind: kind ?? undefined,
    nameContains: nameContains == null ? undefined : parsePart(nameContains, ['filter', 'nameContains']),
    slugContains: slugContains == null ? undefined : parsePart(slugContains, ['filter', 'slugContains']),
  };
}

function conditionsOf({ status, kind, nameContains, slugContains }: ReturnType<typeof parseFilter>): Sql[] {
  return [
    ...(status === undefined ? [] : [sql`status = ${status}`]),
    ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
    ...(nameContains === undefined ? [] : [sql`strpos(lower(name), lower(${nameContains})) > 0`]),
    ...(slugContains === undefined ? [] : [sql`strpos(slug_ci, lower(${slugContains})) > 0`]),
  ];
}
