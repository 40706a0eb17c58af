import { createRandom } from '../crash/Random.ts';

/** The one source of chance in a simulated world: its seed repeats everything. */
export type Chance = {
  between(from: number, to: number): number;
  happens(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** A longer list of the same: what comes up more often stands in it more often. */
  weighed<T>(items: readonly (readonly [weight: number, item: T])[]): T;
};

export function createChance(seed: number): Chance {
  const random = createRandom(seed);
  for (let n = 0; n < 8; n++) random.below(2);
  const fraction = () => random.below(2 ** 30) / 2 ** 30;
  return {
    between: (from, to) => from + fraction() * (to - from),
    happens: (probability) => fraction() < probability,
    pick(items) {
      const item = random.pick(items);
      if (item === undefined) throw new Error('There is nothing to pick from.');
      return item;
    },
    weighed(items) {
      let at = fraction() * items.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, item] of items) {
        at -= weight;
        if (at < 0) return item;
      }
      throw new Error('There is nothing to pick from.');
    },
  };
}
