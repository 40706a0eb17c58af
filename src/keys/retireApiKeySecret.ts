import { Refusal } from '../lib/errors.ts';
import { globalId, parseGlobalId } from '../lib/ids.ts';
import { invalid } from '../lib/invalid.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { ApiKey } from '../store/entities/ApiKey.ts';
import { timestampFromDatabase } from '../store/entities/Timestamp.ts';
import { changeApiKey } from './changeApiKey.ts';

/** Which secret of which key ends before its grace does. */
export type RetireApiKeySecretInput = { readonly id: string; readonly secretNo: number };

/** The key without it, and when it was last presented with success. */
export type RetiredApiKeySecret = { readonly apiKey: ApiKey; readonly lastUsedAt: string | null };

/** Ends a secret that a rotation replaced, now instead of at the end of its grace. */
export async function retireApiKeySecret(ctx: Ctx, input: RetireApiKeySecretInput): Promise<RetiredApiKeySecret> {
  const id = parseGlobalId('ApiKey', input.id, ['id']);
  const { secretNo } = input;
  if (!(secretNo >= 1)) throw invalid('The secrets of a key are counted from 1: see ApiKey.secrets.', ['secretNo']);
  let lastUsedAt: string | null = null;
  const { apiKey } = await changeApiKey(ctx, id, async (found) => {
    refuseUnlessRetiring(found, secretNo);
    const ended = await endSecret(ctx, id, secretNo);
    lastUsedAt = ended.last_used_at;
    ctx.em.assign(found, { updatedAt: ctx.now.toISOString() });
    const changes = {
      before: { secretNo, endsAt: ended.expires_at },
      after: { secretNo, endsAt: ctx.now.toISOString() },
    };
    const tenantId = found.tenant.id;
    ctx.audit({ action: 'retireApiKeySecret', target: globalId('ApiKey', id), tenantId, changes });
    ctx.changed({ kind: 'key', tenantId, subjectId: id });
  });
  return { apiKey, lastUsedAt };
}

function refuseUnlessRetiring(apiKey: ApiKey, secretNo: number): void {
  if (apiKey.status === 'revoked') {
    throw new Refusal('WRONG_STATE', 'The key is revoked, and all its secrets with it.', ['id']);
  }
  if (secretNo === apiKey.secretNo) {
    throw new Refusal(
      'WRONG_STATE',
      'This is the secret to use, and a key is never without: rotate the key, or revoke it.',
      ['secretNo'],
    );
  }
}

type Ended = { readonly last_used_at: string | null; readonly expires_at: string };

/** Deletes the secret with its lock; one whose grace is over is no secret any more. */
async function endSecret(ctx: Ctx, id: string, secretNo: number): Promise<Ended> {
  const [ended] = await ctx.em.execute<Ended[]>(
    `delete from api_key_retiring_secrets where api_key_id = ? and secret_no = ? and expires_at > ?
     returning last_used_at::text, expires_at::text`,
    [id, secretNo, ctx.now.toISOString()],
  );
  if (ended === undefined) throw new Refusal('NOT_FOUND', 'The key has no such secret now.', ['secretNo']);
  await ctx.em.execute('delete from api_key_recovery where api_key_id = ? and secret_no = ?', [id, secretNo]);
  return {
    expires_at: timestampFromDatabase(ended.expires_at),
    last_used_at: ended.last_used_at === null ? null : timestampFromDatabase(ended.last_used_at),
  };
}
