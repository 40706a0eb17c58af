import { Refusal } from '../lib/errors.ts';
import { reachOf, requireReach } from '../lib/permissions.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type ApiKey, ApiKeySchema } from '../store/entities/ApiKey.ts';
import { asking } from '../store/outage.ts';

/** One key, or null where there is none that the caller may read. */
export async function findApiKey(ctx: Ctx, id: string): Promise<ApiKey | null> {
  const reach = reachOf(ctx.caller, 'keys:read');
  if (reach === 'none') return null;
  const key = await asking(() => ctx.em.findOne(ApiKeySchema, { id }));
  return key !== null && isWithin(ctx, reach, key) ? key : null;
}

/** One key that the caller may change; one that it may not is not found, like one that is not there. */
export async function requireApiKey(ctx: Ctx, id: string, path: readonly string[]): Promise<ApiKey> {
  const reach = requireReach(ctx.caller, 'keys:write');
  const key = await asking(() => ctx.em.findOne(ApiKeySchema, { id }));
  if (key === null || !isWithin(ctx, reach, key)) throw new Refusal('NOT_FOUND', 'There is no such key.', path);
  return key;
}

/** A person manages what is theirs; every other reach is Postgres's own to judge. */
function isWithin(ctx: Ctx, reach: 'all' | 'tenant' | 'self', key: ApiKey): boolean {
  return reach !== 'self' || (key.owner?.id ?? null) === ctx.caller.userId;
}
