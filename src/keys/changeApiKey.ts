import { LockMode } from '@mikro-orm/core';
import { assert } from '../lib/assert.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { ApiKey } from '../store/entities/ApiKey.ts';
import { requireApiKey } from './findApiKey.ts';

/**
 * Changes one key in a transaction of its own. It is read under its lock: whoever else changes it at this moment, it is
 * judged as it then is, and nobody is refused for having come at the wrong time.
 */
export async function changeApiKey(
  ctx: Ctx,
  id: string,
  change: (apiKey: ApiKey) => Promise<void> | void,
): Promise<{ apiKey: ApiKey }> {
  let apiKey: ApiKey | undefined;
  await ctx.commit(async () => {
    apiKey = await requireApiKey(ctx, id, LockMode.PESSIMISTIC_WRITE);
    await change(apiKey);
  });
  assert(apiKey !== undefined, 'a commit runs what it was given');
  return { apiKey };
}
