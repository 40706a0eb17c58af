import { defineEntity, p } from '@mikro-orm/core';
import { ApiKeySchema } from './ApiKey.ts';
import { Timestamp } from './Timestamp.ts';

/** A secret that a rotation replaced, until its grace ends. */
export const ApiKeyRetiringSecretSchema = defineEntity({
  name: 'ApiKeyRetiringSecret',
  tableName: 'api_key_retiring_secrets',
  properties: {
    // Declared for the order of inserts alone: the reference itself is (tenant_id, api_key_id), which the migration writes.
    apiKey: () => p.manyToOne(ApiKeySchema).primary().ref().joinColumn('api_key_id').createForeignKeyConstraint(false),
    secretNo: p.integer().primary(),
    tenantId: p.uuid(),
    tokenHash: p.blob().lazy().hidden(),
    tokenHashKeyVersion: p.string().length(64),
    mintedKeyNo: p.smallint().nullable(),
    createdAt: p.type(Timestamp).$type<string>(),
    expiresAt: p.type(Timestamp).$type<string>(),
    lastUsedAt: p.type(Timestamp).$type<string>().nullable(),
  },
  uniques: [{ name: 'uq_api_key_retiring_secrets_token', properties: ['tokenHash'] }],
  indexes: [
    {
      name: 'ix_api_key_retiring_secrets_import_form',
      properties: ['tokenHashKeyVersion'],
      where: "(token_hash_key_version)::text ~~ '%/%'::text",
    },
  ],
  checks: [{ name: 'api_key_retiring_secrets_token_hash_check', expression: 'octet_length(token_hash) = 32' }],
});
