import { LockMode } from '@mikro-orm/core';
import { assert } from '../lib/assert.ts';
import { globalId, parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { parseReason } from '../lib/text.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { ApiKey } from '../store/entities/ApiKey.ts';
import { requireApiKey } from './findApiKey.ts';

/** Which key ends, and why. */
export type RevokeApiKeyInput = { readonly id: string; readonly reason?: string | null };

/** Ends a key for ever, with all its secrets. One that is revoked already stays as it is. */
export async function revokeApiKey(ctx: Ctx, input: RevokeApiKeyInput): Promise<{ apiKey: ApiKey }> {
  const id = parseGlobalId('ApiKey', input.id, ['id']);
  const reason = ifGiven(input.reason, ['reason'], parseReason) ?? null;
  let apiKey: ApiKey | undefined;
  await ctx.commit(async () => {
    // Read under its lock: whoever else changes the key at this moment, it is revoked as it then is, and never refused for it.
    apiKey = await requireApiKey(ctx, id, LockMode.PESSIMISTIC_WRITE);
    if (apiKey.status !== 'revoked') await revoke(ctx, apiKey, reason);
  });
  assert(apiKey !== undefined, 'a commit runs what it was given');
  return { apiKey };
}

async function revoke(ctx: Ctx, apiKey: ApiKey, reason: string | null): Promise<void> {
  const { id } = apiKey;
  const tenantId = apiKey.tenant.id;
  const before = { status: apiKey.status };
  const revokedAt = ctx.now.toISOString();
  ctx.em.assign(apiKey, { status: 'revoked', revokedAt, revocationReason: reason, updatedAt: revokedAt });
  const changes = { before, after: { status: 'revoked', reason } };
  ctx.audit({ action: 'revokeApiKey', target: globalId('ApiKey', id), tenantId, changes });
  ctx.changed({ kind: 'key', tenantId, subjectId: id });
  // A revoked key is never recovered; its retiring secrets stay, so that who presents one learns that it was revoked.
  await ctx.em.execute('delete from api_key_recovery where api_key_id = ?', [id]);
}
