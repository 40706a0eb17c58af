import type { Tenant } from '../entities/Tenant.ts';
import { sql } from '../sql.ts';

/** A tenant as the graph shows it: an entity, or what a hand-written SELECT read. */
export type TenantRow = Readonly<
  Pick<Tenant, 'id' | 'name' | 'slug' | 'kind' | 'status' | 'accountNumber' | 'createdAt' | 'updatedAt'>
>;

/** What is selected of a tenant. */
export const tenantColumns = sql`id, name, slug, kind, status, account_number::text as "accountNumber",
  created_at as "createdAt", updated_at as "updatedAt"`;

/** Which of it are times. */
export const tenantTimes = ['createdAt', 'updatedAt'] as const;
