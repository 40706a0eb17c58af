import { globalId, parseGlobalId } from '../lib/ids.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { ApiKey } from '../store/entities/ApiKey.ts';
import { changeApiKey } from './changeApiKey.ts';
import { refuseLastPlatformKey } from './refuseLastPlatformKey.ts';

/** Removes a key with everything it has. Its token is as unknown then as one that never was; the audit keeps what it was. */
export async function deleteApiKey(ctx: Ctx, input: { readonly id: string }): Promise<{ deletedApiKeyId: string }> {
  const id = parseGlobalId('ApiKey', input.id, ['id']);
  await changeApiKey(ctx, id, async (apiKey) => {
    await refuseLastPlatformKey(ctx, apiKey);
    const tenantId = apiKey.tenant.id;
    const changes = { before: remembered(apiKey) };
    ctx.audit({ action: 'deleteApiKey', target: globalId('ApiKey', id), tenantId, changes });
    ctx.changed({ kind: 'key', tenantId, subjectId: id });
    // Its secrets and locks go with it, by the database's own cascade.
    await ctx.em.execute('delete from api_keys where id = ?', [id]);
  });
  return { deletedApiKeyId: globalId('ApiKey', id) };
}

/** What the audit keeps of a key that is gone: all that it was but its secrets. How it was revoked is told by an event of its own. */
function remembered(apiKey: ApiKey): Record<string, unknown> {
  const { name, environment, status, scopes, metadata, notBefore, expiresAt, createdAt, owner, maker } = apiKey;
  const { source, legacyId, externalKeyId } = apiKey;
  const userId = (user: { readonly id: string } | null | undefined) =>
    user == null ? null : globalId('User', user.id);
  return {
    ...{ name, environment, status, scopes, metadata, notBefore, expiresAt, createdAt },
    ...{ ownerUserId: userId(owner), makerUserId: userId(maker) },
    ...{ source, legacyId, externalKeyId },
  };
}
