import type { Secret } from '../crypto/Secret.ts';
import type { Caller } from '../lib/Caller.ts';
import { Refusal } from '../lib/errors.ts';
import { globalId, newUuid, parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { parseMetadata } from '../lib/metadata.ts';
import { parseName } from '../lib/names.ts';
import { type Reach, requireReach, requireTenant } from '../lib/permissions.ts';
import { parseScopes, refuseUnheldScopes } from '../lib/scopes.ts';
import { parseExternalId, parseIdempotencyKey } from '../lib/text.ts';
import { parseExpiresAt, parseNotBefore } from '../lib/times.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type ApiKey, ApiKeySchema } from '../store/entities/ApiKey.ts';
import { TenantSchema } from '../store/entities/Tenant.ts';
import { UserSchema } from '../store/entities/User.ts';
import { once } from '../store/idempotency.ts';
import { findApiKey } from './findApiKey.ts';
import { mintSecret } from './mintSecret.ts';
import { renameRevoked } from './renameRevoked.ts';

/** What a key is asked to be. */
export type CreateApiKeyInput = {
  readonly tenantId?: string | null;
  readonly name: string;
  readonly environment?: ApiKey['environment'] | null;
  readonly ownerUserId?: string | null;
  readonly scopes?: readonly string[] | null;
  readonly metadata?: unknown;
  readonly notBefore?: Date | null;
  readonly expiresAt?: Date | null;
  readonly externalKeyId?: string | null;
  readonly onNameConflict?: 'REFUSE' | 'RENAME_REVOKED' | null;
  readonly idempotencyKey?: string | null;
};

/** A key and, this once, its secret; a retry gets the key alone. */
export type CreatedApiKey = {
  readonly apiKey: ApiKey | null;
  readonly secret: Secret | null;
  readonly replayed: boolean;
};

/** Makes a key: one transaction with the key, its recovery lock, its idempotency record and its audit event, or none of them. */
export async function createApiKey(ctx: Ctx, input: CreateApiKeyInput): Promise<CreatedApiKey> {
  const reach = requireReach(ctx.caller, 'keys:write');
  const wanted = parseInput(ctx.caller, reach, input);
  const key = ifGiven(input.idempotencyKey, ['idempotencyKey'], parseIdempotencyKey);
  return once(
    ctx,
    { operation: 'createApiKey', key, request: wanted },
    {
      make: (first) => makeApiKey(ctx, wanted, first),
      replay: async (id) => ({ apiKey: await findApiKey(ctx, id), secret: null, replayed: true }),
    },
  );
}

type Wanted = ReturnType<typeof parseInput>;

/** What is asked for, in its form: a retry is known by it, so nothing here depends on when it comes or what its caller still holds. */
function parseInput(caller: Caller, reach: Reach, input: CreateApiKeyInput) {
  const tenantId =
    ifGiven(input.tenantId, ['tenantId'], (id, path) => parseGlobalId('Tenant', id, path)) ?? caller.tenantId;
  requireTenant(caller, reach, tenantId, ['tenantId']);
  const externalKeyId = ifGiven(input.externalKeyId, ['externalKeyId'], parseExternalId) ?? null;
  // It is unique across tenants: a clash would tell one of another.
  if (externalKeyId !== null) requireReach(caller, 'keys:import');
  const asked = ifGiven(input.ownerUserId, ['ownerUserId'], (id, path) => parseGlobalId('User', id, path)) ?? null;
  return {
    tenantId,
    ownerUserId: ownerWithin(caller, reach, asked),
    name: parseName(input.name, ['name']),
    environment: input.environment ?? 'live',
    scopes: ifGiven(input.scopes, ['scopes'], parseScopes) ?? [],
    metadata: ifGiven(input.metadata, ['metadata'], parseMetadata) ?? {},
    notBefore: input.notBefore ?? null,
    expiresAt: input.expiresAt ?? null,
    externalKeyId,
    onNameConflict: input.onNameConflict ?? 'REFUSE',
  } as const;
}

/** What may be given, now and by this caller. */
function judge({ caller, now }: Ctx, wanted: Wanted) {
  refuseUnheldScopes(caller.scopes, wanted.scopes, ['scopes']);
  const expiresAt = parseExpiresAt(wanted.expiresAt, { now, latest: caller.expiresAt }, ['expiresAt']);
  const notBefore = parseNotBefore(wanted.notBefore, { expiresAt }, ['notBefore']);
  return { notBefore: notBefore?.toISOString() ?? null, expiresAt: expiresAt?.toISOString() ?? null };
}

/** A person makes keys for themselves, and only for themselves. */
function ownerWithin(caller: Caller, reach: Reach, asked: string | null): string | null {
  if (reach !== 'self') return asked;
  if (asked !== null && asked !== caller.userId)
    throw new Refusal('NOT_FOUND', 'There is no such user in this tenant.', ['ownerUserId']);
  return caller.userId;
}

async function makeApiKey(
  ctx: Ctx,
  wanted: Wanted,
  first: (id: string) => () => Promise<void>,
): Promise<CreatedApiKey> {
  const { em, now, caller } = ctx;
  const { tenantId, ownerUserId, onNameConflict, externalKeyId, ...asked } = wanted;
  const external = externalKeyId === null ? {} : { externalKeyId };
  const rest = { ...asked, ...external, ...judge(ctx, wanted) };
  // A platform's user is no user of this tenant: the audit names the actor.
  const makerUserId = caller.tenantId === tenantId ? caller.userId : null;
  const id = newUuid();
  const minted = await mintSecret(ctx, { keyId: id, tenantId, environment: wanted.environment });
  const apiKey = em.create(ApiKeySchema, {
    id,
    tenant: em.getReference(TenantSchema, tenantId, { wrapped: true }),
    maker: makerUserId === null ? null : em.getReference(UserSchema, makerUserId, { wrapped: true }),
    owner: ownerUserId === null ? null : em.getReference(UserSchema, ownerUserId, { wrapped: true }),
    ...rest,
    tokenHash: minted.tokenHash,
    tokenHashKeyVersion: minted.tokenHashKeyVersion,
    mintedKeyNo: minted.mintedKeyNo,
    secretCreatedAt: now.toISOString(),
    createdAt: now.toISOString(),
  });
  em.persist(apiKey);
  minted.keepLock(apiKey.secretNo);
  const after = { ...rest, ownerUserId: ownerUserId === null ? null : globalId('User', ownerUserId), status: 'active' };
  ctx.audit({ action: 'createApiKey', target: globalId('ApiKey', id), tenantId, changes: { after } });
  const remember = first(id);
  await ctx.commit(async () => {
    await remember();
    if (onNameConflict === 'RENAME_REVOKED') await renameRevoked(ctx, { tenantId, name: wanted.name });
  });
  return { apiKey, secret: minted.token, replayed: false };
}
