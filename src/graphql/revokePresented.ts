import { displayToken } from '../crypto/token.ts';
import { noSuchToken, revokePresentedApiKey } from '../keys/revokePresentedApiKey.ts';
import { globalId } from '../lib/ids.ts';
import { parseWaitMs } from '../lib/times.ts';
import { bearerOf } from '../verification/bearerOf.ts';
import type { Context } from './context.ts';
import { payload } from './payload.ts';

/** Composes two rules: the verification proves the token, and its bearer ends the key. */
export function revokePresented(
  context: Context,
  input: { readonly token: string; readonly reason?: string | null; readonly waitMs?: number | null },
) {
  return payload({}, async () => {
    const waitMs = parseWaitMs(input.waitMs, ['waitMs']);
    const bearer = await bearerOf(context.prover, input.token, context.now);
    if (bearer === undefined) throw noSuchToken();
    const { caller, secretNo } = bearer;
    const ctx = context.beginAs(caller);
    const { apiKey } = await revokePresentedApiKey(ctx, { secretNo, reason: input.reason ?? null });
    const { id, environment, revokedAt } = apiKey;
    return {
      revokedApiKeyId: globalId('ApiKey', id),
      display: displayToken({ prefix: context.tokenPrefix, environment, keyId: id }),
      revokedAt: revokedAt ?? null,
      propagation: await ctx.propagation(waitMs),
    };
  });
}
