import { Refusal } from '../lib/errors.ts';
import { globalId, parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { parseReason } from '../lib/text.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { Tenant } from '../store/entities/Tenant.ts';
import { changeTenant } from './changeTenant.ts';

/** Which tenant stops, and why. */
export type SuspendTenantInput = { readonly id: string; readonly reason?: string | null };

/** Stops every key of a tenant at once; each stays as it is, for the day when the tenant is reactivated. */
export async function suspendTenant(ctx: Ctx, input: SuspendTenantInput): Promise<{ tenant: Tenant }> {
  const id = parseGlobalId('Tenant', input.id, ['id']);
  const reason = ifGiven(input.reason, ['reason'], parseReason) ?? null;
  return changeTenant(ctx, { id, permission: 'tenants:manage' }, (tenant) => {
    if (tenant.kind === 'platform') {
      throw new Refusal('WRONG_STATE', 'The platform is never suspended: nobody would be left to reactivate it.', [
        'id',
      ]);
    }
    if (tenant.status === 'suspended') return;
    ctx.em.assign(tenant, { status: 'suspended', updatedAt: ctx.now.toISOString() });
    const changes = { before: { status: 'active' }, after: { status: 'suspended', reason } };
    ctx.audit({ action: 'suspendTenant', target: globalId('Tenant', id), tenantId: id, changes });
    ctx.changed({ kind: 'tenant', tenantId: id, subjectId: id });
  });
}
