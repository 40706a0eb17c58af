import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFolder, type ServiceProcess, startProcess, temporaryDataFolder } from './support/serviceProcess.ts';

const readme = readFileSync(join(projectFolder, 'README.md'), 'utf8');
const folder = temporaryDataFolder();
let service: ServiceProcess;

beforeAll(async () => {
  service = await startProcess({ DATA_DIR: folder.path });
});
afterAll(async () => {
  await service.stop();
  folder.remove();
});

function block(name: string): string {
  const text = readme.split(`<!-- quickstart: ${name} -->\n\`\`\`sh\n`)[1]?.split('\n```')[0];
  if (text === undefined) throw new Error(`README.md has no quickstart for ${name}`);
  return text;
}

/** Runs a block as it stands, but for the port, and answers what it printed. */
async function runBlock(text: string): Promise<string[]> {
  const script = `set -euo pipefail\n${text.replaceAll('http://127.0.0.1:4000', service.url)}`;
  const { stdout } = await promisify(execFile)('bash', ['-c', script], {
    cwd: projectFolder,
    env: {
      ...process.env,
      DATABASE_URL: '',
      KEYWRIGHT_URL: `${service.url}/graphql`,
      KEYWRIGHT_KEY: readFileSync(join(folder.path, 'bootstrap-key'), 'utf8').trim(),
    },
  });
  return stdout.trim().split('\n');
}

const promised = (text: string) => [...text.matchAll(/# ([A-Z]+)$/gm)].map(([, verdict]) => verdict);

describe('the README', () => {
  it.each(['keywright', 'curl'])(
    'its quickstart with %s does what it says, as it stands',
    { timeout: 120_000 },
    async (name) => {
      const text = block(name);
      expect(promised(text)).toEqual(['VALID', 'VALID', 'REVOKED', 'REVOKED']);
      expect(await runBlock(text)).toEqual(promised(text));
    },
  );

  it('its quickstart fits on one screen', () => {
    expect(block('keywright').split('\n').length).toBeLessThan(24);
  });

  it('names the test command that CI calls', () => {
    const ci = readFileSync(join(projectFolder, '.ci/run'), 'utf8');
    expect(readme).toContain('npm ci && npm test');
    expect(ci).toMatch(/^npm ci$/m);
    expect(ci).toMatch(/^npm test$/m);
  });
});
