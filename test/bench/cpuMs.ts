import { readdirSync, readFileSync } from 'node:fs';
import type { BenchService } from './startService.ts';

/** The unit of /proc on every Linux that Node runs on: a hundredth of a second. */
const tickMs = 10;

/** The CPU time that this process has used so far. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The CPU time that a service and its database have used so far; no number where the system does not tell. */
export function serviceCpuMs({ pid, databasePid }: Pick<BenchService, 'pid' | 'databasePid'>): number {
  if (process.platform !== 'linux') return Number.NaN;
  const database = readStat(databasePid);
  const backends = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(Number(name)))
    .filter((stat) => stat?.parent === databasePid);
  const all = [readStat(pid)?.ticks, database?.ticks, database?.endedTicks, ...backends.map((stat) => stat?.ticks)];
  return all.reduce<number>((sum, ticks = 0) => sum + ticks, 0) * tickMs;
}

/** The CPU time that one process has used so far; no number where the system does not tell. */
export function processCpuMs(pid: number): number {
  if (process.platform !== 'linux') return Number.NaN;
  return (readStat(pid)?.ticks ?? Number.NaN) * tickMs;
}

type Stat = {
  readonly parent: number;
  readonly ticks: number /** Of children that have ended. */;
  readonly endedTicks: number;
};

function readStat(pid: number): Stat | undefined {
  try {
    // The name in parentheses may hold anything; what follows it are numbers.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) . /s, '')
      .split(' ')
      .map(Number);
    const [parent = 0] = fields;
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(10);
    return { parent, ticks: user + system, endedTicks: endedUser + endedSystem };
  } catch {
    // It has just ended.
    return undefined;
  }
}
