import { differences } from '../lib/differences.ts';
import { Refusal } from '../lib/errors.ts';
import { globalId, parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { parseMetadata } from '../lib/metadata.ts';
import { parseName } from '../lib/names.ts';
import { notRemovable } from '../lib/notRemovable.ts';
import { requireReach } from '../lib/permissions.ts';
import { covers, parseScopes, refuseUnheldScopes } from '../lib/scopes.ts';
import { parseExternalId } from '../lib/text.ts';
import { parseExpiresAt, parseNotBefore } from '../lib/times.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { ApiKey } from '../store/entities/ApiKey.ts';
import { changeApiKey } from './changeApiKey.ts';
import { refuseUnheldKey } from './refuseUnheldKey.ts';

/** What changes of a key: what is absent stays, what is null is removed. */
export type UpdateApiKeyInput = {
  readonly id: string;
  readonly name?: string | null;
  readonly scopes?: readonly string[] | null;
  readonly metadata?: unknown;
  readonly notBefore?: Date | null;
  readonly expiresAt?: Date | null;
  readonly externalKeyId?: string | null;
};

/** Changes what a key is called, may do, carries, and when it works. */
export async function updateApiKey(ctx: Ctx, input: UpdateApiKeyInput): Promise<{ apiKey: ApiKey }> {
  const id = parseGlobalId('ApiKey', input.id, ['id']);
  const wanted = parseInput(input);
  if (wanted.externalKeyId !== undefined) requireReach(ctx.caller, 'keys:import');
  return changeApiKey(ctx, id, async (apiKey) => {
    const what = differences(shown(apiKey), await judge(ctx, apiKey, wanted));
    if (what === undefined) return;
    ctx.em.assign(apiKey, { ...what.after, updatedAt: ctx.now.toISOString() });
    const tenantId = apiKey.tenant.id;
    ctx.audit({ action: 'updateApiKey', target: globalId('ApiKey', id), tenantId, changes: what });
    if (verdictFields.some((field) => field in what.after)) ctx.changed({ kind: 'key', tenantId, subjectId: id });
  });
}

/** What a verification judges by, or answers. */
const verdictFields = ['scopes', 'metadata', 'notBefore', 'expiresAt'] as const;

type Wanted = ReturnType<typeof parseInput>;

function parseInput(input: UpdateApiKeyInput) {
  const { notBefore, expiresAt } = input;
  return {
    name: ifGiven(notRemovable(input.name, ['name']), ['name'], parseName),
    scopes: ifGiven(notRemovable(input.scopes, ['scopes']), ['scopes'], parseScopes),
    metadata: input.metadata === null ? {} : ifGiven(input.metadata, ['metadata'], parseMetadata),
    externalKeyId: ifGiven(input.externalKeyId, ['externalKeyId'], parseExternalId),
    notBefore,
    expiresAt,
  };
}

function shown({ name, scopes, metadata, notBefore, expiresAt, externalKeyId }: ApiKey): Record<string, unknown> {
  return { name, scopes, metadata, notBefore, expiresAt, externalKeyId };
}

/** What may be changed, in this state and by this caller. */
async function judge(ctx: Ctx, apiKey: ApiKey, wanted: Wanted): Promise<Record<string, unknown>> {
  const { scopes, notBefore, expiresAt } = wanted;
  if (apiKey.status === 'revoked' && [scopes, notBefore, expiresAt].some((value) => value !== undefined)) {
    throw new Refusal('WRONG_STATE', 'The key is revoked, for ever: only its name and its notes still change.', ['id']);
  }
  const window = judgeWindow(ctx, apiKey, wanted);
  await refuseUnheldGrowth(ctx, apiKey, wanted);
  return { ...wanted, ...window };
}

/** What the key has already is nobody's gift; but what is added to it, or time in which to use it, must be the caller's own. */
async function refuseUnheldGrowth(ctx: Ctx, apiKey: ApiKey, wanted: Wanted): Promise<void> {
  const scopes = wanted.scopes ?? apiKey.scopes;
  const expiresAt = wanted.expiresAt === undefined ? apiKey.expiresAt : wanted.expiresAt?.toISOString();
  const added = scopes.filter((scope) => !covers(apiKey.scopes, scope));
  refuseUnheldScopes(ctx.caller.scopes, added, ['scopes']);
  if (added.length > 0) await refuseUnheldKey(ctx, apiKey, { scopes: added, expiresAt }, ['scopes']);
  if (endsLater(apiKey, wanted)) await refuseUnheldKey(ctx, apiKey, { scopes, expiresAt }, ['expiresAt']);
  if (beginsSooner(apiKey, wanted, ctx.now)) await refuseUnheldKey(ctx, apiKey, { scopes, expiresAt }, ['notBefore']);
}

function endsLater(apiKey: ApiKey, { expiresAt }: Pick<Wanted, 'expiresAt'>): boolean {
  const endsAt = dateOf(apiKey.expiresAt);
  return expiresAt !== undefined && endsAt !== null && (expiresAt === null || expiresAt > endsAt);
}

/** A key that has begun does not begin sooner, whatever is written. */
function beginsSooner(apiKey: ApiKey, { notBefore }: Pick<Wanted, 'notBefore'>, now: Date): boolean {
  const beginsAt = dateOf(apiKey.notBefore);
  return notBefore !== undefined && beginsAt !== null && beginsAt > now && (notBefore === null || notBefore < beginsAt);
}

function judgeWindow({ caller, now }: Ctx, apiKey: ApiKey, wanted: Pick<Wanted, 'notBefore' | 'expiresAt'>) {
  // An end that comes sooner is anybody's to set who may change the key; a later one is bounded as at creation.
  const latest = endsLater(apiKey, wanted) ? caller.expiresAt : null;
  const expiresAt =
    wanted.expiresAt === undefined
      ? dateOf(apiKey.expiresAt)
      : parseExpiresAt(wanted.expiresAt, { now, latest }, ['expiresAt']);
  const notBefore = wanted.notBefore === undefined ? dateOf(apiKey.notBefore) : wanted.notBefore;
  if (wanted.notBefore === undefined && wanted.expiresAt === undefined) return {};
  const path = wanted.notBefore === undefined ? ['expiresAt'] : ['notBefore'];
  const begins = parseNotBefore(notBefore, { expiresAt }, path);
  return {
    ...(wanted.notBefore === undefined ? {} : { notBefore: begins?.toISOString() ?? null }),
    ...(wanted.expiresAt === undefined ? {} : { expiresAt: expiresAt?.toISOString() ?? null }),
  };
}

function dateOf(time: string | null | undefined): Date | null {
  return time == null ? null : new Date(time);
}
