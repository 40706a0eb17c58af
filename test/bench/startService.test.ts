import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const main = resolve(import.meta.dirname, 'main.ts');

describe.runIf(process.platform === 'linux')('a benchmark that is cut short', () => {
  let folder: string;
  let bench: ChildProcess;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keywright-bench-test-'));
  });
  afterEach(() => {
    bench.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts one that keeps its temporary files in our folder, and waits until its service works. */
  async function startBench(): Promise<void> {
    bench = spawn(process.execPath, [main, 'create', '--quick'], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    for await (const said of bench.stderr ?? []) if (String(said).includes('warming up')) break;
    expect(processesIn(folder).length).toBeGreaterThan(1);
  }

  it('by Ctrl-C leaves no process and no file behind', async () => {
    await startBench();
    bench.kill('SIGINT');
    const [code] = await once(bench, 'exit');
    expect(code).toBe(130);
    expect({ processes: processesIn(folder), files: readdirSync(folder) }).toEqual({ processes: [], files: [] });
  });

  it('by kill -9 leaves no process behind', async () => {
    await startBench();
    bench.kill('SIGKILL');
    await once(bench, 'exit');
    // Nobody is left who could say when the service has ended.
    while (processesIn(folder).length > 0) await setTimeout(20);
  });
});

/** The processes that were started with this folder or work in it: services, and their databases. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      return environment.includes(`DATA_DIR=${folder}`) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      // It has just ended, or it is another user's.
      return false;
    }
  });
}
