import { LockMode } from '@mikro-orm/core';
import { assert } from '../lib/assert.ts';
import { Refusal } from '../lib/errors.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { parseReason } from '../lib/text.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type ApiKey, ApiKeySchema } from '../store/entities/ApiKey.ts';
import { revoke } from './revokeApiKey.ts';

/** Which of the key's secrets was presented, and why. */
export type RevokePresentedApiKeyInput = { readonly secretNo: number; readonly reason?: string | null };

/** Ends the key whose token was presented: that is all the right it takes, and the caller is nobody but its bearer. */
export async function revokePresentedApiKey(ctx: Ctx, input: RevokePresentedApiKeyInput): Promise<{ apiKey: ApiKey }> {
  const id = ctx.caller.apiKeyId;
  assert(id !== null, 'a bearer presents a key');
  const reason = ifGiven(input.reason, ['reason'], parseReason) ?? 'Revoked by a bearer of its token.';
  let apiKey: ApiKey | null = null;
  await ctx.commit(async () => {
    apiKey = await ctx.em.findOne(ApiKeySchema, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    // Judged again under the lock: whoever ended this secret at the same moment keeps the key that goes on without it.
    if (apiKey === null || !(await isLive(ctx, apiKey, input.secretNo))) throw noSuchToken();
    await revoke(ctx, apiKey, { action: 'revokePresentedApiKey', reason });
  });
  assert(apiKey !== null, 'a commit runs what it was given');
  return { apiKey };
}

async function isLive({ em, now }: Ctx, apiKey: ApiKey, secretNo: number): Promise<boolean> {
  if (apiKey.secretNo === secretNo) return true;
  const retiring = await em.execute<{ secret_no: number }[]>(
    'select secret_no from api_key_retiring_secrets where api_key_id = ? and secret_no = ? and expires_at > ?',
    [apiKey.id, secretNo, now.toISOString()],
  );
  return retiring.length > 0;
}

/** The one answer to every token that proves nothing here. */
export function noSuchToken(): Refusal {
  return new Refusal('NOT_FOUND', 'No key here has this token now.', ['token']);
}
