import { invalid } from './invalid.ts';

/** A value that may be left out of an update, and never be null: what it belongs to is never without. */
export function notRemovable<T>(value: T | null | undefined, path: readonly string[]): T | undefined {
  if (value === null) throw invalid(`"${path.at(-1)}" cannot be removed: leave it out, or give another.`, path);
  return value;
}
