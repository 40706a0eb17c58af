import type { LockMode } from '@mikro-orm/core';
import { Refusal } from '../lib/errors.ts';
import { type Reach, reachOf, requireReach } from '../lib/permissions.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type ApiKey, ApiKeySchema } from '../store/entities/ApiKey.ts';
import { asking } from '../store/outage.ts';

/** One key, or null where there is none that the caller may change. */
export async function findApiKey(ctx: Ctx, id: string): Promise<ApiKey | null> {
  const reach = reachOf(ctx.caller, 'keys:write');
  return reach === 'none' ? null : findWithin(ctx, reach, id);
}

/** One key that the caller may change; one that it may not is not found, like one that is not there. */
export async function requireApiKey(ctx: Ctx, id: string, lockMode?: LockMode): Promise<ApiKey> {
  const reach = requireReach(ctx.caller, 'keys:write');
  const key = await findWithin(ctx, reach, id, lockMode);
  if (key === null) throw new Refusal('NOT_FOUND', 'There is no such key.', ['id']);
  return key;
}

/** A person manages what is theirs; every other reach is Postgres's own to judge. */
async function findWithin(ctx: Ctx, reach: Reach, id: string, lockMode?: LockMode): Promise<ApiKey | null> {
  const key = await asking(() => ctx.em.findOne(ApiKeySchema, { id }, lockMode === undefined ? {} : { lockMode }));
  if (reach === 'self' && (key?.owner?.id ?? null) !== ctx.caller.userId) return null;
  return key;
}
