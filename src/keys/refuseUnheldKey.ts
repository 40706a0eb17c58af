import { Refusal } from '../lib/errors.ts';
import { grants, intersectScopes, refuseUnheldScopes } from '../lib/scopes.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { ApiKey } from '../store/entities/ApiKey.ts';
import { UserSchema } from '../store/entities/User.ts';
import { asking } from '../store/outage.ts';

/** What a key may do, and until when; null for ever. */
export type KeyPower = Pick<ApiKey, 'scopes' | 'expiresAt'>;

/**
 * Whoever is handed a key's secret, or lets somebody else do more with it, must hold that much, and for as long: or a
 * credential would grow by way of a key that it can change.
 */
export async function refuseUnheldKey(
  ctx: Ctx,
  apiKey: ApiKey,
  { scopes, expiresAt }: KeyPower,
  path: readonly string[],
): Promise<void> {
  const { caller } = ctx;
  if (!grants(caller.scopes, scopes))
    refuseUnheldScopes(caller.scopes, await withinOwnCeiling(ctx, apiKey, scopes), path);
  const endsAt = expiresAt == null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
  if (caller.expiresAt !== null && caller.expiresAt.getTime() < endsAt) {
    const message = `The key lives longer than the credential that you use, which ends at ${caller.expiresAt.toISOString()}.`;
    throw new Refusal('EXPIRES_TOO_LATE', message, path);
  }
}

/**
 * A person is cut to the same ceiling as their keys, today and tomorrow. For anybody else a key counts whole: its owner's
 * ceiling may be raised when its secret is long in other hands.
 */
async function withinOwnCeiling(ctx: Ctx, { owner }: ApiKey, scopes: readonly string[]): Promise<readonly string[]> {
  const ownerId = owner?.id;
  if (ownerId === undefined || ownerId !== ctx.caller.userId) return scopes;
  const person = await asking(() => ctx.em.findOne(UserSchema, { id: ownerId }));
  return intersectScopes(scopes, person?.scopeCeiling ?? null);
}
