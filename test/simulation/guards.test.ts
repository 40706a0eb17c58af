import { describe, expect, it } from 'vitest';
import { guards } from './guards.ts';
import { runSeeds } from './runSeeds.ts';

/** As many as the suite runs. */
const seeds = 1_000;

describe('each rule of the protocol, taken out of our code', () => {
  it('is missed by some seed', { timeout: 600_000 }, async () => {
    // The seed that showed it last first: a change to the world moves it, and then it is looked for.
    const jobs = guards.flatMap(({ seed }, without) => (seed === undefined ? [] : [{ from: seed, count: 1, without }]));
    const reports = await runSeeds(jobs);
    const moved = jobs.filter((_, n) => reports[n]?.failed === undefined);
    const again = await runSeeds(moved.map((job) => ({ ...job, from: 1, count: seeds })));
    for (const [n, { without }] of moved.entries()) {
      console.log(`${guards[without]?.name}: now shown by seed ${again[n]?.failed?.seed}`);
    }
    const unseen = moved.filter((_, n) => again[n]?.failed === undefined);
    expect(unseen.map(({ without }) => guards[without]?.name)).toEqual([]);
    expect(reports.length).toBeGreaterThan(20);
  });
});
