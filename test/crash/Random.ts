/** Chance that a seed repeats. */
export type Random = {
  /** From 0 up to, and without, `end`. */
  below(end: number): number;
  pick<T>(items: readonly T[]): T | undefined;
  shuffle<T>(items: readonly T[]): T[];
};

/** Marsaglia's xorshift, of 32 bits: enough to choose by, and the same on every machine. */
export function createRandom(seed: number): Random {
  // Neighbouring seeds must not begin alike, and zero would stay zero.
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const below = (end: number) => next() % end;
  return {
    below,
    pick: (items) => items[below(Math.max(items.length, 1))],
    shuffle(items) {
      const rest = [...items];
      return items.flatMap(() => rest.splice(below(rest.length), 1));
    },
  };
}
