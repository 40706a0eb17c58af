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
  return changeApiKey(ctx, id, (apiKey) => {
    const what = differences(shown(apiKey), judge(ctx, apiKey, wanted));
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
function judge(ctx: Ctx, apiKey: ApiKey, wanted: Wanted): Record<string, unknown> {
  const { scopes, notBefore, expiresAt } = wanted;
  if (apiKey.status === 'revoked' && [scopes, notBefore, expiresAt].some((value) => value !== undefined)) {
    throw new Refusal('WRONG_STATE', 'The key is revoked, for ever: only its name and its notes still change.', ['id']);
  }
  // What the key has already is nobody's gift.
  const added = (scopes ?? []).filter((scope) => !covers(apiKey.scopes, scope));
  refuseUnheldScopes(ctx.caller.scopes, added, ['scopes']);
  return { ...wanted, ...judgeWindow(ctx, apiKey, wanted) };
}

function judgeWindow({ caller, now }: Ctx, apiKey: ApiKey, wanted: Pick<Wanted, 'notBefore' | 'expiresAt'>) {
  const endsAt = dateOf(apiKey.expiresAt);
  const expiresAt =
    wanted.expiresAt === undefined ? endsAt : judgeEnd(wanted.expiresAt, { now, endsAt, latest: caller.expiresAt });
  const notBefore = wanted.notBefore === undefined ? dateOf(apiKey.notBefore) : wanted.notBefore;
  if (wanted.notBefore === undefined && wanted.expiresAt === undefined) return {};
  const path = wanted.notBefore === undefined ? ['expiresAt'] : ['notBefore'];
  const begins = parseNotBefore(notBefore, { expiresAt }, path);
  return {
    ...(wanted.notBefore === undefined ? {} : { notBefore: begins?.toISOString() ?? null }),
    ...(wanted.expiresAt === undefined ? {} : { expiresAt: expiresAt?.toISOString() ?? null }),
  };
}

type Ends = { readonly now: Date; readonly endsAt: Date | null; readonly latest: Date | null };

/** An end that comes sooner is anybody's to set who may change the key; a later one is bounded as at creation. */
function judgeEnd(wanted: Date | null, { now, endsAt, latest }: Ends): Date | null {
  const sooner = wanted !== null && (endsAt === null || wanted.getTime() <= endsAt.getTime());
  return parseExpiresAt(wanted, { now, latest: sooner ? null : latest }, ['expiresAt']);
}

function dateOf(time: string | null | undefined): Date | null {
  return time == null ? null : new Date(time);
}
