import { globalId, parseGlobalId } from '../lib/ids.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { Tenant } from '../store/entities/Tenant.ts';
import { changeTenant } from './changeTenant.ts';

/** Lets the keys of a suspended tenant work again, each exactly as it did. */
export async function reactivateTenant(ctx: Ctx, input: { readonly id: string }): Promise<{ tenant: Tenant }> {
  const id = parseGlobalId('Tenant', input.id, ['id']);
  return changeTenant(ctx, { id, permission: 'tenants:manage' }, (tenant) => {
    if (tenant.status === 'active') return;
    ctx.em.assign(tenant, { status: 'active', updatedAt: ctx.now.toISOString() });
    const changes = { before: { status: 'suspended' }, after: { status: 'active' } };
    ctx.audit({ action: 'reactivateTenant', target: globalId('Tenant', id), tenantId: id, changes });
    ctx.changed({ kind: 'tenant', tenantId: id, subjectId: id });
  });
}
