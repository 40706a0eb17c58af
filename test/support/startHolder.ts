import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { HolderTask } from './holdDataFolder.ts';

/** An event that the other process has said. */
export type HolderEvent = {
  readonly event: string;
  readonly host?: string;
  readonly origin?: string;
  readonly message?: string;
  readonly number?: number;
};

/** Another process that holds a data folder: see `holdDataFolder`. */
export type Holder = {
  readonly pid: number;
  /** Everything that it has said. */
  readonly said: readonly HolderEvent[];
  /** The next event of this kind, also a past one; rejects when the process ends without it. */
  saying(event: string, isWanted?: (event: HolderEvent) => boolean): Promise<HolderEvent>;
  order(line: 'insert' | 'exit'): void;
  /** Sends a signal to it, or to its whole process group as a terminal does. */
  signal(name: NodeJS.Signals, to?: 'process' | 'group'): void;
  /** Its exit code or signal, after everything it said has been read. */
  ended(): Promise<number | string>;
};

const script = fileURLToPath(new URL('holdDataFolder.ts', import.meta.url));

/** Whether that user can reach Node and this checkout: in a home folder of mode 0700, it cannot. */
export function canRunAs(uid: number): boolean {
  const args = ['-c', 'test -x "$0" && test -r "$1"', process.execPath, script];
  return spawnSync('/bin/sh', args, { uid, gid: uid, cwd: '/' }).status === 0;
}

/** Starts it, as another user or with another PATH when told so; it is killed at the end of the test. */
export function startHolder(task: HolderTask, options: { uid?: number; PATH?: string } = {}): Holder {
  const child = spawn(process.execPath, [script, JSON.stringify(task)], {
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    cwd: '/',
    env: { ...process.env, ...(options.PATH === undefined ? {} : { PATH: options.PATH }) },
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const pid = child.pid ?? 0;
  const said: HolderEvent[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => said.push(JSON.parse(line)));
  const closed = once(child, 'close');
  child.stdin.on('error', () => {});
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    pid,
    said,
    async saying(event, isWanted = () => true) {
      for (;;) {
        const found = said.find((one) => one.event === event && isWanted(one));
        if (found !== undefined) return found;
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`The holder ended without "${event}": ${JSON.stringify(said.slice(-3))}`);
        }
        await Promise.race([once(lines, 'line'), closed]);
      }
    },
    order: (line) => void child.stdin.write(`${line}\n`),
    signal: (name, to = 'process') => void process.kill(to === 'group' ? -pid : pid, name),
    async ended() {
      await closed;
      return child.exitCode ?? child.signalCode ?? 'unknown';
    },
  };
}
