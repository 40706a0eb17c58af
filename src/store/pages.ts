import type { Position } from '../crypto/cursor.ts';
import { canonicalJson } from '../lib/canonicalJson.ts';
import { limits } from '../lib/limits.ts';
import type { Query } from './readQueue.ts';
import { allRows, and, type List, nearest, orderOfNearest, type Reach, type Selection } from './Selection.ts';
import { literal, type Sql, sql } from './sql.ts';

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

/** What two requests must have in common to be answered by one statement: everything but their parents. */
export function pageKey({ selection, reach }: PageRequest<unknown>): string {
  return canonicalJson([selectionKey(selection), reach]);
}

/** The same for counting. */
export function selectionKey({ list, parent, ...others }: Selection<unknown>): string {
  return canonicalJson([list.table, parent?.where, others]);
}

/** Reads one page for each request; the requests have one key. */
export async function readPages<Row>(query: Query, requests: readonly PageRequest<Row>[]): Promise<Page<Row>[]> {
  const [first] = requests;
  if (first === undefined) return [];
  const { selection, reach } = first;
  const parents = requests.map((request) => request.selection.parent?.value ?? '');
  const scan = { parents, scanMax: scanMaxFor(parents.length, reach.size) };
  const selected = await query<Selected>(pageStatement(selection, reach, scan), { isCommon: isCommon(selection) });
  const found = byParent(selected, parents);
  const ends = await scanEnds(query, first, { ...scan, found });
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
  const [selection] = selections;
  if (selection === undefined) return [];
  const parents = selections.map(({ parent }) => parent?.value ?? '');
  const scanMax = scanMaxFor(parents.length, 1);
  const { matching } = selection;
  const counts =
    matching.length === 0
      ? sql`select count(*)::int as "count", 0 as "looked" from (${allRows(selection)}) counted`
      : sql`select count(*) filter (where ${and(matching)})::int as "count", count(*)::int as "looked"
            from (${allRows(selection)} limit ${literal(scanMax + 1)}) counted`;
  const counted = await query<Counted>(forEachParent(selection, parents, counts, sql`"count", "looked"`));
  return byParent(counted, parents).map(([row]) => (row === undefined || row.looked > scanMax ? null : row.count));
}

type Selected = { readonly parentNo?: number };
type Counted = Selected & { readonly count: number; readonly looked: number };
type Scan = { readonly parents: readonly string[]; readonly scanMax: number };

/** Pages of one level share what may be looked at, so that a hundred of them cost what one does. */
function scanMaxFor(pages: number, size: number): number {
  return Math.max(Math.floor(limits.scannedRowsMax / pages), size + 1);
}

/** Only what every value is read alike for: a plan that is kept was made for the values of whoever came first. */
function isCommon({ through, from, until, matching, parent, walk }: Selection<unknown>): boolean {
  if (through !== undefined || from !== undefined || until !== undefined || matching.length > 0) return false;
  return walk === undefined || (parent !== undefined && walk.value.values.length === 0);
}

/** One row more than the page: that it is there is how a page knows of the next. */
function pageStatement(selection: Selection<unknown>, reach: Reach, { parents, scanMax }: Scan): Sql {
  const { list, matching } = selection;
  const rows =
    matching.length === 0
      ? nearest(selection, reach, literal(reach.size + 1))
      : sql`select * from (${nearest(selection, reach, literal(scanMax))}) scanned
            where ${and(matching)} order by ${orderOfNearest(selection, reach)} limit ${literal(reach.size + 1)}`;
  return sql`${forEachParent(selection, parents, rows, list.columns)} order by ${orderOfNearest(selection, reach)}`;
}

/** Where a scan ended that found less than a page, of those that did not end with their list. */
async function scanEnds(
  query: Query,
  { selection, reach }: PageRequest<unknown>,
  { parents, scanMax, found }: Scan & { readonly found: readonly (readonly unknown[])[] },
): Promise<Map<number, Position>> {
  const ends = new Map<number, Position>();
  const short = parents.map((_, no) => no).filter((no) => (found[no]?.length ?? 0) <= reach.size);
  if (selection.matching.length === 0 || short.length === 0) return ends;
  const order = orderOfNearest(selection, reach);
  // The last row that was looked at, and the one after it, without which there is nothing more to look at.
  const rows = sql`select * from (${nearest(selection, reach, literal(scanMax + 1))}) scanned
                   order by ${order} offset ${literal(scanMax - 1)}`;
  const shortParents = short.map((no) => parents[no] ?? '');
  const columns = sql`${selection.list.time} as "time", id`;
  const statement = sql`${forEachParent(selection, shortParents, rows, columns)} order by ${order}`;
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

/** The same rows for each parent, by one statement that says which of them each row is of. */
function forEachParent({ parent }: Selection<unknown>, parents: readonly string[], rows: Sql, columns: Sql): Sql {
  if (parent === undefined) return sql`select ${columns} from (${rows}) page`;
  const keys = parent.type === 'uuid' ? sql`${parents}::uuid[]` : sql`${parents}::text[]`;
  return sql`select parent.no::int as "parentNo", ${columns}
             from unnest(${keys}) with ordinality parent (key, no) cross join lateral (${rows}) page`;
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

function placeOf<Row>(list: List<Row>, row: Row | undefined): Position | null {
  return row === undefined ? null : list.positionOf(row);
}
