import { Denied } from '../lib/errors.ts';
import { globalId, parseGlobalId } from '../lib/ids.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { User } from '../store/entities/User.ts';
import { changeUser } from './changeUser.ts';

/** The user that is gone, and how many personal keys died with it. */
export type DeletedUser = { readonly deletedUserId: string; readonly deletedApiKeys: number };

/** Removes a user. Their personal keys die with them; what they made for the tenant stays, and no longer names them. */
export async function deleteUser(ctx: Ctx, input: { readonly id: string }): Promise<DeletedUser> {
  const id = parseGlobalId('User', input.id, ['id']);
  let deletedApiKeys = 0;
  await changeUser(ctx, { id, permission: 'users:manage' }, async (user) => {
    // Nor could anybody leave their ceiling behind, and come back as a new user of the same identity.
    if (id === ctx.caller.userId)
      throw new Denied('FORBIDDEN', 'You act as this user: somebody else has to delete it.');
    deletedApiKeys = await auditCascade(ctx, user);
    const { email = null, name = null, externalId = null, scopeCeiling = null, status, createdAt } = user;
    const changes = { before: { email, name, externalId, scopeCeiling, status, createdAt }, deletedApiKeys };
    const tenantId = user.tenant.id;
    ctx.audit({ action: 'deleteUser', target: globalId('User', id), tenantId, changes });
    // One entry for the whole cascade: whoever judges by a key of this user judges by its owner.
    ctx.changed({ kind: 'user', tenantId, subjectId: id });
    await ctx.em.execute('delete from users where id = ?', [id]);
  });
  return { deletedUserId: globalId('User', id), deletedApiKeys };
}

type Dying = {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly status: string;
  readonly scopes: readonly string[];
};

/** An event for each key that the database is about to take along, so that each has an end in the audit. */
async function auditCascade(ctx: Ctx, user: User): Promise<number> {
  const tenantId = user.tenant.id;
  const ownerUserId = globalId('User', user.id);
  const keys = await ctx.em.execute<Dying[]>(
    'select id, name, environment, status, scopes from api_keys where tenant_id = ? and owner_user_id = ? order by id for update',
    [tenantId, user.id],
  );
  for (const { id, ...before } of keys) {
    const changes = { before: { ...before, ownerUserId }, because: ownerUserId };
    ctx.audit({ action: 'deleteApiKey', target: globalId('ApiKey', id), tenantId, changes });
  }
  return keys.length;
}
