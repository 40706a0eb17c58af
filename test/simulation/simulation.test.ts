import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type Report, runSeeds } from './runSeeds.ts';

// CONTRIBUTING.md tells of these, and how a seed is run again.
const seeds = Number(process.env.SEEDS || 1_000);
const only = process.env.SIM_SEED === undefined ? undefined : Number(process.env.SIM_SEED);
const isTold = process.env.SIM_TRACE !== undefined;

/** More than a thousand take a while: then every core has its share. */
const threads = seeds > 1_000 ? availableParallelism() : 1;

describe('our own code, in a world where everything breaks', () => {
  it.skipIf(only !== undefined)(
    `${seeds} seeds: nothing that was withdrawn is accepted, and nothing that is good is refused`,
    { timeout: 900_000 },
    async () => {
      const share = Math.ceil(seeds / threads);
      const jobs = Array.from({ length: threads }, (_, n) => ({ from: 1 + n * share, count: share }));
      const reports = (await Promise.all(jobs.map((job) => runSeeds([job])))).flat();
      expect(reports.map(describeFailure)).toEqual(jobs.map(() => 'nothing'));
      // A world in which nobody remembers anything, or nothing ever takes effect, would prove nothing.
      const sum = (name: string) => reports.reduce((total, { counts }) => total + (counts[name] ?? 0), 0) / seeds;
      expect(sum('verified')).toBeGreaterThan(500);
      expect(sum('accepted')).toBeGreaterThan(100);
      expect(sum('fromMemory')).toBeGreaterThan(250);
      expect(sum('unavailable')).toBeGreaterThan(5);
      expect(sum('effective')).toBeGreaterThan(5);
      expect(sum('later')).toBeGreaterThan(5);
    },
  );

  it('a seed is the same story whenever it is told', { timeout: 60_000 }, async () => {
    const job = { from: only ?? 7, count: 1, trace: true };
    const [one] = await runSeeds([job]);
    const [again] = await runSeeds([job]);
    if (isTold) console.log(one?.lines.join('\n'));
    expect(one?.lines.length).toBeGreaterThan(500);
    expect(again?.lines).toEqual(one?.lines);
    expect(one && describeFailure(one)).toBe('nothing');
  });
});

function describeFailure({ failed }: Report): string {
  if (failed === undefined) return 'nothing';
  const { seed, violations } = failed;
  const told = violations.slice(0, 5).map(({ kind, atMs, story }) => `${kind} at ${atMs.toFixed(2)}: ${story}`);
  return [`seed ${seed}; its story: SIM_SEED=${seed} SIM_TRACE=1 npx vitest run test/simulation`, ...told].join('\n');
}
