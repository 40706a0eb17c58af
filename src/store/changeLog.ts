import type { LeaseConnection } from './leaseConnection.ts';

/** One entry of the change log: something that verifications judge by is not as it was. */
export type LoggedChange = {
  readonly seq: number;
  readonly kind: 'key' | 'user' | 'tenant' | 'import';
  readonly subjectId: string;
};

/** A node as it last renewed its lease. */
export type NodeRow = { readonly id: string; readonly renewal: string; readonly outageGraceSeconds: number };

/** What one look at the log finds, all of one moment. */
export type LogPage = {
  /** Which history the database is in; another one after a fail-over. */
  readonly timeline: string;
  /** The last change that was committed. */
  readonly head: number;
  /** Its clock. */
  readonly databaseMs: number;
  readonly changes: readonly LoggedChange[];
  /** Whether these are all up to the head. */
  readonly isComplete: boolean;
  readonly nodes: readonly NodeRow[];
};

/** A lease as it is asked for. */
export type Renewal = {
  readonly id: string;
  readonly renewal: string;
  /** There may be no row of this node yet. */
  readonly isNew: boolean;
  readonly acked: number;
  readonly leaseMs: number;
  readonly outageGraceSeconds: number;
};

/** What a node asks the database of its lease. */
export type ChangeLog = {
  /** How often to ask: seldom, where the database wakes its nodes. */
  readonly tickMs: number;
  /** What was logged after this entry; with null nothing but where the log ends. */
  read(after: number | null): Promise<LogPage>;
  /** False: there is no such node any more. */
  renew(renewal: Renewal): Promise<boolean>;
  leave(id: string): Promise<void>;
  /** Removes the rows of those of these nodes that have not renewed since. */
  forget(dead: readonly Pick<NodeRow, 'id' | 'renewal'>[]): Promise<void>;
};

type Found = {
  readonly timeline: string;
  readonly isNoticed: boolean;
  readonly head: number;
  readonly databaseMs: number;
  readonly changes: readonly [number, LoggedChange['kind'], string][];
  readonly nodes: readonly [string, string, number][];
};

const readLog = `select keywright_timeline() as timeline, timeline = keywright_timeline() as "isNoticed", seq::float8 as head,
    (extract(epoch from clock_timestamp()) * 1000)::float8 as "databaseMs",
    (select coalesce(json_agg(json_build_array(seq, kind, subject_id) order by seq), '[]')
       from (select seq, kind, subject_id from revocation_log where seq > $1 order by seq limit $2) as after) as changes,
    (select coalesce(json_agg(json_build_array(id, renewal, outage_grace_seconds)), '[]') from verifier_node) as nodes
  from revocation_head`;

/** Whoever first meets another history dates it: for a lease from then on nobody calls a change effective. */
const noticeTimeline = `update revocation_head set timeline = keywright_timeline(), timeline_since = clock_timestamp()
  where timeline <> keywright_timeline()`;

const lease = `renewal = $2, lease_until = greatest(verifier_node.lease_until, clock_timestamp() + make_interval(secs => $3)),
  acked = greatest(verifier_node.acked, $4), outage_grace_seconds = $5, ring_fingerprint = $6`;
const renewLease = `update verifier_node set ${lease} where id = $1`;
const beginLease = `insert into verifier_node (id, renewal, lease_until, acked, outage_grace_seconds, ring_fingerprint)
  values ($1, $2, clock_timestamp() + make_interval(secs => $3), $4, $5, $6) on conflict (id) do update set ${lease}`;

const forgetNodes = `delete from verifier_node node using unnest($1::uuid[], $2::uuid[]) as dead (id, renewal)
  where node.id = dead.id and node.renewal = dead.renewal`;

/** The change log on a connection of its own. */
export function openChangeLog(
  connection: LeaseConnection,
  parts: {
    readonly ringFingerprint: Uint8Array;
    readonly tickMs: () => number;
    readonly changesMax: number;
  },
): ChangeLog {
  const { ringFingerprint, tickMs, changesMax } = parts;
  return {
    get tickMs() {
      return tickMs();
    },
    async read(after) {
      const { rows } = await connection.ask<Found>({ name: 'readLog', text: readLog, values: [after, changesMax] });
      const [found] = rows;
      if (found === undefined) throw new Error('The change log has no head: was the row of revocation_head deleted?');
      const { timeline, isNoticed, head, databaseMs } = found;
      if (!isNoticed) await connection.ask({ name: 'noticeTimeline', text: noticeTimeline, values: [] });
      const changes = found.changes.map(([seq, kind, subjectId]) => ({ seq, kind, subjectId }));
      const nodes = found.nodes.map(([id, renewal, outageGraceSeconds]) => ({ id, renewal, outageGraceSeconds }));
      return { timeline, head, databaseMs, changes, isComplete: (changes.at(-1)?.seq ?? head) === head, nodes };
    },
    async renew({ id, renewal, isNew, acked, leaseMs, outageGraceSeconds }) {
      const values = [id, renewal, leaseMs / 1000, acked, outageGraceSeconds, ringFingerprint];
      const statement = isNew ? { name: 'beginLease', text: beginLease } : { name: 'renewLease', text: renewLease };
      const { rowCount } = await connection.ask({ ...statement, values });
      return rowCount === 1;
    },
    async leave(id) {
      await connection.ask({ name: 'leave', text: 'delete from verifier_node where id = $1', values: [id] });
    },
    async forget(dead) {
      const values = [dead.map(({ id }) => id), dead.map(({ renewal }) => renewal)];
      await connection.ask({ name: 'forget', text: forgetNodes, values });
    },
  };
}
