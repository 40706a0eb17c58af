import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatabaseAddress } from '../../src/store/DatabaseAddress.ts';
import { superuser } from '../../src/store/postgresCluster.ts';
import { findPostmaster, foundServer, stopServer, until } from '../../src/store/postmaster.ts';
import type { BenchRun } from './Bench.ts';

/** The service as a user starts it, on a durable database of its own, in a process of its own. */
export type BenchService = AsyncDisposable & {
  readonly url: string;
  /** The first key of the platform. */
  readonly platformKey: string;
  /** The service's database, as the administrator. */
  readonly database: Extract<DatabaseAddress, { host: string }>;
  /** The process of the service, and the first of its database's. */
  readonly pid: number;
  readonly databasePid: number;
};

const startTimeoutMs = 30_000;
const stopTimeoutMs = 30_000;

/** Starts one in the folder of the run. Dispose of it before the run is over: it then ends, and its database with it. */
export async function startService(run: BenchRun): Promise<BenchService> {
  run.progress('starting the service on a database of its own');
  const dataDir = join(run.folder, 'data');
  const logPath = join(run.folder, 'service.log');
  const child = spawnService(dataDir, logPath);
  // An interruption waits for the start: a service can stop in order once it has started, and not before.
  const started = await until(() => told(logPath) ?? (hasEnded(child) ? 'ended' : undefined), startTimeoutMs);
  const data = join(dataDir, 'postgres', 'data');
  const postmaster = findPostmaster(data);
  if (started === undefined || started === 'ended' || postmaster === undefined || child.pid === undefined) {
    await stop(child, data);
    throw new Error(`The service did not start. ${lastWords(logPath)}`);
  }
  return {
    url: started.url,
    platformKey: readFileSync(started.keyFile, 'utf8').trim(),
    database: { host: postmaster.host, port: postmaster.port, user: superuser, database: 'keywright' },
    pid: child.pid,
    databasePid: postmaster.pid,
    async [Symbol.asyncDispose]() {
      await stop(child, data);
      if (child.exitCode !== 0) throw new Error(`The service did not end well. ${lastWords(logPath)}`);
    },
  };
}

function spawnService(dataDir: string, logPath: string): ChildProcess {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const endWithParent = new URL('./endWithParent.ts', import.meta.url);
  // A file, because whoever reads a pipe of many log lines has less time to make load.
  const log = openSync(logPath, 'a');
  try {
    return spawn(process.execPath, ['--import', endWithParent.href, main], {
      // Nothing of our own environment: a DATABASE_URL in it would be somebody's real database.
      env: { PATH: process.env.PATH, DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: '0', NODE_ENV: 'production' },
      // A Ctrl-C is for the benchmark, which then ends the service in order.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    closeSync(log);
  }
}

/** What a service says once it works: its address, and the file of its first key, which it makes last. */
function told(logPath: string): { url: string; keyFile: string } | undefined {
  const log = readFileSync(logPath, 'utf8');
  const url = /"url":"([^"]+)"/.exec(log)?.[1];
  const keyFile = /"file":"([^"]+)"/.exec(log)?.[1];
  return url === undefined || keyFile === undefined ? undefined : { url, keyFile };
}

function lastWords(logPath: string): string {
  return `Its last words:\n${readFileSync(logPath, 'utf8').slice(-2000)}`;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Lets go of the service, which is what ends it, and waits until it is gone. */
async function stop(child: ChildProcess, data: string): Promise<void> {
  if (!hasEnded(child)) {
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(stopTimeoutMs) });
    if (child.connected) child.disconnect();
    await ended.catch(() => child.kill('SIGKILL'));
  }
  // A service that was killed could not end its database.
  const orphan = findPostmaster(data);
  if (orphan !== undefined) await stopServer(foundServer(data, orphan.pid));
}
