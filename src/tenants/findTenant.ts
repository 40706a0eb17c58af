import { requireReach } from '../lib/permissions.ts';
import type { Reading } from '../store/Reading.ts';
import type { TenantRow } from '../store/rows/TenantRow.ts';

/** One tenant, or null where there is none that the caller may read. */
export function findTenant(reading: Reading, id: string): Promise<TenantRow | null> | null {
  const reach = requireReach(reading.caller, 'tenants:read');
  const isWithin = reach === 'all' || id === reading.caller.tenantId;
  return isWithin ? reading.tenant(id) : null;
}
