import { parseListedTenant, requireReach } from '../lib/permissions.ts';
import type { ApiKeyStats } from '../store/apiKeyStats.ts';
import type { Reading } from '../store/Reading.ts';

/** Counts the keys that the caller may see: of a tenant, of its own, or of all. */
export async function findApiKeyStats(
  reading: Reading,
  input: { readonly tenantId?: string | null | undefined },
): Promise<ApiKeyStats> {
  const { caller } = reading;
  const reach = requireReach(caller, 'keys:read');
  const tenantId = parseListedTenant(caller, reach, input.tenantId, ['tenantId']);
  if (reach === 'self') return reading.apiKeyStats({ column: 'owner_user_id', value: caller.userId ?? '' });
  return reading.apiKeyStats(tenantId === null ? null : { column: 'tenant_id', value: tenantId });
}
