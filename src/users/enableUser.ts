import { globalId, parseGlobalId } from '../lib/ids.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { User } from '../store/entities/User.ts';
import { changeUser } from './changeUser.ts';

/** Lets a disabled user in again, and their personal keys work exactly as they did. */
export async function enableUser(ctx: Ctx, input: { readonly id: string }): Promise<{ user: User }> {
  const id = parseGlobalId('User', input.id, ['id']);
  return changeUser(ctx, { id, permission: 'users:manage' }, (user) => {
    if (user.status === 'active') return;
    ctx.em.assign(user, { status: 'active', updatedAt: ctx.now.toISOString() });
    const changes = { before: { status: 'disabled' }, after: { status: 'active' } };
    const tenantId = user.tenant.id;
    ctx.audit({ action: 'enableUser', target: globalId('User', id), tenantId, changes });
    ctx.changed({ kind: 'user', tenantId, subjectId: id });
  });
}
