import { reachOf } from '../lib/permissions.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type User, UserSchema } from '../store/entities/User.ts';
import { asking } from '../store/outage.ts';

/** One user, or null where there is none that the caller may read. */
export async function findUser(ctx: Ctx, id: string): Promise<User | null> {
  const reach = reachOf(ctx.caller, 'users:read');
  if (reach === 'none' || (reach === 'self' && id !== ctx.caller.userId)) return null;
  return asking(() => ctx.em.findOne(UserSchema, { id }));
}
