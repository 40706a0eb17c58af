import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TenantSchema } from './Tenant.ts';
import { Timestamp } from './Timestamp.ts';

/** A person of one tenant: the maker of keys, and the owner of personal ones. */
export const UserSchema = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().primary(),
    tenant: () => p.manyToOne(TenantSchema).ref().deleteRule('restrict').foreignKeyName('fk_users_tenant'),
    email: p.string().length(254).nullable(),
    emailCi: p
      .text()
      .generated((columns) => `(lower(${columns.email})) stored`)
      .nullable(),
    name: p.string().length(255).nullable(),
    externalId: p.string().length(255).nullable(),
    scopeCeiling: p.json<readonly string[]>().nullable(),
    status: p.enum(['active', 'disabled'] as const).default('active'),
    createdAt: p.type(Timestamp).$type<string>().defaultRaw('CURRENT_TIMESTAMP(6)'),
    updatedAt: p.type(Timestamp).$type<string>().nullable(),
  },
  uniques: [
    { name: 'ux_users_tenant_id', properties: ['tenant', 'id'] },
    { name: 'ux_users_tenant_email', properties: ['tenant', 'emailCi'] },
    { name: 'ux_users_tenant_external_id', properties: ['tenant', 'externalId'] },
  ],
  indexes: [
    { name: 'ix_users_tenant_created', properties: ['tenant', 'createdAt', 'id'] },
    { name: 'ix_users_created', properties: ['createdAt', 'id'] },
  ],
  checks: [{ name: 'users_scope_ceiling_check', expression: "jsonb_typeof(scope_ceiling) = 'array'" }],
});
export type User = InferEntity<typeof UserSchema>;
