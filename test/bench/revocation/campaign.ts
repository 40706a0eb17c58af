import { setTimeout } from 'node:timers/promises';
import { createRandom } from '../../crash/Random.ts';
import { createAsk } from './ask.ts';
import { makeChanges } from './changes.ts';
import type { Database } from './database.ts';
import { createDatabaseTime, type DatabaseTime } from './databaseTime.ts';
import { makeFaults, type Stretch } from './faults.ts';
import { createLoad } from './load.ts';
import type { Nodes } from './nodes.ts';
import type { Population } from './population.ts';
import { createTally, type Tally, type Weather } from './tally.ts';

/** What is put under load, and how. */
export type CampaignParts = {
  readonly database: Database;
  readonly nodes: Nodes;
  readonly population: Population;
  readonly platformKey: string;
  readonly seed: number;
  /** It ends when both are reached. */
  readonly verificationsMin: number;
  readonly endsMs: number;
  readonly quietMs: Stretch;
  readonly signal: AbortSignal;
  readonly progress: (doing: string) => void;
};

/** What it came to. */
export type Campaign = { readonly tally: Tally; readonly seconds: number; readonly doubtMs: number };

/** Requests in flight at each node. */
const connectionsPerNode = 2;
/** Tokens presented in a second, if the machine can: how long a change takes where no core is left for it tells nothing. */
const tokensPerSecond = 20_000;
const tokensPerRequest = 100;
/** Who makes changes, one after the other each. */
const changersCount = 12;
const clockMs = 1000;
/** The quickest answer of some says most. */
const clockLooks = 5;
const tellMs = 5000;
const lookMs = 100;

/** Verifies, changes and disturbs until it is enough, the signal aborts, or something happens that must not. */
export async function runCampaign(parts: CampaignParts): Promise<Campaign> {
  const { database, nodes, population, platformKey, seed, signal, progress } = parts;
  const startedMs = performance.now();
  const tally = createTally();
  const weather: Weather = { fault: 'warming up', quietSinceMs: startedMs };
  const databaseTime = createDatabaseTime();
  const load = createLoad({ nodes, population, platformKey, tally, weather });
  const asks = Array.from({ length: changersCount }, () => createAsk(nodes, platformKey));
  let failure: unknown;
  const isEnough = () => tally.verifications >= parts.verificationsMin && performance.now() >= parts.endsMs;
  const isOver = () => failure !== undefined || signal.aborted || isEnough();
  const everyMs = (nodes.all.length * connectionsPerNode * tokensPerRequest * 1000) / tokensPerSecond;
  const shared = { nodes, tally, weather, isOver };
  const workers = [
    ...nodes.all.flatMap(({ no }) => Array.from({ length: connectionsPerNode }, () => load.run(no, everyMs, isOver))),
    ...asks.map((ask, n) =>
      makeChanges(
        { ...shared, ask, nodeCount: nodes.all.length, random: createRandom(seed + n + 1), databaseTime },
        population,
      ),
    ),
    // Chance of its own: which faults there are, in which order and for how long follows from the seed alone.
    makeFaults({ ...shared, random: createRandom(seed), database, load, progress }, parts.quietMs),
    keepTime(database, databaseTime, isOver),
    tell(tally, progress, isOver),
  ];
  const ended = Promise.all(workers.map((worker) => worker.catch((error: unknown) => (failure ??= error))));
  while (!isOver()) await setTimeout(lookMs);
  const seconds = (performance.now() - startedMs) / 1000;
  // What is still on its way may take seconds, and tells nothing more.
  for (const { close } of [load, ...asks]) close();
  await ended;
  signal.throwIfAborted();
  if (failure !== undefined) throw failure;
  return { tally, seconds, doubtMs: databaseTime.doubtMs };
}

/** Looks at the database's clock now and then. */
async function keepTime(database: Database, time: DatabaseTime, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await database
      .asAdmin(async (client) => {
        for (let look = 0; look < clockLooks; look++) {
          const before = performance.now();
          const { rows } = await client.query('select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms');
          time.measure(rows[0].ms, before, performance.now());
        }
      })
      // The next look finds it again.
      .catch(() => {});
    await setTimeout(clockMs);
  }
}

/** Whoever waits sees that it goes on. */
async function tell(tally: Tally, progress: (doing: string) => void, isOver: () => boolean): Promise<void> {
  for (;;) {
    await setTimeout(tellMs);
    if (isOver()) return;
    const { verifications, changes, stale, falseRefusals } = tally;
    progress(`${verifications} verifications, ${changes} changes, ${stale} stale, ${falseRefusals} falsely refused`);
  }
}
