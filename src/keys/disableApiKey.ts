import { Refusal } from '../lib/errors.ts';
import { globalId, parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { parseReason } from '../lib/text.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { ApiKey } from '../store/entities/ApiKey.ts';
import { changeApiKey } from './changeApiKey.ts';
import { refuseLastPlatformKey } from './refuseLastPlatformKey.ts';

/** Which key rests, and why. */
export type DisableApiKeyInput = { readonly id: string; readonly reason?: string | null };

/** Lets a key rest until it is enabled again. One that rests already stays as it is. */
export async function disableApiKey(ctx: Ctx, input: DisableApiKeyInput): Promise<{ apiKey: ApiKey }> {
  const id = parseGlobalId('ApiKey', input.id, ['id']);
  const reason = ifGiven(input.reason, ['reason'], parseReason) ?? null;
  return changeApiKey(ctx, id, async (apiKey) => {
    if (apiKey.status === 'revoked') {
      throw new Refusal('WRONG_STATE', 'The key is revoked, for ever: there is nothing left to disable.', ['id']);
    }
    if (apiKey.status === 'disabled') return;
    await refuseLastPlatformKey(ctx, apiKey);
    ctx.em.assign(apiKey, { status: 'disabled', updatedAt: ctx.now.toISOString() });
    const changes = { before: { status: 'active' }, after: { status: 'disabled', reason } };
    const tenantId = apiKey.tenant.id;
    ctx.audit({ action: 'disableApiKey', target: globalId('ApiKey', id), tenantId, changes });
    ctx.changed({ kind: 'key', tenantId, subjectId: id });
  });
}
