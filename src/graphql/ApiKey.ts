import { listAuditEvents } from '../audit/listAuditEvents.ts';
import { encodeUuid } from '../crypto/base32.ts';
import { displayToken } from '../crypto/token.ts';
import { assert } from '../lib/assert.ts';
import { globalId } from '../lib/ids.ts';
import type { ApiKeyRow } from '../store/rows/ApiKeyRow.ts';
import { findUser } from '../users/findUser.ts';
import type { Context } from './context.ts';
import type { ApiKeyResolvers, ApiKeySecretVersion } from './generated.ts';

/** A key's fields; every one is named, so that a forgotten one does not compile. */
export const ApiKey: Required<Omit<ApiKeyResolvers, '__isTypeOf'>> = {
  id: (key) => globalId('ApiKey', key.id),
  publicId: (key) => encodeUuid(key.id),
  async tenant(key, _args, context) {
    const tenant = await context.reading().tenant(key.tenant.id);
    assert(tenant !== null, 'whoever sees a key sees its tenant');
    return tenant;
  },
  maker: (key, _args, context) => (key.maker == null ? null : findUser(context.reading(), key.maker.id)),
  owner: (key, _args, context) => (key.owner == null ? null : findUser(context.reading(), key.owner.id)),
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
  secrets: (key, _args, context) => secretsOf(key, context),
  notBefore: (key) => key.notBefore ?? null,
  expiresAt: (key) => key.expiresAt ?? null,
  lastUsedAt: (key) => key.lastUsedAt ?? null,
  revokedAt: (key) => key.revokedAt ?? null,
  revocationReason: (key) => key.revocationReason ?? null,
  createdAt: (key) => key.createdAt,
  updatedAt: (key) => key.updatedAt ?? key.createdAt,
  auditEvents: (key, args, context) => listAuditEvents(context.reading(), { ...args, apiKey: key }),
};

function isActive(key: ApiKeyRow, nowMs: number): boolean {
  const begun = key.notBefore == null || Date.parse(key.notBefore) <= nowMs;
  return key.status === 'active' && begun && !isOver(key, nowMs);
}

function isOver(key: ApiKeyRow, nowMs: number): boolean {
  return key.expiresAt != null && Date.parse(key.expiresAt) <= nowMs;
}

/** A revoked or expired key has no secret that verifies. */
async function secretsOf(key: ApiKeyRow, context: Context): Promise<ApiKeySecretVersion[]> {
  if (key.status === 'revoked' || isOver(key, context.now.getTime())) return [];
  const current: ApiKeySecretVersion = {
    no: key.secretNo,
    state: 'CURRENT',
    createdAt: key.secretCreatedAt,
    expiresAt: key.expiresAt ?? null,
    lastUsedAt: key.secretLastUsedAt ?? null,
  };
  const retiring = await context.reading().retiringSecrets(key.id);
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
