import { openCursor, type Position, sealCursor } from '../crypto/cursor.ts';
import { canonicalJson } from '../lib/canonicalJson.ts';
import { invalid } from '../lib/invalid.ts';
import { cursorArgument, type PageArguments, parsePageRange } from '../lib/pageRange.ts';
import type { Page } from './pages.ts';
import type { Reading } from './Reading.ts';
import type { Selection } from './Selection.ts';

/** A page, with what it takes to go on from any of its rows, and to count the whole list. */
export type Connection<Row> = Page<Row> & {
  positionOf(row: Row): Position;
  readonly cursorAt: (position: Position) => string;
  readonly totalCount: () => Promise<number | null>;
};

/** Which list, in whole: its rows, and the meaning by which its cursors are known again. */
export type ListRequest<Row> = {
  readonly selection: Selection<Row>;
  /** Everything by which the list differs from others: its name, whose it is, its filter. A cursor is good for one of them. */
  readonly meaning: Readonly<Record<string, unknown>>;
  readonly range: PageArguments;
};

/** Reads one page of a list. */
export async function readConnection<Row>(
  reading: Reading,
  { selection, meaning, range: given }: ListRequest<Row>,
): Promise<Connection<Row>> {
  const range = parsePageRange(given);
  const purpose = canonicalJson(meaning);
  const from = range.cursor === null ? null : openCursor(reading.keyring, purpose, range.cursor);
  if (from === undefined) {
    throw invalid('This cursor belongs to another list or filter: start again without it.', [cursorArgument(range)]);
  }
  const page = await reading.page({ selection, reach: { backwards: range.backwards, size: range.size, from } });
  return {
    ...page,
    positionOf: (row) => selection.list.positionOf(row),
    cursorAt: (position) => sealCursor(reading.keyring, purpose, position),
    totalCount: () => reading.count(selection),
  };
}
