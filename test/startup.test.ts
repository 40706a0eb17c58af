import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createKeyring } from '../src/crypto/keyring.ts';
import { systemRandom } from '../src/crypto/random.ts';
import { createDatabase, type TestDatabase } from './support/database.ts';
import type { Answered } from './support/service.ts';
import { projectFolder, type ServiceProcess, startProcess, temporaryDataFolder } from './support/serviceProcess.ts';
import { urlOf } from './support/urlOf.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function dataFolder(): string {
  const folder = temporaryDataFolder();
  cleanups.push(() => folder.remove());
  return folder.path;
}

async function start(env: Record<string, string>): Promise<ServiceProcess> {
  const service = await startProcess(env);
  cleanups.push(() => service.stop('SIGKILL'));
  return service;
}

/** What a start that must fail wrote. */
async function refusal(env: Record<string, string>): Promise<string> {
  const service = await startProcess(env).catch((error: Error) => error);
  if (service instanceof Error) return service.message;
  await service.stop();
  throw new Error('it started');
}

async function graph(service: ServiceProcess, key: string, query: string, variables: Record<string, unknown> = {}) {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answered;
}

const bootstrapKey = (folder: string) => readFileSync(join(folder, 'bootstrap-key'), 'utf8').trim();
const createTenant =
  'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } userErrors { code } } }';

function postgresRuns(folder: string): boolean {
  try {
    const pid = Number(readFileSync(join(folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
    return /^\d+ \(postgres\) [^ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a start on the embedded database', () => {
  it('keeps the first key off the log, in a file for its owner alone, and a second start finds everything again', async () => {
    const folder = dataFolder();
    const first = await start({ DATA_DIR: folder });
    const key = bootstrapKey(folder);
    for (const path of ['bootstrap-key', 'keyring.json']) expect(statSync(join(folder, path)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(first.lines.join('\n')).not.toContain(key.slice(34));
    expect(first.lines.join('\n')).toContain(`"graphiql":"${first.url}/"`);
    const { data } = await graph(first, key, createTenant, { input: { name: 'Kept', slug: 'kept' } });
    expect(data.createTenant.userErrors).toEqual([]);
    expect(await first.stop()).toBe(0);
    expect(postgresRuns(folder)).toBe(false);

    const second = await start({ DATA_DIR: folder });
    const again = await graph(second, key, createTenant, { input: { name: 'Kept', slug: 'kept' } });
    expect(again.data.createTenant.userErrors).toEqual([{ code: 'SLUG_TAKEN' }]);
    expect(second.lines.join('\n')).not.toContain('first platform key');
  });

  it('refuses a second service on the same folder, and says who has it', async () => {
    const folder = dataFolder();
    const first = await start({ DATA_DIR: folder });
    expect(await refusal({ DATA_DIR: folder })).toMatch(new RegExp(`in use by .*${first.child.pid}`));
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
  });

  it('a kill -9 loses nothing that was acknowledged', async () => {
    const folder = dataFolder();
    const first = await start({ DATA_DIR: folder });
    const key = bootstrapKey(folder);
    const acknowledged: string[] = [];
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let n = 0; ; n++) {
        const slug = `w${writer}-${n}`;
        const answer = await graph(first, key, createTenant, { input: { name: slug, slug } }).catch(() => undefined);
        if (answer?.data?.createTenant?.tenant === undefined) return;
        acknowledged.push(slug);
        if (acknowledged.length === 60) first.child.kill('SIGKILL');
      }
    });
    await Promise.all(writers);
    expect(acknowledged.length).toBeGreaterThanOrEqual(60);

    const second = await start({ DATA_DIR: folder });
    for (const slug of acknowledged) {
      const answer = await graph(second, key, createTenant, { input: { name: slug, slug } });
      expect(answer.data.createTenant.userErrors).toEqual([{ code: 'SLUG_TAKEN' }]);
    }
  });

  it('never makes a new ring beside a database that was served with another', async () => {
    const folder = dataFolder();
    await (await start({ DATA_DIR: folder })).stop();
    unlinkSync(join(folder, 'keyring.json'));
    expect(await refusal({ DATA_DIR: folder })).toMatch(/keyring\.json is gone/);
    writeFileSync(join(folder, 'keyring.json'), createKeyring(new Date(), systemRandom), { mode: 0o600 });
    expect(await refusal({ DATA_DIR: folder })).toMatch(/belongs to another deployment/);
    expect(postgresRuns(folder)).toBe(false);
  });

  it('answers what is in flight before it stops', async () => {
    const folder = dataFolder();
    const service = await start({ DATA_DIR: folder });
    const key = bootstrapKey(folder);
    const createKey = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { name } } }';
    const asked = Array.from({ length: 20 }, (_, n) =>
      graph(service, key, createKey, { input: { name: `in flight ${n}` } }),
    );
    await fetch(`${service.url}/healthz`);
    const ended = service.stop();
    const answers = await Promise.all(asked);
    expect(answers.map((answer) => answer.data.createApiKey.apiKey.name)).toEqual(
      Array.from({ length: 20 }, (_, n) => `in flight ${n}`),
    );
    expect(await ended).toBe(0);
  });
});

describe('a signal while it starts', () => {
  it('stops it in order, and leaves no database behind', async () => {
    const folder = dataFolder();
    const child = spawn(process.execPath, ['src/main.ts'], {
      cwd: projectFolder,
      env: { PATH: process.env.PATH ?? '', DATA_DIR: folder, PORT: '0' },
      stdio: 'ignore',
    });
    const ended = new Promise((done) => child.once('close', (code, signal) => done(signal ?? code)));
    // The folder is taken before there is anything else to stop; its database is being made from then on.
    while (!existsSync(join(folder, 'lock'))) await nextTurn();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(postgresRuns(folder)).toBe(false);
    expect(await (await start({ DATA_DIR: folder })).stop()).toBe(0);
  });
});

describe('a start that cannot be', () => {
  it('names every wrong variable at once, its value and what would be right', async () => {
    const message = await refusal({ PORT: 'x', LOG_LEVEL: 'loud', NODE_ENV: 'staging' });
    expect(message).toMatch(/PORT.*"x".*65535/);
    expect(message).toMatch(/LOG_LEVEL.*"loud".*info/);
    expect(message).toMatch(/NODE_ENV.*"staging".*production/);
  });

  it('says that a port is in use, and stops what it had started', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => taken.once('listening', done));
    cleanups.push(() => taken.close());
    const { port } = taken.address() as { port: number };
    const folder = dataFolder();
    expect(await refusal({ DATA_DIR: folder, PORT: String(port) })).toMatch(
      new RegExp(`PORT.*${port}|${port}.*in use`),
    );
    expect(postgresRuns(folder)).toBe(false);
    // No key was made that nobody was told of.
    expect(existsSync(join(folder, 'bootstrap-key'))).toBe(false);
    await (await start({ DATA_DIR: folder })).stop();
    expect(bootstrapKey(folder)).toMatch(/^kw_live_/);
  });

  it('says that the data folder cannot be made', async () => {
    expect(await refusal({ DATA_DIR: '/proc/keywright' })).toMatch(/\/proc\/keywright.*DATA_DIR/);
  });
});

describe('a start on a database of one’s own', () => {
  function ringFile(json = createKeyring(new Date(), systemRandom)): string {
    const folder = mkdtempSync(join(tmpdir(), 'keywright-ring-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'ring.json');
    writeFileSync(path, json, { mode: 0o600 });
    return path;
  }

  async function database(): Promise<TestDatabase> {
    const made = await createDatabase();
    cleanups.push(() => made.drop());
    return made;
  }

  it('serves with a ring, and not with another ring afterwards', async () => {
    const { service } = await database();
    const KEYRING_FILE = ringFile();
    const running = await start({ DATABASE_URL: urlOf(service), KEYRING_FILE, NODE_ENV: 'production' });
    expect(await (await fetch(`${running.url}/readyz`)).json()).toMatchObject({ ready: true });
    await expectClosed(running);
    await running.stop();
    expect(await refusal({ DATABASE_URL: urlOf(service), KEYRING_FILE: ringFile() })).toMatch(
      /belongs to another deployment/,
    );
  });

  /** In production a stranger learns nothing of the schema, and finds no page to try it on. */
  async function expectClosed({ url, lines }: ServiceProcess): Promise<void> {
    for (const path of ['/', '/graphiql/page.js', '/graphiql/graphiql.js']) {
      const answer = await fetch(url + path);
      expect([path, answer.status]).toEqual([path, 404]);
      const message = 'Nothing is served at this path. There are /graphql, /v1/verify, /healthz, /readyz, /metrics.';
      expect(await answer.json()).toMatchObject({ error: { message } });
    }
    const asked = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __schema { queryType { name } } }' }),
    });
    expect(await asked.json()).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    expect(lines.join('\n')).not.toContain('graphiql');
  }

  it('needs a ring, and says the command that makes one', async () => {
    const { service } = await database();
    expect(await refusal({ DATABASE_URL: urlOf(service) })).toContain('npx keywright keyring init');
  });

  it.each([
    ['is not there', (path: string) => unlinkSync(path), /There is no key ring at/],
    ['others can read', (path: string) => chmodSync(path, 0o644), /chmod 600/],
    ['is no ring', (path: string) => writeFileSync(path, '{}'), /ring/],
  ])('refuses a ring file that %s', async (_, spoil, said) => {
    const { service } = await database();
    const KEYRING_FILE = ringFile();
    spoil(KEYRING_FILE);
    const message = await refusal({ DATABASE_URL: urlOf(service), KEYRING_FILE });
    expect(message).toMatch(said);
    expect(message).toContain(KEYRING_FILE);
  });

  it('refuses a database that lacks a migration, and says the command', async () => {
    const { service, sql } = await database();
    await sql("delete from mikro_orm_migrations where name = '0001_house'");
    expect(await refusal({ DATABASE_URL: urlOf(service), KEYRING_FILE: ringFile() })).toMatch(
      /0001_house.*npx keywright migrate/,
    );
  });

  it('refuses a superuser in production, whom no policy binds', async () => {
    const { admin } = await database();
    const env = { DATABASE_URL: urlOf(admin), KEYRING_FILE: ringFile() };
    expect(await refusal({ ...env, NODE_ENV: 'production' })).toMatch(/is a superuser/);
    expect((await (await start(env)).stop()) === 0).toBe(true);
  });

  it('refuses a server that does not answer, without the password in the sentence', async () => {
    const message = await refusal({ DATABASE_URL: 'postgres://me:hush@127.0.0.1:1/keys', KEYRING_FILE: ringFile() });
    expect(message).toMatch(/DATABASE_URL.*127\.0\.0\.1:1\/keys.*ECONNREFUSED/);
    expect(message).not.toContain('hush');
  });
});

describe('a start as a plain user', () => {
  it.runIf(process.getuid?.() === 0)(
    'runs on the embedded database, and root may not take over the folder by accident',
    async () => {
      const parent = mkdtempSync(join(tmpdir(), 'keywright-plain-'));
      chmodSync(parent, 0o777);
      cleanups.push(() => rmSync(parent, { recursive: true, force: true }));
      const code = `import('${join(import.meta.dirname, '../src/main.ts')}').then((main) => main.startService())`;
      const child = spawn(process.execPath, ['-e', code], {
        uid: 65534,
        gid: 65534,
        cwd: parent,
        env: { PATH: process.env.PATH ?? '', DATA_DIR: join(parent, 'data'), PORT: '0' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise((done) => child.once('close', done));
      for await (const chunk of child.stdout) {
        if (String(chunk).includes('"listening"')) break;
      }
      expect(statSync(join(parent, 'data/keyring.json')).uid).toBe(65534);
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    },
  );
});
