import { defineEntity, p } from '@mikro-orm/core';
import { ApiKeySchema } from './ApiKey.ts';

/** The argon2id lock of one secret: what proves it when the key ring is lost. */
export const ApiKeyRecoverySchema = defineEntity({
  name: 'ApiKeyRecovery',
  tableName: 'api_key_recovery',
  properties: {
    // Declared for the order of inserts alone: the reference itself is (tenant_id, api_key_id), which the migration writes.
    apiKey: () => p.manyToOne(ApiKeySchema).primary().ref().joinColumn('api_key_id').createForeignKeyConstraint(false),
    secretNo: p.integer().primary(),
    tenantId: p.uuid(),
    pre: p.blob().lazy().hidden(),
    secretPhc: p.text().lazy().hidden(),
  },
  checks: [{ name: 'api_key_recovery_pre_check', expression: 'octet_length(pre) = 8' }],
});
