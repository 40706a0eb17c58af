import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../../../src/store/postmaster.ts';
import type { Guard } from './guard.ts';

/** One of several processes of the service on one database. Who takes the place of one that was killed has its number. */
export type Node = { readonly no: number; readonly url: string; readonly pid: number };

/** All of them. */
export type Nodes = {
  /** Those that run, or are stopped, at this moment. */
  readonly all: readonly Node[];
  /** Stops a process as it stands, and lets it go on. */
  pause(node: Node): void;
  resume(node: Node): void;
  /** Kills one without a word. */
  kill(node: Node): Promise<void>;
  /** Starts another in its place. */
  replace(node: Node): Promise<void>;
  stop(): Promise<void>;
};

/** Where the nodes find what they share, and who ends them if nobody else does. */
export type NodesOptions = {
  readonly folder: string;
  readonly databaseUrl: string;
  readonly keyringFile: string;
  readonly count: number;
  readonly guard: Guard;
};

/** The last node remembers a part of what it is asked for: it reads all the time, also while something changes. */
const fewKeys = '500';
const startTimeoutMs = 30_000;
const stopTimeoutMs = 10_000;

/** Starts them, one after the other. */
export async function startNodes(options: NodesOptions): Promise<Nodes> {
  const children = new Map<number, ChildProcess>();
  const all: Node[] = [];
  let starts = 0;

  async function start(no: number): Promise<Node> {
    const logPath = join(options.folder, `node-${no}-${++starts}.log`);
    const child = spawnNode(options, logPath, no === options.count - 1 ? { CACHED_KEYS: fewKeys } : {});
    children.set(no, child);
    if (child.pid !== undefined) options.guard.watch(child.pid);
    const url = await until(() => (hasEnded(child) ? '' : toldUrl(logPath)), startTimeoutMs);
    if (!url || child.pid === undefined) {
      throw new Error(`Node ${no} did not start. Its last words:\n${readFileSync(logPath, 'utf8').slice(-2000)}`);
    }
    return { no, url, pid: child.pid };
  }

  async function stop(): Promise<void> {
    const running = [...children.values()].filter((child) => !hasEnded(child));
    await Promise.all(running.map(end));
  }

  try {
    for (let no = 0; no < options.count; no++) all.push(await start(no));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    all,
    pause: ({ no }) => void children.get(no)?.kill('SIGSTOP'),
    resume: ({ no }) => void children.get(no)?.kill('SIGCONT'),
    async kill({ no }) {
      const child = children.get(no);
      if (child === undefined || hasEnded(child)) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    async replace({ no }) {
      all[no] = await start(no);
    },
    stop,
  };
}

function spawnNode(
  { databaseUrl, keyringFile }: NodesOptions,
  logPath: string,
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
  const endWithParent = new URL('../endWithParent.ts', import.meta.url);
  const log = openSync(logPath, 'a');
  try {
    return spawn(process.execPath, ['--import', endWithParent.href, main], {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: databaseUrl,
        KEYRING_FILE: keyringFile,
        HOST: '127.0.0.1',
        PORT: '0',
        NODE_ENV: 'production',
        ...env,
      },
      // A Ctrl-C is for the benchmark, which then ends its nodes itself.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    closeSync(log);
  }
}

function toldUrl(logPath: string): string | undefined {
  return /"url":"([^"]+)"/.exec(readFileSync(logPath, 'utf8'))?.[1];
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** A process that is stopped hears nothing until it goes on. */
async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit', { signal: AbortSignal.timeout(stopTimeoutMs) });
  child.kill('SIGCONT');
  child.kill('SIGTERM');
  await ended.catch(() => child.kill('SIGKILL'));
}
