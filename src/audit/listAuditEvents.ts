import { globalId, idPrefixes, parseGlobalId } from '../lib/ids.ts';
import { invalid } from '../lib/invalid.ts';
import { limits } from '../lib/limits.ts';
import type { PageArguments } from '../lib/pageRange.ts';
import { parseListedTenant, requireReach } from '../lib/permissions.ts';
import { type Connection, readConnection } from '../store/connection.ts';
import type { Reading } from '../store/Reading.ts';
import type { ApiKeyRow } from '../store/rows/ApiKeyRow.ts';
import { type AuditEventRow, auditEventColumns } from '../store/rows/AuditEventRow.ts';
import { inTenant, type List, lookedUpInTenant, nothingOf, type Selection } from '../store/Selection.ts';
import { literal, type Sql, sql } from '../store/sql.ts';

/** Which events of the list; every member that is given narrows it. */
export type AuditEventFilter = {
  readonly actor?: string | null;
  readonly action?: string | null;
  readonly target?: string | null;
  readonly from?: Date | null;
  readonly until?: Date | null;
};

/** Which events, and which part of them. */
export type ListAuditEventsInput = PageArguments & {
  readonly tenantId?: string | null | undefined;
  /** Only what was done to this key. */
  readonly apiKey?: ApiKeyRow | undefined;
  readonly filter?: AuditEventFilter | null | undefined;
};

const auditEvents: List<AuditEventRow> = {
  table: sql`audit_events`,
  time: sql`at`,
  columns: auditEventColumns,
  toRow: (selected) => selected,
  positionOf: ({ at, id }) => ({ time: at, id }),
};

/**
 * Events that the caller may see, newest first. A person sees what was done to the personal keys that it has now, and
 * of those the newest hundred: its list is put together from theirs.
 */
export async function listAuditEvents(
  reading: Reading,
  input: ListAuditEventsInput,
): Promise<Connection<AuditEventRow>> {
  const { caller } = reading;
  const reach = requireReach(caller, 'audit:read');
  const tenantId = parseListedTenant(caller, reach, input.tenantId, ['tenantId']);
  const filter = parseFilter(input.filter ?? {});
  const whose: Whose = {
    tenantId,
    keysOf: reach === 'self' ? caller.userId : null,
    target: input.apiKey === undefined ? null : globalId('ApiKey', input.apiKey.id),
  };
  const isForeign = whose.keysOf !== null && input.apiKey !== undefined && input.apiKey.owner?.id !== whose.keysOf;
  const isOfTwo = whose.target !== null && filter.target !== undefined && filter.target !== whose.target;
  return readConnection(reading, {
    selection: isForeign || isOfTwo ? nothingOf(auditEvents) : select(whose, filter),
    meaning: { list: 'auditEvents', ...whose, filter },
    range: input,
  });
}

type Whose = { readonly tenantId: string | null; readonly keysOf: string | null; readonly target: string | null };
type Wanted = ReturnType<typeof parseFilter>;

function parseFilter({ actor, action, target, from, until }: AuditEventFilter) {
  return {
    actor: actor == null ? undefined : parseActor(actor, ['filter', 'actor']),
    action: action == null ? undefined : parseAction(action, ['filter', 'action']),
    target: target == null ? undefined : parseTarget(target, ['filter', 'target']),
    from: from?.toISOString(),
    until: until?.toISOString(),
  };
}

function parseActor(actor: string, path: readonly string[]): string {
  if (/^[\x21-\x7e]{1,255}$/.test(actor)) return actor;
  throw invalid(
    'An actor is the global id of a key or a user, or the name of a system such as system:bootstrap.',
    path,
  );
}

function parseAction(action: string, path: readonly string[]): string {
  if (/^[A-Za-z]{1,64}$/.test(action)) return action;
  throw invalid('An action is the name of what was done, such as revokeApiKey.', path);
}

/** A target of any kind; of a kind that there is not, the refusal names those that there are. */
function parseTarget(target: string, path: readonly string[]): string {
  for (const kind of ['Tenant', 'User', 'ApiKey'] as const) {
    if (target.startsWith(`${idPrefixes[kind]}_`)) return globalId(kind, parseGlobalId(kind, target, path));
  }
  throw invalid('Expected an id that begins with tnt_, usr_ or key_.', path);
}

/** Chooses the one index that the page walks along: of a target, an actor in a tenant, a tenant, or all. */
function select({ tenantId, keysOf, target: keyId }: Whose, filter: Wanted): Selection<AuditEventRow> {
  const { actor, action, target, from, until } = filter;
  const looked = (members: { actor?: string | undefined; action?: string | undefined }) => [
    ...(members.actor === undefined ? [] : [sql`actor = ${members.actor}`]),
    ...(members.action === undefined ? [] : [sql`action = ${members.action}`]),
  ];
  const byTarget = { list: auditEvents, from, until, matching: looked({ actor, action }) };
  if (keyId !== null) {
    // The key was seen to be the caller's own, or its tenant's.
    const parent = { type: 'text', value: keyId, where: sql`true` } as const;
    return { ...byTarget, parent, walk: { column: sql`target`, value: sql`parent.key` } };
  }
  if (keysOf !== null) {
    return { ...byTarget, through: ownKeys(keysOf, target), walk: { column: sql`target`, value: sql`one_of.key` } };
  }
  if (target !== undefined) {
    return { ...byTarget, parent: lookedUpInTenant(tenantId), walk: { column: sql`target`, value: sql`${target}` } };
  }
  if (actor === undefined || tenantId === null) return { ...byTarget, parent: inTenant(tenantId) };
  const walk = { column: sql`actor`, value: sql`${actor}` };
  return { ...byTarget, parent: inTenant(tenantId), walk, matching: looked({ action }) };
}

/** Each of a person's newest keys, or the one that is named, if it is one of theirs. */
function ownKeys(userId: string, target: string | undefined): Sql {
  const prefix = `${idPrefixes.ApiKey}_`;
  const id = target?.startsWith(prefix) ? parseGlobalId('ApiKey', target, ['filter', 'target']) : null;
  const named = target === undefined ? sql`` : sql` and id = ${id}::uuid`;
  return sql`select ${prefix}::text || keywright_base32(id) as key from api_keys where owner_user_id = ${userId}${named}
             order by created_at desc, id desc limit ${literal(limits.ownKeysAuditedMax)}`;
}
