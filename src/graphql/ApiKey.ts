import { encodeUuid } from '../crypto/base32.ts';
import { displayToken } from '../crypto/token.ts';
import { assert } from '../lib/assert.ts';
import { globalId } from '../lib/ids.ts';
import type { ApiKey as ApiKeyEntity } from '../store/entities/ApiKey.ts';
import type { ApiKeyResolvers, ApiKeySecretVersion } from './generated.ts';
import type { Loaders } from './loaders.ts';

/** A key's fields; every one is named, so that a forgotten one does not compile. */
export const ApiKey: Required<Omit<ApiKeyResolvers, '__isTypeOf'>> = {
  id: (key) => globalId('ApiKey', key.id),
  publicId: (key) => encodeUuid(key.id),
  async tenant(key, _args, context) {
    const tenant = await context.loaders().tenant.load(key.tenant.id);
    assert(tenant !== null, 'whoever sees a key sees its tenant');
    return tenant;
  },
  maker: (key, _args, context) => (key.maker == null ? null : context.loaders().user.load(key.maker.id)),
  owner: (key, _args, context) => (key.owner == null ? null : context.loaders().user.load(key.owner.id)),
  name: (key) => key.name,
  display: (key, _args, context) =>
    displayToken({ prefix: context.tokenPrefix, environment: key.environment, keyId: key.id }),
  environment: (key) => key.environment,
  status: (key) => key.status,
  isActive: (key, _args, context) => isActive(key, context.now.getTime()),
  scopes: (key) => [...key.scopes],
  metadata: (key) => key.metadata,
  source: (key) => key.source,
  externalKeyId: (key) => key.externalKeyId ?? null,
  secrets: (key, _args, context) => secretsOf(key, context.loaders(), context.now.getTime()),
  notBefore: (key) => key.notBefore ?? null,
  expiresAt: (key) => key.expiresAt ?? null,
  lastUsedAt: (key) => key.lastUsedAt ?? null,
  revokedAt: (key) => key.revokedAt ?? null,
  revocationReason: (key) => key.revocationReason ?? null,
  createdAt: (key) => key.createdAt,
  updatedAt: (key) => key.updatedAt ?? key.createdAt,
};

function isActive(key: ApiKeyEntity, nowMs: number): boolean {
  const begun = key.notBefore == null || Date.parse(key.notBefore) <= nowMs;
  return key.status === 'active' && begun && !isOver(key, nowMs);
}

function isOver(key: ApiKeyEntity, nowMs: number): boolean {
  return key.expiresAt != null && Date.parse(key.expiresAt) <= nowMs;
}

/** A revoked or expired key has no secret that verifies. */
async function secretsOf(key: ApiKeyEntity, loaders: Loaders, nowMs: number): Promise<ApiKeySecretVersion[]> {
  if (key.status === 'revoked' || isOver(key, nowMs)) return [];
  const current: ApiKeySecretVersion = {
    no: key.secretNo,
    state: 'CURRENT',
    createdAt: key.secretCreatedAt,
    expiresAt: key.expiresAt ?? null,
    lastUsedAt: key.secretLastUsedAt ?? null,
  };
  const retiring = await loaders.retiringSecrets.load(key.id);
  return [
    current,
    ...retiring.map(
      ({ secretNo, createdAt, expiresAt, lastUsedAt }): ApiKeySecretVersion => ({
        no: secretNo,
        state: 'RETIRING',
        createdAt,
        expiresAt,
        lastUsedAt: lastUsedAt ?? null,
      }),
    ),
  ];
}
