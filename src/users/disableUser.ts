import { globalId, parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { parseReason } from '../lib/text.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { User } from '../store/entities/User.ts';
import { changeUser } from './changeUser.ts';

/** Which user is shut out, and why. */
export type DisableUserInput = { readonly id: string; readonly reason?: string | null };

/** Stops a user's personal keys and shuts the user out. What they made for the tenant goes on working. */
export async function disableUser(ctx: Ctx, input: DisableUserInput): Promise<{ user: User }> {
  const id = parseGlobalId('User', input.id, ['id']);
  const reason = ifGiven(input.reason, ['reason'], parseReason) ?? null;
  return changeUser(ctx, { id, permission: 'users:manage' }, (user) => {
    if (user.status === 'disabled') return;
    ctx.em.assign(user, { status: 'disabled', updatedAt: ctx.now.toISOString() });
    const changes = { before: { status: 'active' }, after: { status: 'disabled', reason } };
    const tenantId = user.tenant.id;
    ctx.audit({ action: 'disableUser', target: globalId('User', id), tenantId, changes });
    ctx.changed({ kind: 'user', tenantId, subjectId: id });
  });
}
