import { globalId } from '../lib/ids.ts';
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
};
