import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Timestamp } from './Timestamp.ts';

/** Whose keys they are; every other row belongs to exactly one. */
export const TenantSchema = defineEntity({
  name: 'Tenant',
  tableName: 'tenants',
  properties: {
    id: p.uuid().primary(),
    name: p.string().length(255),
    slug: p.string().length(63),
    slugCi: p
      .text()
      .generated((columns) => `(lower(${columns.slug})) stored`)
      .nullable(),
    kind: p.enum(['organization', 'personal', 'platform'] as const),
    status: p.enum(['active', 'suspended'] as const).default('active'),
    accountNumber: p.bigint('string').nullable(),
    createdAt: p.type(Timestamp).$type<string>().defaultRaw('CURRENT_TIMESTAMP(6)'),
    updatedAt: p.type(Timestamp).$type<string>().nullable(),
  },
  uniques: [
    { name: 'ux_tenants_slug', properties: ['slugCi'] },
    { name: 'ux_tenants_account_number', properties: ['accountNumber'] },
    { name: 'ux_tenants_platform', properties: ['kind'], where: "kind = 'platform'" },
  ],
  indexes: [{ name: 'ix_tenants_created', properties: ['createdAt', 'id'] }],
  checks: [
    { name: 'tenants_account_number_check', expression: 'account_number > 0' },
    { name: 'tenants_platform_active_check', expression: "kind <> 'platform' OR status = 'active'" },
  ],
});
export type Tenant = InferEntity<typeof TenantSchema>;
