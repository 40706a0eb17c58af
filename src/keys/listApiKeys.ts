import { Refusal } from '../lib/errors.ts';
import { parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { limits } from '../lib/limits.ts';
import { requireReach, requireTenant } from '../lib/permissions.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type ApiKey, ApiKeySchema } from '../store/entities/ApiKey.ts';
import { asking } from '../store/outage.ts';

/** Which keys, and how many. */
export type ListApiKeysInput = { readonly first?: number | null; readonly tenantId?: string | null };

/** Keys that the caller may see, newest first. */
export async function listApiKeys(
  ctx: Ctx,
  input: ListApiKeysInput,
): Promise<{ nodes: ApiKey[]; hasNextPage: boolean }> {
  const reach = requireReach(ctx.caller, 'keys:read');
  const first = parseFirst(input.first);
  const tenantId = ifGiven(input.tenantId, ['tenantId'], (id, path) => parseGlobalId('Tenant', id, path)) ?? null;
  if (tenantId !== null) requireTenant(ctx.caller, reach, tenantId, ['tenantId']);
  const where = {
    ...(tenantId === null ? {} : { tenant: tenantId }),
    ...(reach === 'self' ? { owner: ctx.caller.userId } : {}),
  };
  // One more than the page: that it is there is all that hasNextPage says.
  const rows = await asking(() =>
    ctx.em.find(ApiKeySchema, where, { orderBy: { createdAt: 'desc', id: 'desc' }, limit: first + 1 }),
  );
  return { nodes: rows.slice(0, first), hasNextPage: rows.length > first };
}

function parseFirst(first: number | null | undefined): number {
  const count = first ?? limits.pageSizeDefault;
  if (Number.isInteger(count) && count >= 1 && count <= limits.pageSizeMax) return count;
  throw new Refusal('INVALID_INPUT', `A page has from 1 to ${limits.pageSizeMax} items, not ${count}.`, ['first']);
}
