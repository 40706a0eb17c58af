import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keywright, mainPath } from './keywright.ts';

let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keywright-cli-'));
  env = { PATH: process.env.PATH ?? '', DATA_DIR: join(folder, 'data'), PORT: '0' };
});

afterAll(() => rm(folder, { recursive: true }));

/** Starts the service as a process and answers when it listens. */
async function start() {
  const child = spawn(process.execPath, [mainPath, 'start'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  for await (const line of createInterface(child.stdout)) {
    const { msg, url } = JSON.parse(line) as { msg: string; url?: string };
    if (msg === 'listening' && url !== undefined) return { child, url, ended };
  }
  throw new Error(`The service ended with ${await ended} before it listened.`);
}

test('off a terminal, the first key of the embedded database goes to a file in its data folder', async () => {
  const { code, stdout, stderr } = await keywright(['bootstrap', '--json'], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const file = join(folder, 'data', 'bootstrap-key');
  expect(JSON.parse(stdout).keyFile).toBe(file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(stdout).not.toContain((await readFile(file, 'utf8')).trimEnd().slice(-62));
  const check = await keywright(['keyring', 'check', '--json'], { env });
  expect(JSON.parse(check.stdout)).toMatchObject({ belongs: true, served: true, activeNo: 1, numbers: [1] });
});

test('the service starts by the same command, and bootstrap, keyring check and audit prune join it without stopping it', async () => {
  const service = await start();
  try {
    const first = (await readFile(join(folder, 'data', 'bootstrap-key'), 'utf8')).trimEnd();
    const call = (key: string) =>
      keywright(['call', 'viewer', '--pick', 'kind'], { env: { KEYWRIGHT_URL: service.url, KEYWRIGHT_KEY: key } });
    expect(await call(first)).toEqual({ code: 0, stdout: 'PLATFORM\n', stderr: '' });
    expect((await keywright(['keyring', 'check'], { env })).code).toBe(0);
    const prune = await keywright(['audit', 'prune', '--older-than', '400d', '--json'], { env });
    expect({ code: prune.code, ...JSON.parse(prune.stdout) }).toMatchObject({ code: 0, removed: 0, dryRun: false });

    const file = join(folder, 'second.key');
    const replaced = await keywright(['bootstrap', '--replace', '--out', file], { env });
    expect(replaced).toMatchObject({ code: 0, stderr: '' });
    const second = (await readFile(file, 'utf8')).trimEnd();
    expect(await call(second)).toEqual({ code: 0, stdout: 'PLATFORM\n', stderr: '' });
    expect(await call(first)).toMatchObject({ code: 1, stdout: '' });
  } finally {
    service.child.kill('SIGTERM');
  }
  expect(await service.ended).toBe(0);
});
