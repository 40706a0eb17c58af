import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, BenchRun, Figure } from './Bench.ts';
import { startService } from './startService.ts';
import { measureCold, type Seeded } from './verify/cold.ts';
import { measureForgeries } from './verify/forgeries.ts';
import { measureGraphql } from './verify/graphql.ts';
import { measureHttp } from './verify/http.ts';
import { measureOnce } from './verify/once.ts';
import { readServiceRing } from './verify/openVerifier.ts';
import { measureOverGraph } from './verify/overGraph.ts';
import { seedTokens } from './verify/seedTokens.ts';
import { measureWarm } from './verify/warm.ts';

/** Measures that start a service of their own, each in a folder of its own. */
const doors: Readonly<Record<string, (run: BenchRun) => Promise<readonly Figure[]>>> = {
  http: measureHttp,
  graphql: measureGraphql,
};

/** What every request of every customer costs, beside what it could cost. */
export const verify: Bench = {
  name: 'verify',
  shows: 'verifications: warm beside one SHA-256, cold beside one SELECT, a million keys once each, forgeries',
  async measure(whole): Promise<readonly Figure[]> {
    const run = { ...whole, secondsMax: whole.quick ? 0.4 : whole.secondsMax / 2 };
    const figures: Figure[] = [];
    for (const [name, measureDoor] of Object.entries(doors)) figures.push(...(await measureDoor(inFolder(run, name))));
    figures.push(...(await measureKeys(run)));
    return figures;
  },
};

async function measureKeys(run: BenchRun): Promise<readonly Figure[]> {
  const [fewRun, allRun] = [inFolder(run, 'few'), inFolder(run, 'all')];
  await using fewService = await startService(fewRun);
  await using allService = await startService(allRun);
  const seed = async (of: BenchRun, service: typeof allService, count: number): Promise<Seeded> => {
    run.progress(`making ${count.toLocaleString('en')} keys`);
    const keyring = readServiceRing(of.folder);
    return { service, keyring, tokens: await seedTokens(service, keyring, { count, signal: run.signal }) };
  };
  const few = await seed(fewRun, fewService, 1000);
  const all = await seed(allRun, allService, run.quick ? 10_000 : 1_000_000);
  const figures: Figure[] = [{ name: 'keys', value: all.tokens.count, unit: '' }];
  {
    const { full, figures: once } = await measureOnce(run, all.service, all);
    await using remembering = full;
    figures.push(...(await measureWarm(run, { full: remembering, tokens: all.tokens })), ...once);
  }
  figures.push(...(await measureCold(run, { few, all })));
  figures.push(...(await measureForgeries(run, all)));
  figures.push(...(await measureOverGraph(run, all)));
  return figures;
}

function inFolder(run: BenchRun, name: string): BenchRun {
  const folder = join(run.folder, name);
  mkdirSync(folder);
  return { ...run, folder };
}
