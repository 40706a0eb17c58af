import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TenantSchema } from './Tenant.ts';
import { Timestamp } from './Timestamp.ts';
import { UserSchema } from './User.ts';

/** A key: its metadata, and the keyed hash of its current secret. */
export const ApiKeySchema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_keys',
  properties: {
    id: p.uuid().primary(),
    tenant: () => p.manyToOne(TenantSchema).ref().deleteRule('restrict').foreignKeyName('fk_api_keys_tenant'),
    // Both refer to (tenant_id, id) of a user, so that no key can name a user of another tenant. The ORM cannot
    // describe such a reference, so the migration writes it, and the drift check knows the two names.
    maker: () => p.manyToOne(UserSchema).ref().nullable().joinColumn('user_id').createForeignKeyConstraint(false),
    owner: () => p.manyToOne(UserSchema).ref().nullable().joinColumn('owner_user_id').createForeignKeyConstraint(false),
    name: p.string().length(255),
    nameCi: p
      .text()
      .generated((columns) => `(lower(${columns.name})) stored`)
      .nullable(),
    environment: p.enum(['live', 'test'] as const),
    tokenHash: p.blob().lazy().hidden(),
    tokenHashKeyVersion: p.string().length(64),
    secretNo: p.integer().default(1),
    mintedKeyNo: p.smallint().nullable(),
    secretCreatedAt: p.type(Timestamp).$type<string>().defaultRaw('CURRENT_TIMESTAMP(6)'),
    secretLastUsedAt: p.type(Timestamp).$type<string>().nullable(),
    scopes: p
      .json<readonly string[]>()
      .defaultRaw("'[]'::jsonb")
      .onCreate(() => []),
    status: p.enum(['active', 'revoked', 'disabled'] as const).default('active'),
    notBefore: p.type(Timestamp).$type<string>().nullable(),
    expiresAt: p.type(Timestamp).$type<string>().nullable(),
    lastUsedAt: p.type(Timestamp).$type<string>().nullable(),
    revokedAt: p.type(Timestamp).$type<string>().nullable(),
    revocationReason: p.text().nullable(),
    metadata: p
      .json<Readonly<Record<string, unknown>>>()
      .defaultRaw("'{}'::jsonb")
      .onCreate(() => ({})),
    externalKeyId: p.text().nullable(),
    source: p.text().default('keywright'),
    legacyId: p.text().nullable(),
    rowVersion: p.integer().version().default(1),
    createdAt: p.type(Timestamp).$type<string>().defaultRaw('CURRENT_TIMESTAMP(6)'),
    updatedAt: p.type(Timestamp).$type<string>().nullable(),
  },
  uniques: [
    { name: 'uq_api_keys_token', properties: ['tokenHash'] },
    { name: 'ux_api_keys_tenant_id', properties: ['tenant', 'id'] },
    { name: 'ux_api_keys_tenant_name', properties: ['tenant', 'nameCi'] },
    { name: 'ux_api_keys_external_key_id', properties: ['externalKeyId'] },
    { name: 'ux_api_keys_legacy_id', properties: ['source', 'legacyId'] },
  ],
  indexes: [
    { name: 'idx_api_keys_tenant', properties: ['tenant'] },
    { name: 'idx_api_keys_user', properties: ['maker'] },
    { name: 'ix_api_keys_tenant_created', properties: ['tenant', 'createdAt', 'id'] },
    { name: 'ix_api_keys_created', properties: ['createdAt', 'id'] },
    { name: 'ix_api_keys_tenant_status', properties: ['tenant', 'status', 'createdAt', 'id'] },
    {
      name: 'ix_api_keys_owner',
      properties: ['tenant', 'owner', 'createdAt', 'id'],
      where: 'owner_user_id IS NOT NULL',
    },
    { name: 'ix_api_keys_maker', properties: ['tenant', 'maker', 'createdAt', 'id'], where: 'user_id IS NOT NULL' },
    {
      name: 'ix_api_keys_import_form',
      properties: ['tokenHashKeyVersion'],
      where: "(token_hash_key_version)::text ~~ '%/%'::text",
    },
  ],
  checks: [
    { name: 'api_keys_token_hash_check', expression: 'octet_length(token_hash) = 32' },
    { name: 'api_keys_scopes_check', expression: "jsonb_typeof(scopes) = 'array'" },
    { name: 'api_keys_metadata_check', expression: "jsonb_typeof(metadata) = 'object'" },
    { name: 'api_keys_revoked_check', expression: "(status = 'revoked') = (revoked_at IS NOT NULL)" },
    { name: 'api_keys_window_check', expression: 'not_before < expires_at' },
  ],
});
export type ApiKey = InferEntity<typeof ApiKeySchema>;
