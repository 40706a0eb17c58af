/**
 * Parses a value only when there is one. An update leaves alone what is `undefined` and clears what is `null`,
 * so the two must come out as they went in.
 */
export function ifGiven<T>(
  value: unknown,
  path: readonly string[],
  parse: (value: unknown, path: readonly string[]) => T,
): T | null | undefined {
  return value === null || value === undefined ? value : parse(value, path);
}
