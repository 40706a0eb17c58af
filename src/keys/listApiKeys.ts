import type { PageArguments } from '../lib/pageRange.ts';
import { parseListedTenant, requireReach } from '../lib/permissions.ts';
import { type Connection, readConnection } from '../store/connection.ts';
import type { Reading } from '../store/Reading.ts';
import { type ApiKeyRow, apiKeyColumns, toApiKeyRow } from '../store/rows/ApiKeyRow.ts';
import { inTenant, type List, nothingOf, type Selection } from '../store/Selection.ts';
import { type Sql, sql } from '../store/sql.ts';
import { type ApiKeyFilter, apiKeyConditions, parseApiKeyFilter, type WantedApiKeys } from './apiKeyFilter.ts';

/** Which keys, and which part of them. */
export type ListApiKeysInput = PageArguments & {
  readonly tenantId?: string | null | undefined;
  /** Only this user's personal keys. */
  readonly ownerUserId?: string | undefined;
  readonly filter?: ApiKeyFilter | null | undefined;
};

const apiKeys: List<ApiKeyRow> = {
  table: sql`api_keys`,
  time: sql`created_at`,
  columns: apiKeyColumns,
  toRow: toApiKeyRow,
  positionOf: ({ createdAt, id }) => ({ time: createdAt, id }),
};

/** Keys that the caller may see, newest first. */
export async function listApiKeys(reading: Reading, input: ListApiKeysInput): Promise<Connection<ApiKeyRow>> {
  const { caller } = reading;
  const reach = requireReach(caller, 'keys:read');
  const tenantId = parseListedTenant(caller, reach, input.tenantId, ['tenantId']);
  const filter = parseApiKeyFilter(input.filter ?? {}, ['filter']);
  const whose = { tenantId, ownerUserId: reach === 'self' ? caller.userId : (input.ownerUserId ?? null) };
  // Two owners at once have no keys.
  const owners = new Set([whose.ownerUserId, input.ownerUserId, filter.ownerUserId].filter((one) => one != null));
  return readConnection(reading, {
    selection: owners.size > 1 ? nothingOf(apiKeys) : select(reading, whose, filter),
    meaning: { list: 'apiKeys', ...whose, filter },
    range: input,
  });
}

type Whose = { readonly tenantId: string | null; readonly ownerUserId: string | null };

/**
 * Chooses the one index that the page walks along: of an owner, a maker, one status in a tenant, a tenant, or all.
 * Everything else that is asked is looked up row by row.
 */
function select({ now }: Reading, whose: Whose, filter: WantedApiKeys): Selection<ApiKeyRow> {
  const { createdAfter, createdBefore, ...others } = filter;
  const from = createdAfter?.toISOString();
  const until = createdBefore?.toISOString();
  const [member, start] = startOf(whose, filter);
  const looked = member === null ? others : { ...others, [member]: undefined };
  return { list: apiKeys, ...start, from, until, matching: apiKeyConditions(looked, now) };
}

type Start = Pick<Selection<ApiKeyRow>, 'parent' | 'walk' | 'within'>;

/** Where the page starts to walk, and the member of the filter that is settled by that. */
function startOf(whose: Whose, filter: WantedApiKeys): [keyof WantedApiKeys | null, Start] {
  const { tenantId, ownerUserId } = whose;
  if (ownerUserId !== null) {
    const parent = { type: 'uuid', value: ownerUserId, where: sql`tenant_id = ${tenantOf(sql`parent.key`)}` } as const;
    return ['ownerUserId', { parent, walk: { column: sql`owner_user_id`, value: sql`parent.key` } }];
  }
  const parent = inTenant(tenantId);
  const ofUser = (column: Sql, userId: string): Start => {
    const value = sql`${userId}::uuid`;
    const within = parent === undefined ? sql`tenant_id = ${tenantOf(value)}` : undefined;
    return { parent, within, walk: { column, value } };
  };
  if (filter.ownerUserId !== undefined) return ['ownerUserId', ofUser(sql`owner_user_id`, filter.ownerUserId)];
  if (filter.makerUserId !== undefined) return ['makerUserId', ofUser(sql`user_id`, filter.makerUserId)];
  if (filter.status === undefined || parent === undefined) return [null, { parent }];
  return ['status', { parent, walk: { column: sql`status`, value: sql`${filter.status}` } }];
}

/** Every index of a tenant's things begins with the tenant. */
function tenantOf(userId: Sql): Sql {
  return sql`(select tenant_id from users where id = ${userId})`;
}
