import { Refusal } from '../lib/errors.ts';
import { globalId, parseGlobalId } from '../lib/ids.ts';
import type { Ctx } from '../store/Ctx.ts';
import { changeTenant } from './changeTenant.ts';

/** Removes a tenant that has neither keys nor users left. The audit keeps what it was. */
export async function deleteTenant(ctx: Ctx, input: { readonly id: string }): Promise<{ deletedTenantId: string }> {
  const id = parseGlobalId('Tenant', input.id, ['id']);
  await changeTenant(ctx, { id, permission: 'tenants:manage' }, async (tenant) => {
    if (tenant.kind === 'platform') throw new Refusal('WRONG_STATE', 'The platform is never deleted.', ['id']);
    await refuseUnlessEmpty(ctx, id);
    const { name, slug, kind, status, accountNumber = null, createdAt } = tenant;
    const changes = { before: { name, slug, kind, status, accountNumber, createdAt } };
    ctx.audit({ action: 'deleteTenant', target: globalId('Tenant', id), tenantId: id, changes });
    ctx.changed({ kind: 'tenant', tenantId: id, subjectId: id });
    await ctx.em.execute('delete from tenants where id = ?', [id]);
  });
  return { deletedTenantId: globalId('Tenant', id) };
}

/** Nothing that somebody still uses goes by a side effect: whoever deletes a tenant has ended its keys knowingly. */
async function refuseUnlessEmpty(ctx: Ctx, id: string): Promise<void> {
  const [row] = await ctx.em.execute<{ keys: number; users: number }[]>(
    `select (select count(*)::int from api_keys where tenant_id = ?) as keys,
       (select count(*)::int from users where tenant_id = ?) as users`,
    [id, id],
  );
  const { keys, users } = row ?? { keys: 0, users: 0 };
  if (keys === 0 && users === 0) return;
  const message = `The tenant still has ${counted(keys, 'key')} and ${counted(users, 'user')}: delete these first, or suspend it.`;
  throw new Refusal('WRONG_STATE', message, ['id']);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
