import { parentPort, workerData } from 'node:worker_threads';
import { installLoader } from './loader.ts';
import type { Job, Report } from './runSeeds.ts';

// Errors of a simulated database are many, and where they were made tells nothing.
Error.stackTraceLimit = 0;
installLoader();
// After the loader: what these import is our code, as it is to be tried.
const { loadCode } = await import('./Code.ts');
const { guards } = await import('./guards.ts');
const { simulate } = await import('./simulate.ts');

async function run({ from, count, without, trace }: Job): Promise<Report> {
  const code = await loadCode(without === undefined ? undefined : String(without));
  const expected = without === undefined ? undefined : guards[without]?.kind;
  const total: Record<string, number> = {};
  const lines: string[] = [];
  for (let seed = from; seed < from + count; seed++) {
    const { violations, counts } = await simulate(code, seed, trace ? (line) => void lines.push(line) : undefined);
    for (const [name, number] of Object.entries(counts)) total[name] = (total[name] ?? 0) + number;
    const isShown = violations.some(({ kind }) => expected === undefined || kind === expected);
    if (isShown) return { counts: total, failed: { seed, violations }, lines };
  }
  return { counts: total, failed: undefined, lines };
}

for (const job of workerData as readonly Job[]) parentPort?.postMessage(await run(job));
