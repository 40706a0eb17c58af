import type { Caller } from '../lib/Caller.ts';
import { globalId } from '../lib/ids.ts';
import { type Prover, prove } from './prove.ts';

/** Whoever presented a token, and the number of the secret that it carries. */
export type Bearer = { readonly caller: Caller; readonly secretNo: number };

/**
 * Whoever holds this token, as a caller with no right but that; undefined for a token that proves nothing now.
 * Not judged beyond its proof: the token of a resting key can be killed as well.
 */
export async function bearerOf(prover: Prover, token: string, now: Date): Promise<Bearer | undefined> {
  const proof = await prove(prover, token);
  if (proof === undefined) return undefined;
  if (proof.secretEndsAtMs !== null && now.getTime() >= proof.secretEndsAtMs) return undefined;
  const caller: Caller = {
    standing: 'tenant',
    tenantId: proof.tenantId,
    userId: null,
    apiKeyId: proof.keyId,
    scopes: [],
    expiresAt: null,
    actor: `bearer:${globalId('ApiKey', proof.keyId)}`,
  };
  return { caller, secretNo: proof.secretNo };
}
