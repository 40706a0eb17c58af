import { randomInt } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { createKeyring, type Keyring } from '../../src/crypto/keyring.ts';
import { readKeyringFile, writeNewKeyringFile } from '../../src/crypto/keyringFile.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { createRandom } from '../crash/Random.ts';
import type { Bench, BenchRun, Figure } from './Bench.ts';
import { type Campaign, runCampaign } from './revocation/campaign.ts';
import { type Database, startDatabase } from './revocation/database.ts';
import { figuresOf } from './revocation/figures.ts';
import { startGuard } from './revocation/guard.ts';
import { type Nodes, startNodes } from './revocation/nodes.ts';
import { makePlatformKey, makePopulation } from './revocation/population.ts';

const nodeCount = 4;
/** Enough verifications, and time for every kind of fault several times. */
const full = { verificationsMin: 5_000_000, loadMs: 240_000, quietMs: { from: 3000, below: 6000 }, keys: 400 } as const;
/** As much as fits into fifty seconds, of which starting and stopping take some. */
const quick = { verificationsMin: 0, endsMs: 40_000, quietMs: { from: 1000, below: 2500 }, keys: 100 } as const;

/** No verification that begins after a withdrawal is effective accepts what was withdrawn, whatever happens meanwhile. */
export const revocation: Bench = {
  name: 'revocation',
  shows: 'stale acceptances and false refusals of four nodes under faults, and how long a revocation takes',
  async measure(run): Promise<readonly Figure[]> {
    const startedMs = performance.now();
    // Where root may make no namespace, Postgres runs as nobody, who must be able to pass.
    chmodSync(run.folder, 0o755);
    const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
    run.progress(`starting a database and ${nodeCount} nodes; SEED=${seed}`);
    await using stack = new AsyncDisposableStack();
    const guard = startGuard({ folder: run.folder, data: join(run.folder, 'postgres', 'data') });
    stack.defer(() => guard.dismiss());
    const database = await startDatabase(run.folder);
    stack.defer(() => database.stop());
    const keyringFile = join(run.folder, 'keyring.json');
    await writeNewKeyringFile(keyringFile, createKeyring(new Date(), systemRandom));
    const ring = await readKeyringFile(keyringFile);
    const nodes = await startNodes({ ...run, databaseUrl: database.url, keyringFile, count: nodeCount, guard });
    stack.defer(() => nodes.stop());
    const campaign = await underLoad(run, { database, ring, nodes, seed, startedMs });
    const evidence = [...campaign.tally.evidence.values()];
    // With an end of its own, so that a terminal does not write the next line over it.
    if (evidence.length > 0) run.progress(`what must not be:\n${evidence.join('\n')}\n`);
    return figuresOf(campaign, { seed, verificationsMin: (run.quick ? quick : full).verificationsMin });
  },
};

type Setting = {
  readonly database: Database;
  readonly ring: Keyring;
  readonly nodes: Nodes;
  readonly seed: number;
  readonly startedMs: number;
};

async function underLoad(run: BenchRun, setting: Setting): Promise<Campaign> {
  const { database, ring, nodes, seed, startedMs } = setting;
  const { quick: isQuick, signal, progress } = run;
  progress('making keys');
  const platformKey = await makePlatformKey(database, ring);
  const { keys, quietMs, verificationsMin } = isQuick ? quick : full;
  const size = { tenants: 40, users: 10, keys };
  const population = await database.asAdmin((admin) =>
    makePopulation(admin, { ring, random: createRandom(seed), size }),
  );
  const endsMs = isQuick ? startedMs + quick.endsMs : performance.now() + full.loadMs;
  return runCampaign({
    database,
    nodes,
    population,
    platformKey,
    seed,
    verificationsMin,
    endsMs,
    quietMs,
    signal,
    progress,
  });
}
