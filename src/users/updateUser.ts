import { differences } from '../lib/differences.ts';
import { parseEmail } from '../lib/email.ts';
import { Denied, Refusal } from '../lib/errors.ts';
import { globalId, parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { parseName } from '../lib/names.ts';
import { covers, everyScope, parseScopes, refuseUnheldScopes } from '../lib/scopes.ts';
import { parseExternalId } from '../lib/text.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { User } from '../store/entities/User.ts';
import { changeUser } from './changeUser.ts';

/** What changes of a user: what is absent stays, what is null is removed. */
export type UpdateUserInput = {
  readonly id: string;
  readonly email?: string | null;
  readonly name?: string | null;
  readonly externalId?: string | null;
  readonly scopeCeiling?: readonly string[] | null;
};

/** Changes what is known of a user. Who they are to the identity provider, and their ceiling, are not theirs to change. */
export async function updateUser(ctx: Ctx, input: UpdateUserInput): Promise<{ user: User }> {
  const id = parseGlobalId('User', input.id, ['id']);
  const wanted = {
    email: ifGiven(input.email, ['email'], parseEmail),
    name: ifGiven(input.name, ['name'], parseName),
    externalId: ifGiven(input.externalId, ['externalId'], parseExternalId),
    scopeCeiling: ifGiven(input.scopeCeiling, ['scopeCeiling'], parseScopes),
  };
  const governs = wanted.externalId !== undefined || wanted.scopeCeiling !== undefined;
  return changeUser(ctx, { id, permission: governs ? 'users:manage' : 'users:write' }, (user) => {
    const { email = null, name = null, externalId = null, scopeCeiling = null } = user;
    const what = differences({ email, name, externalId, scopeCeiling }, wanted);
    if (what === undefined) return;
    if ('externalId' in what.after) refuseOwnIdentity(ctx, id);
    refuseNobody({ email, name, externalId, ...what.after });
    if ('scopeCeiling' in what.after) refuseRaise(ctx, scopeCeiling, wanted.scopeCeiling ?? null);
    ctx.em.assign(user, { ...what.after, updatedAt: ctx.now.toISOString() });
    const tenantId = user.tenant.id;
    ctx.audit({ action: 'updateUser', target: globalId('User', id), tenantId, changes: what });
    if ('scopeCeiling' in what.after) ctx.changed({ kind: 'user', tenantId, subjectId: id });
  });
}

/** Whoever could leave their own identity behind could give it to a user without their ceiling, and come back as that one. */
function refuseOwnIdentity(ctx: Ctx, id: string): void {
  if (id !== ctx.caller.userId) return;
  throw new Denied('FORBIDDEN', 'You act as this user: its external id is for somebody else to change.');
}

/** By one of these a person is recognised. */
function refuseNobody({ email, name, externalId }: Record<string, unknown>): void {
  if (email !== null || name !== null || externalId !== null) return;
  throw new Refusal('INVALID_INPUT', 'A user keeps at least one of email, name and externalId.', ['email']);
}

/** A higher ceiling gives the user's keys scopes back: nobody gives what they do not hold. */
function refuseRaise(ctx: Ctx, before: readonly string[] | null, after: readonly string[] | null): void {
  const raised = (after ?? everyScope).filter((scope) => before !== null && !covers(before, scope));
  refuseUnheldScopes(ctx.caller.scopes, raised, ['scopeCeiling']);
}
