import { globalId } from '../lib/ids.ts';
import { effectiveScopes } from '../verification/judge.ts';
import type { Verdict } from '../verification/verifyApiKey.ts';
import type { ApiKeyVerification } from './generated.ts';

/** A verdict as the graph shows it. INVALID carries its code alone: nobody learns why. */
export function toApiKeyVerification({ code, row, endsAtMs }: Verdict): ApiKeyVerification {
  if (row === null) return { code, valid: false };
  return {
    code,
    valid: code === 'VALID',
    keyId: globalId('ApiKey', row.keyId),
    tenantId: globalId('Tenant', row.tenantId),
    ownerUserId: row.ownerUserId === null ? null : globalId('User', row.ownerUserId),
    environment: row.environment,
    scopes: [...effectiveScopes(row)],
    metadata: row.metadata,
    expiresAt: endsAtMs === null ? null : new Date(endsAtMs).toISOString(),
  };
}
