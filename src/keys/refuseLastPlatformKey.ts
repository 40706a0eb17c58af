import { Refusal } from '../lib/errors.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { ApiKey } from '../store/entities/ApiKey.ts';

/**
 * In the transaction that locked the key: refuses what would leave the platform without a key that works. Revoking is
 * not refused: a leaked key must die at once, and the machine itself makes the next one.
 */
export async function refuseLastPlatformKey(ctx: Ctx, apiKey: ApiKey): Promise<void> {
  if (apiKey.status !== 'active' || apiKey.owner != null) return;
  // The tenant's lock: of two requests that each take the last but one, the second must see what the first did.
  const lock = "select id from tenants where id = ? and kind = 'platform' for no key update";
  const platform = await ctx.em.execute<{ id: string }[]>(lock, [apiKey.tenant.id]);
  if (platform.length === 0) return;
  const other = await ctx.em.execute<{ id: string }[]>(
    `select id from api_keys where tenant_id = ? and id <> ? and owner_user_id is null and status = 'active'
       and (not_before is null or not_before <= ?) and (expires_at is null or expires_at > ?) limit 1`,
    [apiKey.tenant.id, apiKey.id, ctx.now.toISOString(), ctx.now.toISOString()],
  );
  if (other.length > 0) return;
  throw new Refusal(
    'WRONG_STATE',
    'This is the last key of the platform that works: make another first. If it has leaked, revoke it, and run "npx keywright bootstrap".',
    ['id'],
  );
}
