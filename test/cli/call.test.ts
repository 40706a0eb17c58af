import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { keywright } from './keywright.ts';

let service: TestService;
let tenantId: string;
const folder = mkdtempSync(join(tmpdir(), 'keywright-cli-'));

beforeAll(async () => {
  service = await startTestService();
  tenantId = (await done('createTenant', 'name=Acme', '--pick', 'tenant.id')).trimEnd();
});

afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

function call(args: readonly string[], env: Record<string, string> = {}, input?: string) {
  const setting = { env: { KEYWRIGHT_URL: service.url, KEYWRIGHT_KEY: service.platformKey, ...env } };
  return keywright(['call', ...args], input === undefined ? setting : { ...setting, input });
}

/** What a call that succeeds prints. */
async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await call(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

async function keyCount(): Promise<number> {
  const [row] = await service.database.sql<{ count: string }>('select count(*) from api_keys');
  return Number(row?.count);
}

test('a key is made, verified, rotated and revoked, and each step feeds the next', async () => {
  const made = await done(
    'createApiKey',
    `tenantId=${tenantId}`,
    'name=first',
    'scopes=orders:read,orders:write',
    '--json',
  );
  const { createApiKey } = JSON.parse(made);
  const { apiKey, secret } = createApiKey;
  expect(apiKey).toMatchObject({ name: 'first', environment: 'LIVE', scopes: ['orders:read', 'orders:write'] });

  const verify = ['verifyApiKey', 'token=env:TOKEN', 'allOf=orders:read', '--pick', 'verification.code'];
  expect(await call(verify, { TOKEN: secret })).toEqual({ code: 0, stdout: 'VALID\n', stderr: '' });

  const rotated = (
    await done('rotateApiKey', `id=${apiKey.id}`, 'graceSeconds=0', '--pick', 'rotateApiKey.secret')
  ).trimEnd();
  expect(rotated).not.toBe(secret);
  expect((await call(verify, { TOKEN: secret })).stdout).toBe('INVALID\n');
  const file = join(folder, 'rotated.key');
  await writeFile(file, `${rotated}\n`);
  expect(await done('verifyApiKey', `token=@${file}`, '--pick', 'verification.keyId')).toBe(`${apiKey.id}\n`);
  const fromInput = await call(['verifyApiKey', 'token=-', '--pick', 'verification.valid'], {}, `${rotated}\n`);
  expect(fromInput).toEqual({ code: 0, stdout: 'true\n', stderr: '' });

  expect(await done('revokeApiKey', `id=${apiKey.id}`, 'reason=leaked', '--pick', 'apiKey.status')).toBe('REVOKED\n');
  expect((await call(verify, { TOKEN: rotated })).stdout).toBe('REVOKED\n');
  expect(await done('apiKey', `id=${apiKey.id}`, '--pick', 'revocationReason')).toBe('leaked\n');
});

test('an answer is shown line by line, and with --json as one JSON object', async () => {
  const [tenant] = await service.database.sql<{ created_at: string }>('select created_at::text from tenants limit 1');
  expect(tenant).toBeDefined();
  const shown = await done('viewer', '--select', 'kind tenant { name slug } scopes');
  expect(shown).toBe(
    'kind         PLATFORM\ntenant.name  Platform\ntenant.slug  platform\nscopes       *, keywright:*\n',
  );
  const json = await done('viewer', '--select', 'kind tenant { name }', '--json');
  expect(JSON.parse(json)).toEqual({ viewer: { kind: 'PLATFORM', tenant: { name: 'Platform' } } });
  const picked = await done('viewer', '--pick', 'scopes', '--json');
  expect(JSON.parse(picked)).toEqual(['*', 'keywright:*']);
});

test('values of every type arrive as the schema types them', async () => {
  const args = [
    'name=typed',
    'environment=test',
    'metadata.team=core',
    'metadata.size:=3',
    'expiresAt=2999-01-01T00:00:00Z',
  ];
  const made = await done('createApiKey', `tenantId=${tenantId}`, ...args, '--json');
  expect(JSON.parse(made).createApiKey.apiKey).toMatchObject({
    environment: 'TEST',
    metadata: { team: 'core', size: 3 },
    expiresAt: '2999-01-01T00:00:00.000Z',
  });
});

test('a list is picked one item to a line', async () => {
  await done('createTenant', 'name=Listed', '--pick', 'tenant.id');
  const names = (await done('apiKeys', 'first=2', '--pick', 'nodes.name')).trimEnd().split('\n');
  expect(names).toHaveLength(2);
  expect(await done('apiKeys', 'first=2', '--pick', 'nodes.1.name')).toBe(`${names[1]}\n`);
});

test('null picks nothing and is exit code 1', async () => {
  expect(await call(['viewer', '--pick', 'user.id'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'viewer.user.id is null.\n',
  });
  const json = await call(['viewer', '--pick', 'user', '--json']);
  expect(json).toEqual({ code: 1, stdout: 'null\n', stderr: 'viewer.user is null.\n' });
});

test('a refusal names its code and its place, is exit code 1, and leaves nothing to pick', async () => {
  const args = ['createApiKey', `tenantId=${tenantId}`, 'name=taken'];
  await done(...args, '--pick', 'apiKey.id');
  const before = await keyCount();
  const refused = /^NAME_TAKEN at input\.name: [^\n]+\n$/;
  for (const option of [['--pick', 'secret'], []]) {
    const { code, stdout, stderr } = await call([...args, ...option]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(refused);
  }
  const json = await call([...args, '--json']);
  expect(json.code).toBe(1);
  expect(json.stderr).toMatch(refused);
  expect(JSON.parse(json.stdout).createApiKey).toMatchObject({ apiKey: null, userErrors: [{ code: 'NAME_TAKEN' }] });
  expect(await keyCount()).toBe(before);
});

test('an error of the request tells its code, its place and the id under which it is logged', async () => {
  const limit = await call(['apiKeys', 'first=1000']);
  expect(limit).toMatchObject({ code: 1, stdout: '' });
  expect(limit.stderr).toMatch(/^BAD_USER_INPUT at first: [^\n]*1000[^\n]* \(request [0-9a-f-]{36}\)\n$/);
});

test('a wrong key is refused, and --anonymous presents none', async () => {
  const wrong = await call(['viewer'], { KEYWRIGHT_KEY: 'not-a-key' });
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
  expect(wrong.stderr).toMatch(/^UNAUTHENTICATED: This key is not valid here\. \(request [0-9a-f-]{36}\)\n$/);
  const none = await call(['viewer', '--anonymous']);
  expect(none).toMatchObject({ code: 1 });
  expect(none.stderr).toMatch(/^UNAUTHENTICATED at viewer: This needs a key/);
});

test('nothing wrong is sent: unknown operations, keys and paths are exit code 2 with what would be right', async () => {
  const sentBefore = service.logged.length;
  const cases = [
    [['creatTenant', 'name=x'], 'There is no operation "creatTenant". Did you mean createTenant?\n'],
    [[], 'OPERATION is missing.\nThe operations are:\n  viewer '],
    [['createTenant', 'nmae=x'], 'nmae is unknown. Did you mean name? It takes:\n  name '],
    [['createTenant'], 'createTenant needs name. It takes:\n'],
    [['createTenant', 'name=x', 'kind=royal'], 'kind takes one of ORGANIZATION, PERSONAL, PLATFORM, not "royal".\n'],
    [
      ['createTenant', 'name=x', '--pick', 'tenant.nmae'],
      'There is no "nmae" to pick. Did you mean name? Tenant has:\n',
    ],
    [['createTenant', 'name=x', '--select', 'tenant { nmae }'], 'Cannot query field "nmae" on type "Tenant".'],
    [['viewer', '--pick', 'kind', '--select', 'kind'], '--pick and --select exclude each other'],
  ] as const;
  for (const [args, sentence] of cases) {
    const { code, stdout, stderr } = await call(args);
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
    expect(stderr.startsWith(sentence), stderr).toBe(true);
    expect(stderr.endsWith('\nSee: npx keywright call --help\n')).toBe(true);
  }
  expect(service.logged.slice(sentBefore).filter((line) => /createTenant|"viewer"/.test(line))).toEqual([]);
});

test('a secret is in no line that the service logs', async () => {
  const secret = (await done('createApiKey', `tenantId=${tenantId}`, 'name=quiet', '--pick', 'secret')).trimEnd();
  await call(['verifyApiKey', 'token=env:TOKEN'], { TOKEN: secret });
  expect(service.logged.join('')).not.toContain(secret);
  expect(service.logged.join('')).not.toContain(service.platformKey);
});
