import type { PageArguments } from '../lib/pageRange.ts';
import { parseListedTenant, requireReach } from '../lib/permissions.ts';
import { type Connection, readConnection } from '../store/connection.ts';
import { type List, ofTenant, type Selection } from '../store/pages.ts';
import type { Reading } from '../store/Reading.ts';
import { type ApiKeyRow, apiKeyColumns, toApiKeyRow } from '../store/rows/ApiKeyRow.ts';
import { sql } from '../store/sql.ts';
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
  const isForeign = input.ownerUserId !== undefined && input.ownerUserId !== whose.ownerUserId;
  return readConnection(reading, {
    selection: isForeign ? nothing : select(reading, whose, filter),
    meaning: { list: 'apiKeys', ...whose, filter },
    range: input,
  });
}

type Whose = { readonly tenantId: string | null; readonly ownerUserId: string | null };

const nothing: Selection<ApiKeyRow> = { list: apiKeys, within: [sql`false`], matching: [] };

/**
 * Chooses the one index that the page walks along, in its order: of an owner, a maker, a tenant's keys of one status, a
 * tenant, or all. Everything else that is asked is looked up row by row.
 */
function select({ caller, now }: Reading, whose: Whose, filter: WantedApiKeys): Selection<ApiKeyRow> {
  const owner = whose.ownerUserId ?? filter.ownerUserId;
  if (filter.ownerUserId !== undefined && filter.ownerUserId !== owner) return nothing;
  const walked: (keyof WantedApiKeys)[] = ['ownerUserId', 'createdAfter', 'createdBefore'];
  if (owner === undefined) {
    if (filter.makerUserId !== undefined) walked.push('makerUserId');
    else if (whose.tenantId !== null) walked.push('status');
  }
  const members = Object.keys(filter) as (keyof WantedApiKeys)[];
  const within = walked.filter((member) => member !== 'ownerUserId');
  const matching = members.filter((member) => !walked.includes(member));
  const tenant = ofTenant(caller, whose.tenantId);
  return {
    list: apiKeys,
    parent: owner === undefined ? tenant : { column: sql`owner_user_id`, type: 'uuid', value: owner },
    within: [
      ...(owner === undefined || tenant === undefined ? [] : [sql`tenant_id = ${tenant.value}`]),
      ...apiKeyConditions(filter, within, now),
    ],
    matching: apiKeyConditions(filter, matching, now),
  };
}
