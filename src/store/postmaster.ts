import { type ChildProcess, spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { limits } from '../lib/limits.ts';
import { errorCode } from './errorCode.ts';

/** A running server, as its pid file describes it. */
export type Postmaster = {
  readonly pid: number;
  /** The folder of its socket. */
  readonly host: string;
  readonly port: number;
  /** `starting`, `ready` or `stopping`; empty in the first moment. */
  readonly status: string;
};

/** The file in which a server says that it runs on a cluster. */
export const pidFileName = 'postmaster.pid';

/** The server that runs on the cluster in `data`; undefined when there is none, whatever an old pid file says. */
export function findPostmaster(data: string): Postmaster | undefined {
  const lines = readPidFile(data).split('\n');
  const pid = Number(lines[0]);
  if (!isServing(pid, data)) return undefined;
  return { pid, port: Number(lines[3]), host: lines[4] ?? '', status: (lines[7] ?? '').trim() };
}

/** A server process that can be stopped. */
export type ServerProcess = { isAlive(): boolean; signal(name: NodeJS.Signals): void };

/** One that we started: Node knows it from its first moment on, and never mistakes another for it. */
export function childServer(child: ChildProcess): ServerProcess {
  return {
    isAlive: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    signal: (name) => void child.kill(name),
  };
}

/** One that we found. A signal never reaches a stranger who got the number of a server that is gone. */
export function foundServer(data: string, pid: number): ServerProcess {
  const isAlive = () => isServing(pid, data);
  return {
    isAlive,
    signal(name) {
      if (!isAlive()) return;
      try {
        process.kill(pid, name);
      } catch (error) {
        if (errorCode(error) !== 'ESRCH') throw error;
      }
    },
  };
}

/** Ends the server and waits until it is gone: first in order, then at once and with a recovery at the next start. */
export async function stopServer(server: ServerProcess): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    server.signal(signal);
    const gone = await until(() => !server.isAlive() || undefined, limits.postgresStopTimeoutMs);
    if (gone) return;
  }
  throw new Error('The embedded PostgreSQL does not stop.');
}

/**
 * The same within the exit of this process, where nothing can be awaited. It waits all the same: the next start would
 * take over a server that has not yet noticed that it is to end.
 */
export function stopServerNow(data: string, server: ServerProcess): void {
  server.signal('SIGINT');
  const end = performance.now() + limits.postgresStopTimeoutMs;
  const untouched = new Int32Array(new SharedArrayBuffer(4));
  while (findPostmaster(data) !== undefined && performance.now() < end) {
    Atomics.wait(untouched, 0, 0, limits.postgresPollMs);
  }
}

/** Looks again and again until there is something to see; undefined when the time is over. */
export async function until<T>(look: () => T | undefined, timeoutMs: number): Promise<T | undefined> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const seen = look();
    if (seen !== undefined || performance.now() >= end) return seen;
    await setTimeout(limits.postgresPollMs);
  }
}

function readPidFile(data: string): string {
  try {
    return readFileSync(join(data, pidFileName), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return '';
    throw error;
  }
}

/**
 * Whether the process is a living server on this cluster, and not a zombie, nor another program or another server that
 * got its number after a restart of the machine: every server works in its data folder.
 */
function isServing(pid: number, data: string): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isNamedPostgres(pid)) return false;
  if (process.platform !== 'linux') return true;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch (error) {
    // A root without the right to trace others, as in containers, sees only the name.
    return errorCode(error) === 'EACCES' || errorCode(error) === 'EPERM';
  }
}

function isNamedPostgres(pid: number): boolean {
  if (process.platform === 'linux') return /^\d+ \(postgres\) [^ZX]/.test(readStat(pid));
  const { stdout } = spawnSync('ps', ['-o', 'stat=,comm=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z]\S*\s.*\bpostgres$/m.test(stdout);
}

function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}
