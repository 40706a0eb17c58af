import { Worker } from 'node:worker_threads';
import type { Violation } from './Checker.ts';

/** Seeds to be run one after the other, until one shows something. */
export type Job = {
  readonly from: number;
  readonly count: number;
  /** The number of a guard that is taken out. */
  readonly without?: number | undefined;
  readonly trace?: boolean | undefined;
};

/** What came of them. */
export type Report = {
  readonly counts: Readonly<Record<string, number>>;
  readonly failed: { readonly seed: number; readonly violations: readonly Violation[] } | undefined;
  /** The story, if it was wanted. */
  readonly lines: readonly string[];
};

/** Runs jobs in a thread of its own, where our code is loaded as a simulation wants it. */
export async function runSeeds(jobs: readonly Job[]): Promise<readonly Report[]> {
  const reports: Report[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: jobs, execArgv: [] });
  worker.on('message', (report: Report) => void reports.push(report));
  worker.on('error', reject);
  worker.on('exit', () => resolve());
  await promise;
  return reports;
}
