import { globalId, parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { parseReason } from '../lib/text.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { ApiKey } from '../store/entities/ApiKey.ts';
import { changeApiKey } from './changeApiKey.ts';

/** Which key ends, and why. */
export type RevokeApiKeyInput = { readonly id: string; readonly reason?: string | null };

/** Ends a key for ever, with all its secrets. One that is revoked already stays as it is. */
export async function revokeApiKey(ctx: Ctx, input: RevokeApiKeyInput): Promise<{ apiKey: ApiKey }> {
  const id = parseGlobalId('ApiKey', input.id, ['id']);
  const reason = ifGiven(input.reason, ['reason'], parseReason) ?? null;
  return changeApiKey(ctx, id, (apiKey) => revoke(ctx, apiKey, { action: 'revokeApiKey', reason }));
}

/** By which verb a key ends, and why. */
export type Revocation = { readonly action: string; readonly reason: string | null };

/** In the transaction that locked it: ends one key, if it is not over already. */
export async function revoke(ctx: Ctx, apiKey: ApiKey, { action, reason }: Revocation): Promise<void> {
  if (apiKey.status === 'revoked') return;
  const { id } = apiKey;
  const tenantId = apiKey.tenant.id;
  const before = { status: apiKey.status };
  const revokedAt = ctx.now.toISOString();
  ctx.em.assign(apiKey, { status: 'revoked', revokedAt, revocationReason: reason, updatedAt: revokedAt });
  const changes = { before, after: { status: 'revoked', reason } };
  ctx.audit({ action, target: globalId('ApiKey', id), tenantId, changes });
  ctx.changed({ kind: 'key', tenantId, subjectId: id });
  // A revoked key is never recovered; its retiring secrets stay, so that who presents one learns that it was revoked.
  await ctx.em.execute('delete from api_key_recovery where api_key_id = ?', [id]);
}
