import type { ApiKey } from '../entities/ApiKey.ts';
import { sql } from '../sql.ts';

/** A key as the graph shows it: an entity, or what a hand-written SELECT read. */
export type ApiKeyRow = Readonly<
  Pick<
    ApiKey,
    | 'id'
    | 'name'
    | 'environment'
    | 'secretNo'
    | 'secretCreatedAt'
    | 'secretLastUsedAt'
    | 'scopes'
    | 'status'
    | 'notBefore'
    | 'expiresAt'
    | 'lastUsedAt'
    | 'revokedAt'
    | 'revocationReason'
    | 'metadata'
    | 'externalKeyId'
    | 'source'
    | 'createdAt'
    | 'updatedAt'
  >
> & {
  readonly tenant: { readonly id: string };
  readonly maker?: { readonly id: string } | null | undefined;
  readonly owner?: { readonly id: string } | null | undefined;
};

type Selected = Omit<ApiKeyRow, 'tenant' | 'maker' | 'owner'> & {
  readonly tenantId: string;
  readonly makerId: string | null;
  readonly ownerId: string | null;
};

/** What is selected of a key: nothing of its hashes. */
export const apiKeyColumns = sql`id, tenant_id as "tenantId", user_id as "makerId", owner_user_id as "ownerId", name, environment,
  secret_no as "secretNo", secret_created_at as "secretCreatedAt", secret_last_used_at as "secretLastUsedAt", scopes, status,
  not_before as "notBefore", expires_at as "expiresAt", last_used_at as "lastUsedAt", revoked_at as "revokedAt",
  revocation_reason as "revocationReason", metadata, external_key_id as "externalKeyId", source,
  created_at as "createdAt", updated_at as "updatedAt"`;

/** Which of it are times. */
export const apiKeyTimes = [
  'secretCreatedAt',
  'secretLastUsedAt',
  'notBefore',
  'expiresAt',
  'lastUsedAt',
  'revokedAt',
  'createdAt',
  'updatedAt',
] as const;

/** A key from what was selected. */
export function toApiKeyRow({ tenantId, makerId, ownerId, ...key }: Selected): ApiKeyRow {
  return { ...key, tenant: { id: tenantId }, maker: refer(makerId), owner: refer(ownerId) };
}

function refer(id: string | null): { id: string } | null {
  return id === null ? null : { id };
}
