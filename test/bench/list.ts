import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from '../../src/app.ts';
import { parseKeyring } from '../../src/crypto/keyring.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { parseGlobalId } from '../../src/lib/ids.ts';
import { createLog } from '../../src/lib/log.ts';
import { countStatements } from '../support/statements.ts';
import {
  type Bench,
  type BenchRun,
  type Figure,
  interleave,
  median,
  medianRatio,
  type Throughput,
  throughput,
} from './Bench.ts';
import { ownCpuMs, serviceCpuMs } from './cpuMs.ts';
import { createGraphClient, type GraphClient } from './graphClient.ts';
import { startRawLists } from './rawLists.ts';
import { seedKeys } from './seedKeys.ts';
import { type BenchService, startService } from './startService.ts';

const size = 20;
/** The hundred-thousandth page of a million keys has ten of them. */
const deepSize = 10;
const inFlight = 8;
const countMax = 100_000;

/** Lists are what pages of frontends are made of: each must cost little, and the last no more than the first. */
export const list: Bench = {
  name: 'list',
  shows:
    'pages of keys with tenant, owner and secrets, beside raw pg and JSON.stringify; the first page beside the last',
  async measure(whole): Promise<readonly Figure[]> {
    const run = { ...whole, secondsMax: whole.secondsMax / 2 };
    const keys = run.quick ? 50_000 : 1_000_000;
    await using service = await startService(run);
    const tenant = await makeTenant(service);
    run.progress(`making ${keys.toLocaleString('en')} keys`);
    await seedKeys(service, { tenantId: tenant.id, keys, people: 5_000 });
    await using raw = await startRawLists(service, { tenantId: tenant.id, size });
    using client = createGraphClient(service.url, { key: tenant.key });
    using rawClient = createGraphClient(raw.url, { key: tenant.key });
    const last = await lastPage(client);
    const ask = {
      full: () => client.send(fullPage, { first: size }),
      raw: () => rawClient.send(fullPage, { first: size }),
      first: () => client.send(shortPage, { first: deepSize }),
      last: () => client.send(shortPage, last),
    };
    deepEqual(await ask.full(), await ask.raw(), 'The raw server answers something else than the service.');

    run.progress('warming up');
    for (const job of Object.values(ask)) await throughput(run, { countMax, inFlight }, job);
    const cpuOf = (pid: number) => () => ownCpuMs() + serviceCpuMs({ pid, databasePid: service.databasePid });
    const measure = (job: () => Promise<unknown>, pid: number) => () =>
      throughput(run, { countMax, inFlight, cpuMs: cpuOf(pid) }, job);
    const rounds = await interleave(run, {
      full: measure(ask.full, service.pid),
      raw: measure(ask.raw, raw.pid),
      first: measure(ask.first, service.pid),
      last: measure(ask.last, service.pid),
    });
    return figures(rounds, { keys, statements: await statementsOf(run, service, tenant.key) });
  },
};

const fullPage = `query ($first: Int) { apiKeys(first: $first) {
  nodes { id name display environment status isActive scopes metadata createdAt updatedAt expiresAt lastUsedAt
    tenant { id name slug } owner { id name email } secrets { no state createdAt expiresAt lastUsedAt } }
  pageInfo { hasNextPage } } }`;
const shortPage = `query ($first: Int, $after: String) { apiKeys(first: $first, after: $after) {
  nodes { id name createdAt } pageInfo { hasNextPage endCursor } } }`;

type Rounds = Readonly<Record<'full' | 'raw' | 'first' | 'last', readonly Throughput[]>>;

function figures({ full, raw, first, last }: Rounds, of: { keys: number; statements: number }): Figure[] {
  const perSecond = (rounds: readonly Throughput[]) => rounds.map((round) => round.perSecond);
  const cpuMs = (rounds: readonly Throughput[]) => rounds.map((round) => round.cpuMs);
  const unlike = (ratio: number) => Math.max(ratio, 1 / ratio);
  return [
    { name: 'keys', value: of.keys, unit: '' },
    { name: 'pages of 20', value: median(perSecond(full)), unit: '/s' },
    { name: 'the same by raw pg', value: median(perSecond(raw)), unit: '/s' },
    { name: 'CPU of a page', value: median(cpuMs(full)), unit: ' ms' },
    { name: 'CPU of a raw page', value: median(cpuMs(raw)), unit: ' ms' },
    {
      name: 'pages to raw pages',
      value: medianRatio(perSecond(full), perSecond(raw)),
      unit: '',
      bound: { atLeast: 0.25 },
    },
    // Of use where others share the machine: they change who gets the cores, and much less what the work costs.
    { name: 'the same by CPU', value: medianRatio(cpuMs(raw), cpuMs(full)), unit: '' },
    { name: 'statements of a page', value: of.statements, unit: '', bound: { atMost: 5 } },
    { name: 'first pages of 10', value: median(perSecond(first)), unit: '/s' },
    { name: `page ${(of.keys / deepSize).toLocaleString('en')}`, value: median(perSecond(last)), unit: '/s' },
    {
      name: 'first beside last',
      value: unlike(medianRatio(perSecond(first), perSecond(last))),
      unit: ' times',
      bound: { atMost: 1.2 },
    },
  ];
}

/** A tenant, and a key of it that may read its keys. */
async function makeTenant({ url, platformKey }: BenchService): Promise<{ id: string; key: string }> {
  using platform = createGraphClient(url, { key: platformKey });
  const made = await platform.send<{ createTenant: { tenant: { id: string } } }>(
    'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } } }',
    { input: { name: 'Benchmark' } },
  );
  const tenantId = made.createTenant.tenant.id;
  const { createApiKey } = await platform.send<{ createApiKey: { secret: string } }>(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
    { input: { tenantId, name: 'Reader', scopes: ['keywright:keys:read', 'keywright:users:read'] } },
  );
  return { id: parseGlobalId('Tenant', tenantId, ['id']), key: createApiKey.secret };
}

/** What asks for the last page onwards: from the key that stands before it. */
async function lastPage(client: GraphClient): Promise<{ first: number; after: string }> {
  const { apiKeys } = await client.send<{ apiKeys: { pageInfo: { startCursor: string } } }>(
    'query ($last: Int) { apiKeys(last: $last) { pageInfo { startCursor } } }',
    { last: deepSize + 1 },
  );
  return { first: deepSize, after: apiKeys.pageInfo.startCursor };
}

/** The messages to the database that one page costs, counted in a second service on the same database, in this process. */
async function statementsOf({ folder }: BenchRun, { database }: BenchService, key: string): Promise<number> {
  const path = join(folder, 'data', 'keyring.json');
  const app = await createApp({
    database,
    keyring: parseKeyring(readFileSync(path, 'utf8'), path),
    tokenPrefix: 'kw',
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    cachedKeys: 0,
    outageGraceSeconds: 0,
    introspection: false,
    log: createLog({ level: 'silent', destination: 1 }),
    clock: systemClock,
    randomBytes: systemRandom,
  });
  try {
    const { url } = await app.listen();
    using client = createGraphClient(url, { key });
    return (await countStatements(() => client.send(fullPage, { first: size }))).length;
  } finally {
    await app.close();
  }
}
