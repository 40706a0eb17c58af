import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Keyring } from '../../../src/crypto/keyring.ts';
import { type BenchRun, type Figure, median } from '../Bench.ts';
import { ownCpuMs, serviceCpuMs } from '../cpuMs.ts';
import type { BenchService } from '../startService.ts';
import { openVerifier, type Verifier } from './openVerifier.ts';
import type { Tokens } from './Tokens.ts';

/** As many as the statements of a node take together, and as many again that wait. */
const inFlight = 1000;

type Round = {
  readonly perSecond: number;
  readonly nodeUs: number;
  readonly databaseUs: number;
  readonly keyBytes: number;
};

/**
 * Presents every token once to a node that knows none of them, round by round to another node; answers the last of these,
 * which then has all keys in memory.
 */
export async function measureOnce(
  run: BenchRun,
  service: BenchService,
  { keyring, tokens }: { readonly keyring: Keyring; readonly tokens: Tokens },
): Promise<{ figures: readonly Figure[]; full: Verifier }> {
  // Its shards fill unevenly: a node with room for exactly these keys would make room before it has them all.
  const open = () => openVerifier(service, keyring, { cachedKeys: tokens.count * 2 });
  {
    run.progress('presenting every key once, to warm up');
    await using verifier = await open();
    await presentOnce(run, service, { verifier, tokens });
  }
  const rounds: Round[] = [];
  for (let round = 1; round < run.rounds; round++) {
    run.progress(`presenting every key once: round ${round} of ${run.rounds}`);
    await using verifier = await open();
    rounds.push(await presentOnce(run, service, { verifier, tokens }));
  }
  run.progress(`presenting every key once: round ${run.rounds} of ${run.rounds}`);
  const full = await open();
  try {
    rounds.push(await presentOnce(run, service, { verifier: full, tokens }));
    return { figures: figuresOf(rounds, run), full };
  } catch (error) {
    await full[Symbol.asyncDispose]();
    throw error;
  }
}

function figuresOf(rounds: readonly Round[], { quick }: BenchRun): Figure[] {
  const of = (what: keyof Round) => median(rounds.map((round) => round[what]));
  return [
    { name: 'once each: whole path', value: of('perSecond'), unit: '/s', bound: { atLeast: 70_000 } },
    { name: 'once each: CPU of the node', value: of('nodeUs'), unit: ' µs' },
    { name: 'once each: CPU of the database', value: of('databaseUs'), unit: ' µs' },
    // Among few keys, what a node needs besides weighs more than the keys.
    { name: 'heap of a cached key', value: of('keyBytes'), unit: ' bytes', ...(!quick && { bound: { atMost: 300 } }) },
  ];
}

async function presentOnce(
  { signal }: BenchRun,
  service: BenchService,
  { verifier, tokens }: { readonly verifier: Verifier; readonly tokens: Tokens },
): Promise<Round> {
  const heapBefore = heapBytes();
  const [nodeMs, allMs] = [ownCpuMs(), serviceCpuMs(service)];
  const startedMs = performance.now();
  let next = 0;
  const present = async () => {
    while (next < tokens.count) {
      const { code } = await verifier.verify(tokens.at(next++), verifier.now());
      if (code !== 'VALID') throw new Error(`A good key was answered ${code}.`);
      signal.throwIfAborted();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, present));
  const seconds = (performance.now() - startedMs) / 1000;
  const usEach = (ms: number) => (ms * 1000) / tokens.count;
  const [nodeUs, databaseUs] = [usEach(ownCpuMs() - nodeMs), usEach(serviceCpuMs(service) - allMs)];
  const { size } = verifier.prover.memory;
  if (size !== tokens.count) throw new Error(`${size} keys are remembered, not ${tokens.count}.`);
  return { perSecond: tokens.count / seconds, nodeUs, databaseUs, keyBytes: (heapBytes() - heapBefore) / size };
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** What is in use, and not what is still to be collected. */
function heapBytes(): number {
  collectGarbage();
  collectGarbage();
  // `external` counts the array buffers, too.
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
