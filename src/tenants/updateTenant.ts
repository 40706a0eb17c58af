import { differences } from '../lib/differences.ts';
import { globalId, parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { parseAccountNumber, parseName, parseSlug } from '../lib/names.ts';
import { notRemovable } from '../lib/notRemovable.ts';
import { requireReach } from '../lib/permissions.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { Tenant } from '../store/entities/Tenant.ts';
import { changeTenant } from './changeTenant.ts';

/** What changes of a tenant: what is absent stays, what is null is removed. */
export type UpdateTenantInput = {
  readonly id: string;
  readonly name?: string | null;
  readonly slug?: string | null;
  readonly accountNumber?: string | null;
};

/** Changes what a tenant is called; and, for the platform, its slug and its number in the operator's books. */
export async function updateTenant(ctx: Ctx, input: UpdateTenantInput): Promise<{ tenant: Tenant }> {
  const id = parseGlobalId('Tenant', input.id, ['id']);
  const wanted = {
    name: ifGiven(notRemovable(input.name, ['name']), ['name'], parseName),
    slug: ifGiven(notRemovable(input.slug, ['slug']), ['slug'], parseSlug),
    accountNumber: ifGiven(input.accountNumber, ['accountNumber'], parseAccountNumber),
  };
  // Both are unique across tenants: a clash would tell one of another. And a provider's tokens may name a tenant by its slug:
  // whoever could take one that is free would be handed another tenant's people.
  if (wanted.slug !== undefined || wanted.accountNumber !== undefined) requireReach(ctx.caller, 'tenants:manage');
  return changeTenant(ctx, { id, permission: 'tenants:write' }, (tenant) => {
    const { name, slug, accountNumber } = tenant;
    const what = differences({ name, slug, accountNumber }, wanted);
    if (what === undefined) return;
    ctx.em.assign(tenant, { ...what.after, updatedAt: ctx.now.toISOString() });
    ctx.audit({ action: 'updateTenant', target: globalId('Tenant', id), tenantId: id, changes: what });
  });
}
