import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../src/config.ts';
import { createArgon2Queue } from '../src/crypto/argon2Queue.ts';
import { createKeyring, parseKeyring } from '../src/crypto/keyring.ts';
import { systemRandom } from '../src/crypto/random.ts';
import { bootstrap, bootstrapCaller } from '../src/keys/bootstrap.ts';
import { openInstallation } from '../src/openInstallation.ts';
import { openCtx } from '../src/store/Ctx.ts';
import { createNodes } from '../src/store/createNodes.ts';
import { openOrm } from '../src/store/orm.ts';
import { openVerifierPool } from '../src/store/verifierPool.ts';
import { createDatabase, type TestDatabase } from './support/database.ts';
import type { Answered } from './support/service.ts';
import { type ServiceProcess, startProcess, temporaryDataFolder } from './support/serviceProcess.ts';
import { temporaryFolder } from './support/temporaryFolder.ts';
import { urlOf } from './support/urlOf.ts';

type Line = { msg: string; worker?: number; of?: number; pid?: number; route?: string; url?: string };

/** The lines of its log; whatever is no whole line fails here. */
const logged = ({ lines }: ServiceProcess) => lines.map((line) => JSON.parse(line) as Line);

/** The processes that were started to serve, oldest first. */
const ups = (service: ServiceProcess) => logged(service).filter(({ msg }) => msg === 'worker is up');

const pidOf = (service: ServiceProcess, worker: number) =>
  ups(service).findLast((up) => up.worker === worker)?.pid ?? 0;

async function until(seen: () => boolean): Promise<void> {
  while (!seen()) await nextTurn();
}

function lives(pid: number): boolean {
  try {
    // Not by a signal: a process that has ended and that nobody has asked about yet would still take it.
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** One request, on a connection of its own unless an agent keeps some. */
function ask(
  url: string,
  { path = '/healthz', key, body, agent }: { path?: string; key?: string; body?: unknown; agent?: Agent } = {},
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((answered, failed) => {
    const headers = { 'content-type': 'application/json', ...(key !== undefined && { 'x-api-key': key }) };
    const method = body === undefined ? 'GET' : 'POST';
    const asked = request(url + path, { method, headers, agent: agent ?? false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('end', () => answered({ status: response.statusCode, body: text }));
      response.on('error', failed);
    });
    asked.on('error', failed);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function graph(url: string, key: string, query: string, input: unknown, agent?: Agent): Promise<Answered> {
  const document = { query, variables: { input } };
  const { body } = await ask(url, { path: '/graphql', key, body: document, ...(agent && { agent }) });
  return JSON.parse(body).data;
}

/** A counter in a scrape, by its name and labels. */
async function counted(url: string, series: string): Promise<number> {
  const { body } = await ask(url, { path: '/metrics' });
  return Number(
    body
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length),
  );
}

/** What a start that must fail wrote. */
async function refusal(env: Record<string, string>): Promise<string> {
  const service = await startProcess(env).catch((error: Error) => error);
  if (service instanceof Error) return service.message;
  await service.stop();
  throw new Error('it started');
}

let database: TestDatabase;
/** A database and a ring of one's own, as several machines would be given them. */
let shared: { readonly DATABASE_URL: string; readonly KEYRING_FILE: string };
let platformKey: string;
const ringFolder = temporaryDataFolder();

beforeAll(async () => {
  database = await createDatabase();
  const ring = createKeyring(new Date(), systemRandom);
  const KEYRING_FILE = `${ringFolder.path}-ring.json`;
  writeFileSync(KEYRING_FILE, ring, { mode: 0o600 });
  shared = { DATABASE_URL: urlOf(database.service), KEYRING_FILE };
  const { orm } = openOrm(database.service);
  const pool = openVerifierPool(database.service);
  const keyring = parseKeyring(ring, 'the test');
  const minting = { keyring, tokenPrefix: 'kw', randomBytes: systemRandom, argon2Queue: createArgon2Queue() };
  const ctx = openCtx({
    orm,
    nodes: createNodes(pool),
    caller: bootstrapCaller,
    now: new Date(),
    requestId: null,
    minting,
  });
  platformKey = (await bootstrap(ctx, { replace: false })).secret.reveal();
  await pool.end();
  await orm.close(true);
});

afterAll(async () => {
  await database.drop();
  ringFolder.remove();
});

const createTenant =
  'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } userErrors { code } } }';

describe('two workers on the embedded database', () => {
  let service: ServiceProcess;
  let key: string;
  const folder = temporaryDataFolder();

  beforeAll(async () => {
    service = await startProcess({ WORKERS: '2', DATA_DIR: folder.path });
    key = readFileSync(join(folder.path, 'bootstrap-key'), 'utf8').trim();
  });
  afterAll(async () => {
    await service.stop('SIGKILL');
    folder.remove();
  });

  it('serve in turn at one address, and each line of the log tells whose it is', async () => {
    for (let n = 0; n < 20; n++) expect((await ask(service.url)).status).toBe(200);
    const healthy = () => logged(service).filter(({ route }) => route === '/healthz');
    await until(() => healthy().length === 20);
    const whose = Map.groupBy(healthy(), ({ worker }) => worker);
    expect([whose.get(1)?.length, whose.get(2)?.length]).toEqual([10, 10]);
    expect(logged(service).filter(({ msg }) => msg === 'listening')).toEqual([
      expect.not.objectContaining({ worker: expect.anything() }),
    ]);
  });

  it('answer the sum of their metrics, whichever is asked', async () => {
    const requests = 'keywright_http_requests_total{route="/readyz",method="GET",status="200"}';
    const durations = 'keywright_http_request_duration_seconds_count{route="/readyz"}';
    for (let n = 0; n < 15; n++) await ask(service.url, { path: '/readyz' });
    for (const series of [requests, requests, durations, durations]) {
      expect(await counted(service.url, series)).toBe(15);
    }
  });

  it('one that is killed is replaced while requests go on, and what it had counted stays counted', async () => {
    const requests = 'keywright_http_requests_total{route="/readyz",method="GET",status="200"}';
    const before = await counted(service.url, requests);
    const killed = pidOf(service, 1);
    process.kill(killed, 'SIGKILL');
    let answered = 0;
    let lost = 0;
    for (let up = false; !up; up = pidOf(service, 1) !== killed) {
      await ask(service.url).then(
        () => answered++,
        () => lost++,
      );
    }
    // Not even what was on its way to the one that died: nobody had begun to read it.
    expect(lost).toBe(0);
    expect(answered).toBeGreaterThan(10);
    expect(await counted(service.url, requests)).toBe(before);
    expect(logged(service).filter(({ of }) => of !== undefined)).toEqual([
      expect.objectContaining({ level: 'error', of: 1, signal: 'SIGKILL', msg: 'a worker died and is replaced' }),
    ]);
    const since = service.lines.length;
    for (let n = 0; n < 4; n++) await ask(service.url);
    const served = () =>
      logged(service)
        .slice(since)
        .filter(({ route }) => route === '/healthz');
    await until(() => new Set(served().map(({ worker }) => worker)).size === 2);
  });

  it('lose no request when they are stopped under load, and leave nothing behind', async () => {
    const pids = [pidOf(service, 1), pidOf(service, 2)];
    const refused: string[] = [];
    let made = 0;
    const client = async (name: string, agent: Agent | undefined) => {
      for (let n = 0; refused.length === 0; n++) {
        try {
          const data = await graph(service.url, key, createTenant, { name, slug: `${name}-${n}` }, agent);
          expect(data.createTenant.userErrors).toEqual([]);
          if (++made === 40) {
            // As Ctrl-C does it: the whole group hears of it, the workers before the primary.
            for (const pid of pids) process.kill(pid, 'SIGINT');
            service.child.kill('SIGINT');
          }
        } catch (error) {
          refused.push(String((error as NodeJS.ErrnoException).code ?? error));
        }
      }
    };
    const agent = new Agent({ keepAlive: true });
    const clients = Array.from({ length: 12 }, (_, n) => client(`load${n}`, n % 2 === 0 ? agent : undefined));
    await Promise.all(clients);
    agent.destroy();
    expect(new Set(refused)).toEqual(new Set(['ECONNREFUSED']));
    expect(await service.ended).toBe(0);
    expect(pids.filter(lives)).toEqual([]);
    expect(
      logged(service)
        .filter(({ msg }) => msg === 'worker stopped')
        .map(({ worker }) => worker)
        .sort(),
    ).toEqual([1, 2]);
    const postmaster = join(folder.path, 'postgres/data/postmaster.pid');
    expect(() => readFileSync(postmaster)).toThrow('ENOENT');
  });

  it('find connections for each of them in the database, however many they are to be', async () => {
    const config = readConfig({ DATA_DIR: folder.path, WORKERS: '8' });
    const { database, ring, close } = await openInstallation(config, { purpose: 'the test', join: false });
    const client = new Client(database);
    await client.connect();
    const { rows } = await client.query('show max_connections');
    await client.end();
    await close();
    expect(rows).toEqual([{ max_connections: '172' }]);
    // Who did not ask for the ring's text does not hold it.
    expect(ring).toBeUndefined();
  });
});

describe('a start with workers', () => {
  it('says once that a port is in use, before it starts any', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => taken.once('listening', done));
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    const message = await refusal({ ...shared, WORKERS: '2', PORT: String(port) });
    expect(message).toMatch(new RegExp(`^ended with 1: PORT=${port} is in use on 127\\.0\\.0\\.1: .*[^\\n]$`));
  });

  it('says once what none of them can start with', async () => {
    const file = '/nowhere/keys.json';
    const jwt = { JWT_ISSUER: 'https://login.example.com/', JWT_AUDIENCE: 'keys', JWT_JWKS_FILE: file };
    const message = await refusal({ ...shared, ...jwt, WORKERS: '2' });
    expect(message).toMatch(/^ended with 1: /);
    expect(message.split('\n').filter((line) => line.includes(file))).toHaveLength(1);
    expect(message).not.toContain('    at ');
  });
});

describe('two workers', () => {
  it('end with a primary that is killed, and nothing listens any more', async () => {
    const service = await startProcess({ ...shared, WORKERS: '2' });
    const pids = [pidOf(service, 1), pidOf(service, 2)];
    // Each has a connection that would keep it for a minute.
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    await Promise.all([1, 2].map(() => ask(service.url, { path: '/readyz', agent })));
    expect(pids.filter(lives)).toHaveLength(2);
    service.child.kill('SIGKILL');
    await until(() => pids.every((pid) => !lives(pid)));
    await expect(ask(service.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('that die again and again end the service, which says so', async () => {
    const folder = temporaryFolder();
    const trap = join(folder, 'trap');
    const preload = join(folder, 'preload.mjs');
    writeFileSync(
      preload,
      `import cluster from 'node:cluster';
       import { existsSync } from 'node:fs';
       if (cluster.isWorker && existsSync(${JSON.stringify(trap)})) process.exit(7);`,
    );
    const service = await startProcess({
      ...shared,
      WORKERS: '2',
      NODE_OPTIONS: `--import=${pathToFileURL(preload).href}`,
    });
    onTestFinished(() => void service.child.kill('SIGKILL'));
    const pid = pidOf(service, 2);
    writeFileSync(trap, '');
    process.kill(pidOf(service, 1), 'SIGKILL');
    expect(await service.ended).toBe(1);
    expect(service.lines.filter((line) => !line.startsWith('{'))).toEqual([
      'Worker 1 died 5 times in a row, each time within 10 seconds of its start, the last time by exit code 7, so the ' +
        'service stops. The lines of the log before this say more. Without such lines, look whether the machine has memory ' +
        'for so many WORKERS.',
    ]);
    // The other one was stopped in order.
    expect(service.lines.filter((line) => line.includes('"worker stopped"'))).toHaveLength(1);
    expect(lives(pid)).toBe(false);
  });
});

describe('two machines, with one database and one ring', () => {
  it('verify what either of them made, and refuse what either of them revoked from the moment it is effective', async () => {
    const [one, other] = await Promise.all([startProcess(shared), startProcess(shared)]);
    onTestFinished(async () => void (await Promise.all([one.stop(), other.stop()])));
    expect(one.url).not.toBe(other.url);
    const verify = async ({ url }: ServiceProcess, token: string) => {
      const document =
        'mutation ($input: VerifyApiKeyInput!) { verifyApiKey(input: $input) { verification { code } } }';
      return (await graph(url, platformKey, document, { token })).verifyApiKey.verification.code;
    };
    const made = await graph(
      one.url,
      platformKey,
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } secret } }',
      { name: 'everywhere' },
    );
    const { apiKey, secret } = made.createApiKey;
    // Twice each: the second is answered by whatever the first left in memory.
    for (const machine of [one, other, one, other]) expect(await verify(machine, secret)).toBe('VALID');

    const revoked = await graph(
      one.url,
      platformKey,
      'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { propagation { effective } } }',
      { id: apiKey.id, waitMs: 10_000 },
    );
    expect(revoked.revokeApiKey.propagation.effective).toBe(true);
    for (const machine of [other, one, other, one]) expect(await verify(machine, secret)).toBe('REVOKED');
  });
});
