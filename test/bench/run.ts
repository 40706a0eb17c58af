import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './Bench.ts';
import { type Report, reportOn } from './report.ts';

/** Odd, so that the median is a round that happened. */
const rounds = 3;

/** How a benchmark is run. */
export type RunOptions = {
  readonly quick: boolean;
  readonly signal: AbortSignal;
  readonly progress: (doing: string) => void;
};

/** Runs one benchmark in a temporary folder, of which nothing is left when it is over, however it ends. */
export async function runBench(bench: Bench, { quick, signal, progress }: RunOptions): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), `keywright-bench-${bench.name}-`));
  try {
    const figures = await bench.measure({
      folder,
      rounds,
      quick,
      signal,
      secondsMax: quick ? 2.5 : 10,
      progress,
    });
    return reportOn(figures, { bench: bench.name, rounds, now: new Date() });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
