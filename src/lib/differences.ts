import { canonicalJson } from './canonicalJson.ts';

/** What a change was: each field that differs, as it was and as it is now. */
export type Differences = {
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
};

/** The fields of `after` that are not as they were; undefined where all are, so that nothing is written or told for nothing. */
export function differences(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Differences | undefined {
  const changed = Object.keys(after).filter(
    (name) => after[name] !== undefined && canonicalJson(after[name]) !== canonicalJson(before[name] ?? null),
  );
  if (changed.length === 0) return undefined;
  const only = (side: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(changed.map((name) => [name, side[name] ?? null]));
  return { before: only(before), after: only(after) };
}
