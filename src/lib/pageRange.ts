import { invalid } from './invalid.ts';
import { limits } from './limits.ts';

/** The arguments of every list, as they come in. */
export type PageArguments = {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
};

/** Which part of a list is asked for: so many, onwards or backwards from a cursor or from that end of the list. */
export type PageRange = {
  readonly backwards: boolean;
  readonly size: number;
  readonly cursor: string | null;
};

/** Reads the four arguments; a page goes onwards by `first` and `after`, or backwards by `last` and `before`. */
export function parsePageRange({ first, after, last, before }: PageArguments): PageRange {
  const backwards = last != null || before != null;
  if (backwards && (first != null || after != null)) {
    throw invalid('Page onwards with first and after, or backwards with last and before, and not both at once.', [
      first != null ? 'first' : 'after',
    ]);
  }
  return backwards
    ? { backwards, size: parseSize(last, 'last'), cursor: before ?? null }
    : { backwards, size: parseSize(first, 'first'), cursor: after ?? null };
}

/** The argument that a range's cursor came in by. */
export function cursorArgument({ backwards }: PageRange): 'after' | 'before' {
  return backwards ? 'before' : 'after';
}

function parseSize(value: number | null | undefined, argument: 'first' | 'last'): number {
  const size = value ?? limits.pageSizeDefault;
  if (Number.isInteger(size) && size >= 1 && size <= limits.pageSizeMax) return size;
  throw invalid(`A page has from 1 to ${limits.pageSizeMax} items, not ${size}.`, [argument]);
}
