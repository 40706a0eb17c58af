import { Refusal } from '../lib/errors.ts';
import { globalId, parseGlobalId } from '../lib/ids.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { ApiKey } from '../store/entities/ApiKey.ts';
import { changeApiKey } from './changeApiKey.ts';
import { refuseUnheldKey } from './refuseUnheldKey.ts';

/** Lets a disabled key work again, exactly as it did. One that works already stays as it is. */
export async function enableApiKey(ctx: Ctx, input: { readonly id: string }): Promise<{ apiKey: ApiKey }> {
  const id = parseGlobalId('ApiKey', input.id, ['id']);
  return changeApiKey(ctx, id, async (apiKey) => {
    if (apiKey.status === 'revoked') {
      throw new Refusal('WRONG_STATE', 'The key is revoked, for ever. Make a new one.', ['id']);
    }
    if (apiKey.status === 'active') return;
    // Somebody took all of this from whoever has the secret: giving it back takes as much as giving it did.
    await refuseUnheldKey(ctx, apiKey, apiKey, ['id']);
    ctx.em.assign(apiKey, { status: 'active', updatedAt: ctx.now.toISOString() });
    const changes = { before: { status: 'disabled' }, after: { status: 'active' } };
    const tenantId = apiKey.tenant.id;
    ctx.audit({ action: 'enableApiKey', target: globalId('ApiKey', id), tenantId, changes });
    ctx.changed({ kind: 'key', tenantId, subjectId: id });
  });
}
