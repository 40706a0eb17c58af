import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** The project's own folder, where a user would stand. */
export const projectFolder = resolve(import.meta.dirname, '../..');

/** A service as its user starts it: a process of its own, on its embedded database. */
export type ServiceProcess = {
  readonly url: string;
  readonly child: ChildProcess;
  /** Every line that it wrote, to stdout and stderr. */
  readonly lines: string[];
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Signals it and waits for its end; answers its exit code, or the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
};

/** A folder of its own for one test, gone afterwards. */
export function temporaryDataFolder(): { readonly path: string; remove(): void } {
  const parent = mkdtempSync(join(tmpdir(), 'keywright-process-'));
  return { path: join(parent, 'data'), remove: () => rmSync(parent, { recursive: true, force: true }) };
}

/**
 * Starts one and waits until it listens; rejects with what it wrote where it ends first. What is loaded before it may talk
 * with the test.
 */
export async function startProcess(
  env: Record<string, string>,
  { preload }: { readonly preload?: URL } = {},
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [...(preload === undefined ? [] : ['--import', preload.href]), 'src/main.ts'], {
    cwd: projectFolder,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: '0', ...env },
    stdio: preload === undefined ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = new Promise<number | NodeJS.Signals>((done) =>
    child.once('close', (code, signal) => done(signal ?? code ?? 0)),
  );
  const lines: string[] = [];
  const url = await new Promise<string>((listening, failed) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        const found = /"url":"(http:[^"]+)"/.exec(line)?.[1];
        if (found !== undefined) listening(found);
      });
    }
    void ended.then((how) => failed(new Error(`ended with ${how}: ${lines.join('\n')}`)));
  });
  return {
    url,
    child,
    lines,
    ended,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}
