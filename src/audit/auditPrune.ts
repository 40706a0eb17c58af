import type { ClientBase } from 'pg';
import { assert } from '../lib/assert.ts';
import { SetupError, Unavailable } from '../lib/errors.ts';
import { globalId, newUuid } from '../lib/ids.ts';
import { limits } from '../lib/limits.ts';
import { type Deed, makingsThatStay } from './makingsThatStay.ts';

/** What is removed, and who is told of it. */
export type AuditPruneInput = {
  /** How old an event has to be to go. */
  readonly ageDays: number;
  /** Counts what would go, and changes nothing. */
  readonly dryRun: boolean;
  /** Ends the work after the batch that is under way. */
  readonly signal: AbortSignal;
  readonly onBatch: (sofar: AuditPruned) => void;
};

/** How far it came: the events removed, those kept although they are old, and the time of the last one looked at. */
export type AuditPruned = {
  /** Everything from before this moment was to go. */
  readonly before: Date;
  readonly removed: number;
  readonly kept: number;
  readonly upTo: string | null;
  /** Whether nothing old is left to look at. */
  readonly complete: boolean;
};

/** One arbitrary number: whoever holds this lock is the one that prunes. */
const pruneLock = 4_057_301_128;

/**
 * Removes old events of the audit, as the owner of the tables: no role of the service may. What stays is the event that
 * tells of the making of a key that is still there. Each batch is a transaction of its own, with the run's own event in
 * it, so that wherever it ends, what is gone is on record.
 */
export async function auditPrune(db: ClientBase, input: AuditPruneInput): Promise<AuditPruned> {
  await refuseSecond(db);
  const { now, before } = await timesOf(db, input.ageDays);
  const event = { id: newUuid(), tenantId: await platformOf(db), now, before };
  let sofar: AuditPruned = { before, removed: 0, kept: 0, upTo: null, complete: false };
  let last: Place = { at: '-infinity', id: '00000000-0000-0000-0000-000000000000' };
  while (!input.signal.aborted) {
    const events = await nextBatch(db, before, last);
    const newest = events.at(-1);
    if (newest === undefined) return { ...sofar, complete: true };
    const staying = await makingsThatStay(db, events);
    const going = events.filter(({ id }) => !staying.has(id)).map(({ id }) => id);
    const removed = sofar.removed + going.length;
    if (!input.dryRun && going.length > 0) await remove(db, going, { ...event, removed });
    sofar = { ...sofar, removed, kept: sofar.kept + staying.size, upTo: newest.at };
    last = newest;
    input.onBatch(sofar);
  }
  return sofar;
}

/** Where an event stands among all: by time, and by id where the time is the same. */
type Place = { readonly at: string; readonly id: string };
type OldEvent = Place & Deed;

/** The next ones by time. What was kept is passed by, and never looked at twice. */
async function nextBatch(db: ClientBase, before: Date, last: Place): Promise<readonly OldEvent[]> {
  // Ordered by the column: by its text, which goes by the same name, each batch would sort the whole table.
  const { rows } = await db.query<OldEvent>(
    `select e.id, e.at::text as at, e.action, e.target from audit_events e
     where e.at < $1 and (e.at, e.id) > ($2::timestamptz, $3::uuid) order by e.at, e.id limit $4`,
    [before.toISOString(), last.at, last.id, limits.auditPruneBatchRows],
  );
  return rows;
}

type RunEvent = {
  readonly id: string;
  readonly tenantId: string;
  readonly before: Date;
  readonly now: Date;
  readonly removed: number;
};

/** The events and the record of their going, or neither. */
async function remove(db: ClientBase, ids: readonly string[], run: RunEvent): Promise<void> {
  const changes = { after: { before: run.before.toISOString(), removed: run.removed } };
  await db.query('begin');
  try {
    await db.query('delete from audit_events where id = any($1::uuid[])', [ids]);
    await db.query(
      `insert into audit_events (id, tenant_id, actor, action, target, changes, at)
       values ($1, $2, 'system:prune', 'auditPrune', $3, $4, $5) on conflict (id) do update set changes = excluded.changes`,
      [run.id, run.tenantId, globalId('Tenant', run.tenantId), changes, run.now.toISOString()],
    );
    await db.query('commit');
  } catch (error) {
    // A broken connection has rolled back already; what went wrong first is what the operator must hear.
    await db.query('rollback').catch(() => {});
    throw error;
  }
}

/** Two at once would wait for each other at every batch, and each count what the other removes. */
async function refuseSecond(db: ClientBase): Promise<void> {
  const { rows } = await db.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [pruneLock]);
  if (rows[0]?.mine === true) return;
  throw new Unavailable('Another "audit prune" is at work on this database. Run this again when it is done.');
}

/** By the database's clock: that of a machine which only runs the command may be wrong, and what is removed is gone. */
async function timesOf(db: ClientBase, ageDays: number): Promise<{ now: Date; before: Date }> {
  const { rows } = await db.query<{ now: Date }>('select clock_timestamp() as now');
  const now = rows[0]?.now;
  assert(now !== undefined, 'a clock always answers');
  return { now, before: new Date(now.getTime() - ageDays * 86_400_000) };
}

/** The tenant on whose record the removal stands. */
async function platformOf(db: ClientBase): Promise<string> {
  const { rows } = await db.query<{ id: string }>("select id from tenants where kind = 'platform'");
  const [platform] = rows;
  if (platform !== undefined) return platform.id;
  throw new SetupError(
    'This database has no platform yet, so there is nothing to prune: the first is made by npx keywright bootstrap.',
  );
}
