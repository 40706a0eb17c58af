import { ownCpuMs } from './cpuMs.ts';

/** What a figure has to keep to. */
export type Bound = { readonly atLeast: number } | { readonly atMost: number };

/** One measured number. One without a bound promises nothing: it is there so that the others can be understood. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly bound?: Bound;
};

/** A benchmark measures the service beside a peer, or beside what the machine itself can do, in one run. */
export type Bench = {
  readonly name: string;
  /** What it shows, in the one line that the list has for it. */
  readonly shows: string;
  readonly measure: (run: BenchRun) => Promise<readonly Figure[]>;
};

/** What a benchmark is given for one run. */
export type BenchRun = {
  /** A folder of its own, which is gone when the run is over. */
  readonly folder: string;
  readonly rounds: number;
  /** Whether it must be over in less than a minute: with less data where that takes its time. */
  readonly quick: boolean;
  /** Aborts when somebody interrupts the run, or when its time is up. */
  readonly signal: AbortSignal;
  /** One measurement ends after this long, however little it has done by then: a busy machine must not make a run endless. */
  readonly secondsMax: number;
  /** Tells whoever waits what is being done. */
  progress(doing: string): void;
};

/**
 * Measures each contestant once a round, in turn (A B A B): what else the machine does falls on all of them.
 * Answers what each measured, round by round, under its own name.
 */
export async function interleave<Name extends string, Measured>(
  run: BenchRun,
  contestants: Readonly<Record<Name, () => Promise<Measured>>>,
): Promise<Record<Name, readonly Measured[]>> {
  const measured = {} as Record<Name, Measured[]>;
  for (let round = 1; round <= run.rounds; round++) {
    for (const [name, measure] of Object.entries(contestants) as [Name, () => Promise<Measured>][]) {
      run.signal.throwIfAborted();
      run.progress(`round ${round} of ${run.rounds}: ${name}`);
      measured[name] ??= [];
      measured[name].push(await measure());
    }
  }
  return measured;
}

/** How much of a job one measurement does. */
export type Load = {
  /** After so many it ends, even if its time is not up. */
  readonly countMax: number;
  /** So many at once. */
  readonly inFlight: number;
  /** The CPU time so far of all who have a part in the job; this process alone if absent. */
  readonly cpuMs?: () => number;
};

/** How often a job was done, and what each time took of the cores. */
export type Throughput = { readonly perSecond: number; readonly cpuMs: number };

/** Does a job again and again. */
export async function throughput(
  { signal, secondsMax }: Pick<BenchRun, 'signal' | 'secondsMax'>,
  { countMax, inFlight, cpuMs = ownCpuMs }: Load,
  job: () => Promise<unknown>,
): Promise<Throughput> {
  const cpuBeforeMs = cpuMs();
  const startedMs = performance.now();
  const endsMs = startedMs + secondsMax * 1000;
  let left = countMax;
  const worker = async () => {
    while (left > 0 && performance.now() < endsMs) {
      signal.throwIfAborted();
      left--;
      await job();
    }
  };
  const workers = Array.from({ length: inFlight }, () =>
    worker().catch((error: unknown) => {
      // The measurement is worth nothing any more: the others only end what they have begun.
      left = 0;
      throw error;
    }),
  );
  // Even then, nobody is left at work: a service that is stopped next would lose its clients in the middle.
  await Promise.allSettled(workers);
  await Promise.all(workers);
  const count = countMax - left;
  return { perSecond: (count * 1000) / (performance.now() - startedMs), cpuMs: (cpuMs() - cpuBeforeMs) / count };
}

/** The value in the middle, which one disturbed round does not move. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The median of what each round says about two contestants: neighbours in time, who had the same machine. */
export function medianRatio(of: readonly number[], to: readonly number[]): number {
  return median(of.map((value, round) => value / (to[round] ?? Number.NaN)));
}
