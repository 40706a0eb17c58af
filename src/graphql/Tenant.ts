import { listAuditEvents } from '../audit/listAuditEvents.ts';
import { findApiKeyStats } from '../keys/findApiKeyStats.ts';
import { listApiKeys } from '../keys/listApiKeys.ts';
import { globalId } from '../lib/ids.ts';
import { listUsers } from '../users/listUsers.ts';
import type { TenantResolvers } from './generated.ts';

/** A tenant's fields; every one is named, so that a forgotten one does not compile. */
export const Tenant: Required<Omit<TenantResolvers, '__isTypeOf'>> = {
  id: (tenant) => globalId('Tenant', tenant.id),
  name: (tenant) => tenant.name,
  slug: (tenant) => tenant.slug,
  kind: (tenant) => tenant.kind,
  status: (tenant) => tenant.status ?? 'active',
  accountNumber: (tenant) => tenant.accountNumber ?? null,
  createdAt: (tenant) => tenant.createdAt,
  updatedAt: (tenant) => tenant.updatedAt ?? tenant.createdAt,
  users: ({ id }, args, context) => listUsers(context.reading(), { ...args, tenantId: globalId('Tenant', id) }),
  apiKeys: ({ id }, args, context) => listApiKeys(context.reading(), { ...args, tenantId: globalId('Tenant', id) }),
  auditEvents: ({ id }, args, context) =>
    listAuditEvents(context.reading(), { ...args, tenantId: globalId('Tenant', id) }),
  apiKeyStats: ({ id }, _args, context) => findApiKeyStats(context.reading(), { tenantId: globalId('Tenant', id) }),
};
