import { reachOf } from '../lib/permissions.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type Tenant, TenantSchema } from '../store/entities/Tenant.ts';
import { asking } from '../store/outage.ts';

/** One tenant, or null where there is none that the caller may read. */
export async function findTenant(ctx: Ctx, id: string): Promise<Tenant | null> {
  const reach = reachOf(ctx.caller, 'tenants:read');
  if (reach === 'none' || (reach !== 'all' && id !== ctx.caller.tenantId)) return null;
  return asking(() => ctx.em.findOne(TenantSchema, { id }));
}
