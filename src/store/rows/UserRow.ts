import type { User } from '../entities/User.ts';
import { sql } from '../sql.ts';

/** A user as the graph shows it: an entity, or what a hand-written SELECT read. */
export type UserRow = Readonly<
  Pick<User, 'id' | 'email' | 'name' | 'externalId' | 'scopeCeiling' | 'status' | 'createdAt' | 'updatedAt'>
> & { readonly tenant: { readonly id: string } };

type Selected = Omit<UserRow, 'tenant'> & { readonly tenantId: string };

/** What is selected of a user. */
export const userColumns = sql`id, tenant_id as "tenantId", email, name, external_id as "externalId",
  scope_ceiling as "scopeCeiling", status, created_at as "createdAt", updated_at as "updatedAt"`;

/** Which of it are times. */
export const userTimes = ['createdAt', 'updatedAt'] as const;

/** A user from what was selected. */
export function toUserRow({ tenantId, ...user }: Selected): UserRow {
  return { ...user, tenant: { id: tenantId } };
}
