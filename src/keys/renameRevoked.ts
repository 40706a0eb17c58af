import { encodeUuid } from '../crypto/base32.ts';
import { globalId } from '../lib/ids.ts';
import { limits } from '../lib/limits.ts';
import { reachOf } from '../lib/permissions.ts';
import type { Ctx } from '../store/Ctx.ts';

/** In the transaction that needs the name: a revoked key that holds it gets another, and the audit says so. */
export async function renameRevoked(
  ctx: Ctx,
  { tenantId, name }: { readonly tenantId: string; readonly name: string },
): Promise<void> {
  const owner = reachOf(ctx.caller, 'keys:write') === 'self' ? ctx.caller.userId : null;
  const [holder] = await ctx.em.execute<{ id: string; name: string }[]>(
    `select id, name from api_keys where tenant_id = ? and name_ci = lower(?) and status = 'revoked'
       and (?::uuid is null or owner_user_id = ?::uuid) for update`,
    [tenantId, name, owner, owner],
  );
  if (holder === undefined) return;
  const renamed = freedName(holder.name, holder.id);
  await ctx.em.execute('update api_keys set name = ?, updated_at = ?, row_version = row_version + 1 where id = ?', [
    renamed,
    ctx.now.toISOString(),
    holder.id,
  ]);
  const changes = { before: { name: holder.name }, after: { name: renamed } };
  ctx.audit({ action: 'updateApiKey', target: globalId('ApiKey', holder.id), tenantId, changes });
}

/** The old name with the key's public id behind it, which no other key has; cut by characters, as the column counts. */
function freedName(name: string, id: string): string {
  const suffix = ` (revoked ${encodeUuid(id)})`;
  return [...name].slice(0, limits.nameCharsMax - suffix.length).join('') + suffix;
}
