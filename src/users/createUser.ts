import { parseEmail } from '../lib/email.ts';
import { Refusal } from '../lib/errors.ts';
import { globalId, newUuid, parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { parseName } from '../lib/names.ts';
import { requireReach, requireTenant } from '../lib/permissions.ts';
import { parseScopes } from '../lib/scopes.ts';
import { parseExternalId, parseIdempotencyKey } from '../lib/text.ts';
import type { Ctx } from '../store/Ctx.ts';
import { TenantSchema } from '../store/entities/Tenant.ts';
import { type User, UserSchema } from '../store/entities/User.ts';
import { once } from '../store/idempotency.ts';
import { asking } from '../store/outage.ts';

/** What a user is asked to be. */
export type CreateUserInput = {
  readonly tenantId?: string | null;
  readonly email?: string | null;
  readonly name?: string | null;
  readonly externalId?: string | null;
  readonly scopeCeiling?: readonly string[] | null;
  readonly idempotencyKey?: string | null;
};

/** The user, and whether this answers a retry; a retry may find it gone. */
export type CreatedUser = { readonly user: User | null; readonly replayed: boolean };

/** Makes a user of a tenant. */
export async function createUser(ctx: Ctx, input: CreateUserInput): Promise<CreatedUser> {
  const reach = requireReach(ctx.caller, 'users:manage');
  const tenantId =
    ifGiven(input.tenantId, ['tenantId'], (id, path) => parseGlobalId('Tenant', id, path)) ?? ctx.caller.tenantId;
  requireTenant(ctx.caller, reach, tenantId, ['tenantId']);
  const wanted = {
    email: ifGiven(input.email, ['email'], parseEmail) ?? null,
    name: ifGiven(input.name, ['name'], parseName) ?? null,
    externalId: ifGiven(input.externalId, ['externalId'], parseExternalId) ?? null,
    scopeCeiling: ifGiven(input.scopeCeiling, ['scopeCeiling'], parseScopes) ?? null,
  };
  if (wanted.email === null && wanted.name === null && wanted.externalId === null) {
    throw new Refusal('INVALID_INPUT', 'A user needs at least one of email, name and externalId.', ['email']);
  }
  const key = ifGiven(input.idempotencyKey, ['idempotencyKey'], parseIdempotencyKey);
  return once<CreatedUser>(
    ctx,
    { operation: 'createUser', key, request: { tenantId, ...wanted } },
    {
      async make(first) {
        const id = newUuid();
        const tenant = ctx.em.getReference(TenantSchema, tenantId, { wrapped: true });
        const user = ctx.em.create(UserSchema, { id, tenant, ...wanted, createdAt: ctx.now.toISOString() });
        ctx.em.persist(user);
        ctx.audit({
          action: 'createUser',
          target: globalId('User', id),
          tenantId,
          changes: { after: { ...wanted, status: 'active' } },
        });
        const remember = first(id);
        await ctx.commit(async () => {
          // The record first: a retry that comes at the same moment is a replay, and no second person.
          await remember();
          await refuseSecondPerson(ctx, tenantId);
        });
        return { user, replayed: false };
      },
      replay: async (id) => ({ user: await asking(() => ctx.em.findOne(UserSchema, { id })), replayed: true }),
    },
  );
}

/**
 * A tenant of kind personal has exactly one user. Its row is locked before they are counted, in a statement of its own:
 * one statement would count what it saw before it waited for the lock.
 */
async function refuseSecondPerson(ctx: Ctx, tenantId: string): Promise<void> {
  const personal = await ctx.em.execute<{ id: string }[]>(
    "select id from tenants where id = ? and kind = 'personal' for no key update",
    [tenantId],
  );
  if (personal.length === 0) return;
  const [person] = await ctx.em.execute<{ id: string }[]>('select id from users where tenant_id = ? limit 1', [
    tenantId,
  ]);
  if (person !== undefined) {
    throw new Refusal('WRONG_STATE', 'A personal tenant has exactly one user, and this one has it.', ['tenantId']);
  }
}
