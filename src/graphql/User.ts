import { listApiKeys } from '../keys/listApiKeys.ts';
import { assert } from '../lib/assert.ts';
import { globalId } from '../lib/ids.ts';
import type { UserResolvers } from './generated.ts';

/** A user's fields; every one is named, so that a forgotten one does not compile. */
export const User: Required<Omit<UserResolvers, '__isTypeOf'>> = {
  id: (user) => globalId('User', user.id),
  async tenant(user, _args, context) {
    const tenant = await context.reading().tenant(user.tenant.id);
    assert(tenant !== null, 'whoever sees a user sees its tenant');
    return tenant;
  },
  email: (user) => user.email ?? null,
  name: (user) => user.name ?? null,
  externalId: (user) => user.externalId ?? null,
  scopeCeiling: (user) => (user.scopeCeiling == null ? null : [...user.scopeCeiling]),
  status: (user) => user.status ?? 'active',
  createdAt: (user) => user.createdAt,
  updatedAt: (user) => user.updatedAt ?? user.createdAt,
  apiKeys: ({ id }, args, context) => listApiKeys(context.reading(), { ...args, ownerUserId: id }),
};
