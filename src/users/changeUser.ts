import { LockMode } from '@mikro-orm/core';
import { assert } from '../lib/assert.ts';
import { Refusal } from '../lib/errors.ts';
import { type Permission, requireReach } from '../lib/permissions.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type User, UserSchema } from '../store/entities/User.ts';

/** Changes one user in a transaction of its own, read under its lock: judged as it is then, whoever else comes. */
export async function changeUser(
  ctx: Ctx,
  { id, permission }: { readonly id: string; readonly permission: Permission },
  change: (user: User) => Promise<void> | void,
): Promise<{ user: User }> {
  const reach = requireReach(ctx.caller, permission);
  let user: User | null = null;
  await ctx.commit(async () => {
    const mine = reach !== 'self' || id === ctx.caller.userId;
    user = mine ? await ctx.em.findOne(UserSchema, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE }) : null;
    if (user === null) throw new Refusal('NOT_FOUND', 'There is no such user.', ['id']);
    await change(user);
  });
  assert(user !== null, 'a commit runs what it was given');
  return { user };
}
