import type { Position } from '../crypto/cursor.ts';
import { type Sql, sql } from './sql.ts';

/** A kind of row that is listed by time and id, newest first. */
export type List<Row> = {
  readonly table: Sql;
  /** The column of the time; `id` is the other half of the order. */
  readonly time: Sql;
  readonly columns: Sql;
  toRow(selected: never): Row;
  positionOf(row: Row): Position;
};

/**
 * Of what a list is, and by which condition its rows are known; the condition names it `parent.key`. Lists that differ in
 * nothing but this are read together.
 */
export type Parent = { readonly type: 'uuid' | 'text'; readonly value: string; readonly where: Sql };

/** A column whose one value the rows have, and whose index the list walks along: it goes on with time and id. */
export type Walk = { readonly column: Sql; readonly value: Sql };

/** Which rows of a list. */
export type Selection<Row> = {
  readonly list: List<Row>;
  readonly parent?: Parent | undefined;
  /** Without it, the list walks along the index of the parent's own column, or of time and id alone. */
  readonly walk?: Walk | undefined;
  /** What the index of the walk begins with, where that is not the parent. */
  readonly within?: Sql | undefined;
  /** The list is put together from those of a few: a SELECT of them as `key`, which `walk` names `one_of.key`. */
  readonly through?: Sql | undefined;
  /** From this moment on, and before that one. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  /** Conditions for which every row has to be looked at. */
  readonly matching: readonly Sql[];
};

/** So many rows, onwards or backwards from a place, or from that end of the list. */
export type Reach = { readonly backwards: boolean; readonly size: number; readonly from: Position | null };

/** What is in a tenant; undefined for what is in any. */
export function inTenant(tenantId: string | null): Parent | undefined {
  return tenantId === null ? undefined : { type: 'uuid', value: tenantId, where: sql`tenant_id = parent.key` };
}

/**
 * The same for a list that walks along an index without the tenant, where few rows are of another: looked up in what is
 * found. As a condition for an index it would tempt the planner to mark every row of the tenant first.
 */
export function lookedUpInTenant(tenantId: string | null): Parent | undefined {
  return tenantId === null
    ? undefined
    : { type: 'uuid', value: tenantId, where: sql`(tenant_id = parent.key) is true` };
}

/** No rows at all. */
export function nothingOf<Row>(list: List<Row>): Selection<Row> {
  return { list, matching: [sql`false`] };
}

/**
 * The SELECT of the rows from a place on, nearest first. The order begins with the walked column, though all rows have
 * one value of it, and says so by two bounds: then no other index is in this order, and the planner, which knows neither
 * how a tenant's rows lie in time nor who owns them, has nothing to guess. Whatever it guessed, some list would be read
 * from one end to the other.
 */
export function nearest(selection: Selection<unknown>, reach: Reach, limit: Sql): Sql {
  const { list, through } = selection;
  const ordered = sql`${rowsOf(selection, reach)} order by ${order(selection, reach)} limit ${limit}`;
  if (through === undefined) return ordered;
  return sql`select nearest.* from (${through}) one_of cross join lateral (${ordered}) nearest
             order by ${timeOrder(list, reach)} limit ${limit}`;
}

/** The SELECT of all rows, in no order. */
export function allRows(selection: Selection<unknown>): Sql {
  const { through } = selection;
  const rows = rowsOf(selection, null);
  return through === undefined ? rows : sql`select own.* from (${through}) one_of cross join lateral (${rows}) own`;
}

/** The order of what `nearest` selects, said again where it is selected from. */
export function orderOfNearest(selection: Selection<unknown>, reach: Reach): Sql {
  return selection.through === undefined ? order(selection, reach) : timeOrder(selection.list, reach);
}

function order({ list, walk }: Selection<unknown>, reach: Reach): Sql {
  const times = timeOrder(list, reach);
  if (walk === undefined) return times;
  return reach.backwards ? sql`${walk.column}, ${times}` : sql`${walk.column} desc, ${times}`;
}

function timeOrder({ time }: List<unknown>, { backwards }: Reach): Sql {
  return backwards ? sql`${time}, id` : sql`${time} desc, id desc`;
}

function rowsOf(selection: Selection<unknown>, reach: Reach | null): Sql {
  const { list, parent, within } = selection;
  const known = [parent?.where, within].filter((one) => one !== undefined);
  const conditions = [...known, ...bounds(selection, reach)];
  return sql`select * from ${list.table} where ${and(conditions)}`;
}

/** Where the walk begins and ends: each is a comparison with what the index is ordered by, so nothing outside is looked at. */
function bounds({ list, walk, from, until }: Selection<unknown>, reach: Reach | null): Sql[] {
  const { time } = list;
  const place = reach?.from ?? null;
  const comparison = reach?.backwards === true ? sql`>` : sql`<`;
  const moment = (text: string) => sql`${text}::timestamptz`;
  if (walk === undefined) {
    return [
      ...(from === undefined ? [] : [sql`${time} >= ${moment(from)}`]),
      ...(until === undefined ? [] : [sql`${time} < ${moment(until)}`]),
      ...(place === null ? [] : [sql`(${time}, id) ${comparison} (${moment(place.time)}, ${place.id}::uuid)`]),
    ];
  }
  const { column, value } = walk;
  return [
    from === undefined ? sql`${column} >= ${value}` : sql`(${column}, ${time}) >= (${value}, ${moment(from)})`,
    until === undefined ? sql`${column} <= ${value}` : sql`(${column}, ${time}) < (${value}, ${moment(until)})`,
    ...(place === null
      ? []
      : [sql`(${column}, ${time}, id) ${comparison} (${value}, ${moment(place.time)}, ${place.id}::uuid)`]),
  ];
}

/** All of them; without any, every row. */
export function and(conditions: readonly Sql[]): Sql {
  const [first, ...others] = conditions;
  return others.reduce((all, next) => sql`${all} and ${next}`, first ?? sql`true`);
}
