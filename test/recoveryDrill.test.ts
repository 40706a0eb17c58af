import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKeyring, parseKeyring } from '../src/crypto/keyring.ts';
import { readKeyringFile } from '../src/crypto/keyringFile.ts';
import { systemRandom } from '../src/crypto/random.ts';
import { parseGlobalId } from '../src/lib/ids.ts';
import { keyringInProcess } from './cli/inProcess.ts';
import { databaseUrl, keywright } from './cli/keywright.ts';
import { createDatabase, type TestDatabase } from './support/database.ts';
import { mintFor } from './support/mintedKeys.ts';
import type { Answered } from './support/service.ts';
import { type ServiceProcess, startProcess } from './support/serviceProcess.ts';

// The drill of docs/operating.md, with its commands, on the real processes: one story, in order.

let database: TestDatabase;
let folder: string;
let env: Record<string, string>;
let service: ServiceProcess | undefined;
/** Every one of them, so that a test that fails leaves none behind. */
const started: ServiceProcess[] = [];
/** Made with the ring that is lost. */
const lost = { platform: '', current: '', retiring: '', idle: '', keyIds: {} as Record<string, string> };

beforeAll(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), 'keywright-drill-'));
  env = { DATABASE_URL: databaseUrl(database.service), KEYRING_FILE: join(folder, 'keyring.json') };
  expect((await keywright(['keyring', 'init', env.KEYRING_FILE ?? ''])).code).toBe(0);
});
afterAll(async () => {
  for (const each of started) await each.stop('SIGKILL');
  await database.drop();
  await rm(folder, { recursive: true });
});

async function start(): Promise<ServiceProcess> {
  const running = await startProcess(env);
  started.push(running);
  return running;
}

async function graph(query: string, input: Record<string, unknown>, key = lost.platform): Promise<Answered> {
  const response = await fetch(`${service?.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { data, errors } = (await response.json()) as Answered;
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

const createApiKey = async (name: string) => {
  const query = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } secret } }';
  const { apiKey, secret } = (await graph(query, { name })).createApiKey;
  lost.keyIds[name] = parseGlobalId('ApiKey', apiKey.id, []);
  return secret as string;
};
const rotateApiKey = async (name: string) => {
  const query = 'mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { secret } }';
  const id = await publicId(name);
  return (await graph(query, { id, graceSeconds: 3600 })).rotateApiKey.secret as string;
};
const publicId = async (name: string) =>
  (
    await database.sql<{ id: string }>("select 'key_' || keywright_base32(id) as id from api_keys where name = $1", [
      name,
    ])
  )[0]?.id;
const verdict = async (token: string) => {
  const query = 'mutation ($input: VerifyApiKeyInput!) { verifyApiKey(input: $input) { verification { code } } }';
  return (await graph(query, { token })).verifyApiKey.verification.code as string;
};

/** The versions under which live secrets stand, each with their number. */
const versions = () =>
  database.sql(
    `select version, count(*)::int as count from (
       select token_hash_key_version as version from api_keys union all select token_hash_key_version from api_key_retiring_secrets
     ) as s group by 1 order by 1`,
  );
const recovered = () =>
  (service?.lines ?? []).filter((line) => line.includes('recovered: its hash is of this ring')).length;

it('before: a service with a ring of its own, keys, and a rotated one', async () => {
  service = await start();
  const keyFile = join(folder, 'platform.key');
  expect((await keywright(['bootstrap', '--out', keyFile], { env })).code).toBe(0);
  lost.platform = (await readFile(keyFile, 'utf8')).trim();
  lost.retiring = await createApiKey('rotated');
  lost.current = await rotateApiKey('rotated');
  lost.idle = await createApiKey('idle');
  for (const token of [lost.retiring, lost.current, lost.idle]) expect(await verdict(token)).toBe('VALID');
  expect(await versions()).toEqual([{ version: '1', count: 4 }]);
  expect(await service.stop()).toBe(0);
});

it('the ring is lost: nothing starts with a new one, and each refusal leads on', async () => {
  await rm(env.KEYRING_FILE ?? '');
  const gone = await startProcess(env).catch((error: Error) => error);
  expect(String(gone)).toContain('There is no key ring at');
  expect((await keyringInProcess(['init', env.KEYRING_FILE ?? ''], env)).code).toBe(0);
  const stranger = await startProcess(env).catch((error: Error) => error);
  expect(String(stranger)).toContain('Only if nobody has that one any more: npx keywright keyring init FILE --lost 1');
  await rm(env.KEYRING_FILE ?? '');
});

it('three commands bring the service back: init --lost, check, and a start with RECOVERY=on', async () => {
  expect((await keywright(['keyring', 'init', env.KEYRING_FILE ?? '', '--lost', '1'])).code).toBe(0);
  const off = await keyringInProcess(['check'], env);
  expect(off).toMatchObject({ code: 1, stdout: '' });
  expect(off.stderr).toContain('Start with RECOVERY=on');
  env.RECOVERY = 'on';
  const { code, stdout } = await keywright(['keyring', 'check'], { env });
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout:
      'The key ring and the database belong together (active key 2 of 2).\n' +
      '  4 live secrets have a hash of version 1\n' +
      '  4 live tokens were minted under key 1 (lost)\n' +
      'Of lost keys: 4 live secrets wait to be recovered, and 4 live tokens were minted under them.\n',
  });
  service = await start();
  expect(service.lines.some((line) => line.includes('"secrets":4') && line.includes('recovery is on'))).toBe(true);
});

it('old tokens are good, each proven once by its lock, also the one that asks', async () => {
  // Three times at once: the first to ask is the platform's own key, which is of the lost ring itself.
  const first = await Promise.all([1, 2, 3].map(() => verdict(lost.current)));
  expect(first).toEqual(['VALID', 'VALID', 'VALID']);
  expect(await verdict(lost.retiring)).toBe('VALID');
  for (const token of [lost.current, lost.retiring]) expect(await verdict(token)).toBe('VALID');
  expect(await versions()).toEqual([
    { version: '1', count: 1 },
    { version: '2', count: 3 },
  ]);
});

it('a wrong secret of a known key is INVALID, and locks nobody out', async () => {
  // Of the right shape, key, number and checksum: all that a stranger can know.
  const strangers = parseKeyring(createKeyring(new Date(), systemRandom), 'a stranger');
  const guesses = Array.from({ length: 20 }, () => mintFor(strangers, lost.keyIds.idle ?? '').token);
  for (const guess of guesses) expect(await verdict(guess)).toBe('INVALID');
  expect((await versions())[0]).toEqual({ version: '1', count: 1 });
  expect(await verdict(lost.idle)).toBe('VALID');
  expect(await versions()).toEqual([{ version: '2', count: 4 }]);
});

it('new keys are of the new ring, and a check says how much is left', async () => {
  expect(await verdict(await createApiKey('new'))).toBe('VALID');
  const { stdout } = await keyringInProcess(['check'], env);
  expect(stdout).toContain(
    'Of lost keys: 0 live secrets wait to be recovered, and 4 live tokens were minted under them.\n',
  );
  expect(await service?.stop()).toBe(0);
  // Each of the four once, in all that was asked: the lines of the log are all here now.
  expect(recovered()).toBe(4);
  const off = await startProcess({ ...env, RECOVERY: '' }).catch((error: Error) => error);
  expect(String(off)).toContain('0 for their hash, 4 for the tag of their token');
});

it('recovery ends when nothing needs what is lost: every old token replaced, and the lost number taken out', async () => {
  service = await start();
  const revoke = 'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { status } } }';
  for (const name of ['rotated', 'idle']) await graph(revoke, { id: await publicId(name) });
  expect(await service.stop()).toBe(0);
  const replaced = await keywright(['bootstrap', '--replace', '--out', join(folder, 'second.key')], { env });
  expect(replaced.code).toBe(0);
  const { stdout } = await keyringInProcess(['check'], env);
  expect(stdout).toContain('Nothing needs what is lost: RECOVERY can be turned off.\n');
  delete env.RECOVERY;
  expect((await keyringInProcess(['remove', '1', env.KEYRING_FILE ?? ''], env)).code).toBe(0);
  expect((await readKeyringFile(env.KEYRING_FILE ?? '')).entries.map(({ n, state }) => `${n} ${state}`)).toEqual([
    '2 active',
  ]);
  service = await start();
  expect(await service.stop()).toBe(0);
});
