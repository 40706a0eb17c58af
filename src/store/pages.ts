import type { Position } from '../crypto/cursor.ts';
import type { Caller } from '../lib/Caller.ts';
import { canonicalJson } from '../lib/canonicalJson.ts';
import { limits } from '../lib/limits.ts';
import type { Query } from './readQueue.ts';
import { join, literal, type Sql, sql } from './sql.ts';

/** A kind of row that is listed by time and id, newest first. */
export type List<Row> = {
  readonly table: Sql;
  /** The column of the time; `id` is the other half of the order. */
  readonly time: Sql;
  readonly columns: Sql;
  toRow(selected: never): Row;
  positionOf(row: Row): Position;
};

/** Of what a list is: the rows in which a column has a value. */
export type Parent = { readonly column: Sql; readonly type: 'uuid' | 'text'; readonly value: string };

/** Which rows of a list. */
export type Selection<Row> = {
  readonly list: List<Row>;
  /** Only rows of this one. Pages of several that differ in nothing else are read by one statement. */
  readonly parent?: Parent | undefined;
  /** Only rows of one of these, of which there are few: a SELECT of them, as `key`. */
  readonly through?: { readonly column: Sql; readonly keys: Sql } | undefined;
  /** Conditions that the order's index answers, or that hold for all rows or for none. */
  readonly within: readonly Sql[];
  /** Conditions that every row has to be looked at for. */
  readonly matching: readonly Sql[];
};

/** So many rows, onwards or backwards from a place, or from that end of the list. */
export type Reach = { readonly backwards: boolean; readonly size: number; readonly from: Position | null };

/** One page, newest first, and where it begins and ends in its list. */
export type Page<Row> = {
  readonly rows: readonly Row[];
  readonly start: Position | null;
  readonly end: Position | null;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
};

/** A page that somebody asks for. */
export type PageRequest<Row> = { readonly selection: Selection<Row>; readonly reach: Reach };

/**
 * The rows of a tenant, or of all (null). Its own rows are all that Postgres shows to a tenant: to say so a second time
 * would make its planner expect a handful of them, and choose the wrong index.
 */
export function ofTenant({ standing }: Pick<Caller, 'standing'>, tenantId: string | null): Parent | undefined {
  if (standing !== 'platform' || tenantId === null) return undefined;
  return { column: sql`tenant_id`, type: 'uuid', value: tenantId };
}

/** What two requests must have in common to be answered by one statement: everything but their parents. */
export function pageKey({ selection, reach }: PageRequest<unknown>): string {
  return canonicalJson([selectionKey(selection), reach]);
}

/** The same for counting. */
export function selectionKey({ list, parent, ...others }: Selection<unknown>): string {
  return canonicalJson([list.table, parent?.column, others]);
}

/** Reads one page for each request; the requests have one key. */
export async function readPages<Row>(query: Query, requests: readonly PageRequest<Row>[]): Promise<Page<Row>[]> {
  const [first] = requests;
  if (first === undefined) return [];
  const { selection, reach } = first;
  const parents = requests.map((request) => request.selection.parent?.value ?? '');
  const scanMax = scanMaxFor(parents.length, reach.size);
  const options = { isCommon: selection.within.length + selection.matching.length === 0 };
  const selected = await query<Selected>(pageStatement(selection, reach, { parents, scanMax }), options);
  const found = byParent(selected, parents);
  const ends = await scanEnds(query, selection, { reach, parents, scanMax, found });
  return found.map((rows, no) => {
    const { toRow } = selection.list;
    return pageOf(selection.list, reach, { found: rows.map((row) => toRow(row as never)), scanEnd: ends.get(no) });
  });
}

/** How many rows each selection has; null where more would have to be looked at than a page may. */
export async function countRows(
  query: Query,
  selections: readonly Selection<unknown>[],
): Promise<readonly (number | null)[]> {
  const [first] = selections;
  if (first === undefined) return [];
  const parents = selections.map(({ parent }) => parent?.value ?? '');
  const scanMax = scanMaxFor(parents.length, 1);
  const { list, through, matching } = first;
  const among = through === undefined ? sql`` : sql` and ${through.column} in (${through.keys})`;
  const rows = sql`select * from ${list.table} where ${conditions(first, null)}${among}`;
  const counts =
    matching.length === 0
      ? sql`select count(*)::int as "count", 0 as "looked" from (${rows}) all_rows`
      : sql`select count(*) filter (where ${and(matching)})::int as "count", count(*)::int as "looked"
            from (${rows} limit ${literal(scanMax + 1)}) scanned`;
  const counted = await query<Counted>(forEachParent(first, parents, counts, sql`"count", "looked"`, sql``));
  return byParent(counted, parents).map(([row]) => (row === undefined || row.looked > scanMax ? null : row.count));
}

type Selected = { readonly parentNo?: number };
type Counted = Selected & { readonly count: number; readonly looked: number };
type Scan = { readonly parents: readonly string[]; readonly scanMax: number };

/** Pages of one level share what may be looked at, so that a hundred of them cost what one does. */
function scanMaxFor(pages: number, size: number): number {
  return Math.max(Math.floor(limits.scannedRowsMax / pages), size + 1);
}

/** One row more than the page: that it is there is how a page knows of the next. */
function pageStatement(selection: Selection<unknown>, reach: Reach, { parents, scanMax }: Scan): Sql {
  const { list, matching } = selection;
  const order = orderOf(list, reach);
  const rows =
    matching.length === 0
      ? nearest(selection, reach, literal(reach.size + 1))
      : sql`select * from (${nearest(selection, reach, literal(scanMax))}) scanned
            where ${and(matching)} order by ${order} limit ${literal(reach.size + 1)}`;
  return forEachParent(selection, parents, rows, list.columns, sql`order by ${order}`);
}

/** Where a scan ended that found less than a page, of those that did not end with their list. */
async function scanEnds(
  query: Query,
  selection: Selection<unknown>,
  { reach, parents, scanMax, found }: Scan & { reach: Reach; found: readonly (readonly unknown[])[] },
): Promise<Map<number, Position>> {
  const ends = new Map<number, Position>();
  const short = parents.map((_, no) => no).filter((no) => (found[no]?.length ?? 0) <= reach.size);
  if (selection.matching.length === 0 || short.length === 0) return ends;
  const { time } = selection.list;
  // The last row that was looked at, and the one after it, without which there is nothing more to look at.
  const rows = sql`select * from (${nearest(selection, reach, literal(scanMax + 1))}) scanned
                   order by ${orderOf(selection.list, reach)} offset ${literal(scanMax - 1)}`;
  const statement = forEachParent(
    selection,
    short.map((no) => parents[no] ?? ''),
    rows,
    sql`${time} as "time", id`,
    sql`order by ${orderOf(selection.list, reach)}`,
  );
  const selected = await query<Selected & Position>(statement);
  for (const [at, [last, following]] of byParent(selected, short).entries()) {
    if (last !== undefined && following !== undefined) ends.set(short[at] ?? 0, { time: last.time, id: last.id });
  }
  return ends;
}

/** What was selected, in its order, for each parent in theirs. */
function byParent<Row extends Selected>(selected: readonly Row[], parents: readonly unknown[]): Row[][] {
  const rows = Map.groupBy(selected, ({ parentNo = 1 }) => parentNo);
  return parents.map((_, index) => rows.get(index + 1) ?? []);
}

/** The rows from a place on, as many as the limit says. */
function nearest(selection: Selection<unknown>, reach: Reach, limit: Sql): Sql {
  const { list, through } = selection;
  const order = orderOf(list, reach);
  const where = conditions(selection, reach);
  if (through === undefined) return sql`select * from ${list.table} where ${where} order by ${order} limit ${limit}`;
  return sql`select nearest.* from (${through.keys}) one_of cross join lateral (
      select * from ${list.table} where ${through.column} = one_of.key and ${where} order by ${order} limit ${limit}
    ) nearest order by ${order} limit ${limit}`;
}

function conditions({ list, parent, within }: Selection<unknown>, reach: Reach | null): Sql {
  const ofParent = parent === undefined ? [] : [sql`${parent.column} = parent.key`];
  return and([...ofParent, ...within, ...beyond(list, reach)]);
}

/** The rows after a place in the direction of the page; a row that is gone is a place all the same. */
function beyond({ time }: List<unknown>, reach: Reach | null): Sql[] {
  if (reach === null || reach.from === null) return [];
  const place = sql`(${reach.from.time}::timestamptz, ${reach.from.id}::uuid)`;
  return [reach.backwards ? sql`(${time}, id) > ${place}` : sql`(${time}, id) < ${place}`];
}

function orderOf({ time }: List<unknown>, { backwards }: Reach): Sql {
  return backwards ? sql`${time}, id` : sql`${time} desc, id desc`;
}

/** The same rows for each parent, by one statement that says which of them each row is of. */
function forEachParent(
  { parent }: Selection<unknown>,
  parents: readonly string[],
  rows: Sql,
  columns: Sql,
  order: Sql,
): Sql {
  if (parent === undefined) return sql`select ${columns} from (${rows}) page ${order}`;
  const keys = parent.type === 'uuid' ? sql`${parents}::uuid[]` : sql`${parents}::text[]`;
  return sql`select parent.no::int as "parentNo", ${columns}
             from unnest(${keys}) with ordinality parent (key, no) cross join lateral (${rows}) page ${order}`;
}

function and(all: readonly Sql[]): Sql {
  return all.length === 0 ? sql`true` : join(all, sql` and `);
}

type Found<Row> = { readonly found: readonly Row[]; readonly scanEnd: Position | undefined };

function pageOf<Row>(list: List<Row>, { backwards, size, from }: Reach, { found, scanEnd }: Found<Row>): Page<Row> {
  const taken = found.slice(0, size);
  const rows = backwards ? taken.toReversed() : taken;
  const hasMore = found.length > size || scanEnd !== undefined;
  // Where the scan ended, the page ends, whatever of it matched: the next one begins there.
  const far = found.length <= size && scanEnd !== undefined ? scanEnd : placeOf(list, taken.at(-1));
  const near = placeOf(list, taken[0]) ?? far;
  // Whoever shows a cursor has been there: on that side is, or was, what it stood for.
  const hasPassed = from !== null;
  return backwards
    ? { rows, start: far, end: near, hasNextPage: hasPassed, hasPreviousPage: hasMore }
    : { rows, start: near, end: far, hasNextPage: hasMore, hasPreviousPage: hasPassed };
}

function placeOf<Row>({ positionOf }: List<Row>, row: Row | undefined): Position | null {
  return row === undefined ? null : positionOf(row);
}
