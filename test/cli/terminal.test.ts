import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { keywright, keywrightOnTerminal } from './keywright.ts';

let service: TestService;
let tenantId: string;
let env: Record<string, string>;

beforeAll(async () => {
  service = await startTestService();
  env = { KEYWRIGHT_URL: service.url, KEYWRIGHT_KEY: service.platformKey };
  tenantId = (await keywright(['call', 'createTenant', 'name=Acme', '--pick', 'tenant.id'], { env })).stdout.trimEnd();
});

afterAll(() => service.close());

const colour = '\u001b[';

test('there are colours on a terminal, but not with NO_COLOR, not on a dumb one, and never off a terminal', async () => {
  expect((await keywrightOnTerminal(['--help'])).screen).toContain(colour);
  expect((await keywrightOnTerminal(['--help'], { NO_COLOR: '1' })).screen).not.toContain(colour);
  expect((await keywrightOnTerminal(['--help'], { TERM: 'dumb' })).screen).not.toContain(colour);
  expect((await keywright(['--help'], { env: { FORCE_COLOR: '1' } })).stdout).not.toContain(colour);
  const onTerminal = await keywrightOnTerminal(['frobnicate']);
  expect(onTerminal.code).toBe(2);
  expect(onTerminal.screen).toContain(colour);
  expect((await keywright(['frobnicate'])).stderr).not.toContain(colour);
});

test.each([
  ['shown', []],
  ['picked', ['--pick', 'secret']],
  ['as JSON', ['--json']],
])(
  'a secret that is %s on a terminal is followed by a note that it is shown this once, and no other answer is',
  async (name, options) => {
    const args = ['call', 'createApiKey', `tenantId=${tenantId}`, `name=${name}`];
    const { code, screen } = await keywrightOnTerminal([...args, ...options], { ...env, NO_COLOR: '1' });
    expect(code).toBe(0);
    expect(screen.match(/kw_live_[0-9a-z]{26}_[0-9A-Za-z]{62}/g)).toHaveLength(1);
    expect(screen.endsWith('Shown this once.\n')).toBe(true);

    const other = await keywrightOnTerminal(
      ['call', 'viewer', ...options.map((option) => (option === 'secret' ? 'kind' : option))],
      env,
    );
    expect(other.code).toBe(0);
    expect(other.screen).not.toContain('Shown this once');
    const piped = await keywright([...args, 'environment=test', '--pick', 'secret'].with(3, `name=${name} piped`), {
      env,
    });
    expect(piped).toMatchObject({ code: 0, stderr: '' });
  },
);

test('a replayed creation has no secret, so nothing says that it is shown', async () => {
  const args = ['call', 'createApiKey', `tenantId=${tenantId}`, 'name=replayed', 'idempotencyKey=one'];
  expect((await keywrightOnTerminal(args, env)).screen).toContain('Shown this once.');
  const replayed = await keywrightOnTerminal(args, env);
  expect(replayed.code).toBe(0);
  expect(replayed.screen).not.toContain('Shown this once.');
});
