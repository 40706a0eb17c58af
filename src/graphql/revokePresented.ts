import { displayToken } from '../crypto/token.ts';
import { noSuchToken, revokePresentedApiKey } from '../keys/revokePresentedApiKey.ts';
import { globalId } from '../lib/ids.ts';
import { bearerOf } from '../verification/bearerOf.ts';
import type { Context } from './context.ts';

/** Composes two rules: the verification proves the token, and its bearer ends the key. */
export async function revokePresented(
  context: Context,
  { token, reason }: { readonly token: string; readonly reason?: string | null },
) {
  const bearer = await bearerOf(context.prover, token, context.now);
  if (bearer === undefined) throw noSuchToken();
  const { apiKey } = await revokePresentedApiKey(context.beginAs(bearer), { reason: reason ?? null });
  const { id, environment, revokedAt } = apiKey;
  return {
    revokedApiKeyId: globalId('ApiKey', id),
    display: displayToken({ prefix: context.tokenPrefix, environment, keyId: id }),
    revokedAt: revokedAt ?? null,
  };
}
