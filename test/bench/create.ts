import { randomUUID } from 'node:crypto';
import { createArgon2Queue } from '../../src/crypto/argon2Queue.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { lockSecret } from '../../src/crypto/recoveryLock.ts';
import { Secret } from '../../src/crypto/Secret.ts';
import { parseGlobalId } from '../../src/lib/ids.ts';
import { type Bench, type Figure, interleave, median, medianRatio, type Throughput, throughput } from './Bench.ts';
import { openBareInserts } from './bareInserts.ts';
import { ownCpuMs, serviceCpuMs } from './cpuMs.ts';
import { createGraphClient, type GraphClient } from './graphClient.ts';
import { type BenchService, startService } from './startService.ts';

/** More than argon2 takes at once, so that some wait for it while others are being written. */
const inFlight = 8;
/** No more rows than this in one measurement: bare INSERTs would write ten times as many as the others. */
const countMax = 2000;
/** Code is compiled anew while it warms, so a service is measured after four times as long as a measurement lasts. */
const warmUpTimes = 4;

/** Creating a key is argon2, and whatever else it costs must be small beside that. */
export const create: Bench = {
  name: 'create',
  shows: 'keys created over GraphQL in a second, beside the bare cost of their argon2 and of their INSERTs',
  async measure(run): Promise<readonly Figure[]> {
    await using service = await startService(run);
    const { tenantId, key } = await makeTenant(service);
    using client = createGraphClient(service.url, { key });
    const sample = await createKey(client);
    await using bare = await openBareInserts(service, { sample: { keyId: sample.id, tenantId }, inFlight });
    const argon2Queue = createArgon2Queue();
    const load = { countMax, inFlight };

    run.progress('warming up');
    await throughput({ ...run, secondsMax: run.secondsMax * warmUpTimes }, { countMax: 10_000, inFlight }, () =>
      createKey(client),
    );
    await throughput(run, { countMax: 500, inFlight }, bare.insert);
    const { creations, locks, inserts } = await interleave(run, {
      creations: () =>
        throughput(run, { ...load, cpuMs: () => ownCpuMs() + serviceCpuMs(service) }, () => createKey(client)),
      locks: () => throughput(run, load, () => argon2Queue.run(lockSomeSecret)),
      inserts: () => throughput(run, load, bare.insert),
    });
    return figures({ creations, locks, inserts });
  },
};

type Rounds = Readonly<Record<'creations' | 'locks' | 'inserts', readonly Throughput[]>>;

function figures({ creations, locks, inserts }: Rounds): Figure[] {
  const perSecond = (rounds: readonly Throughput[]) => rounds.map((round) => round.perSecond);
  const cpuMs = (rounds: readonly Throughput[]) => rounds.map((round) => round.cpuMs);
  const ratio = medianRatio(perSecond(creations), perSecond(locks));
  return [
    { name: 'creations', value: median(perSecond(creations)), unit: '/s' },
    { name: 'bare argon2 locks', value: median(perSecond(locks)), unit: '/s' },
    { name: 'bare INSERTs', value: median(perSecond(inserts)), unit: '/s' },
    { name: 'CPU of a creation', value: median(cpuMs(creations)), unit: ' ms' },
    { name: 'CPU of a bare lock', value: median(cpuMs(locks)), unit: ' ms' },
    { name: 'creations to locks', value: ratio, unit: '', bound: { atLeast: 0.8 } },
    // Of use where others share the machine: they change who gets the cores, and much less what the work costs.
    { name: 'the same by CPU', value: medianRatio(cpuMs(locks), cpuMs(creations)), unit: '' },
  ];
}

/** A tenant, and a key of it that may make others. */
async function makeTenant({ url, platformKey }: BenchService): Promise<{ tenantId: string; key: string }> {
  using platform = createGraphClient(url, { key: platformKey });
  const { createTenant } = await platform.send<{ createTenant: { tenant: { id: string } } }>(
    'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } } }',
    { input: { name: 'Benchmark' } },
  );
  const { id } = createTenant.tenant;
  const { secret } = await createKey(platform, { tenantId: id, scopes: ['*', 'keywright:*'] });
  return { tenantId: parseGlobalId('Tenant', id, ['id']), key: secret };
}

const createApiKey = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { apiKey { id } secret userErrors { code message path } } }`;

type Created = {
  readonly createApiKey: {
    readonly apiKey: { readonly id: string } | null;
    readonly secret: string | null;
    readonly userErrors: readonly unknown[];
  };
};

/** Makes a key as people do: a name, two scopes, a little metadata. One that is not made fails the measurement. */
async function createKey(
  client: GraphClient,
  input: Record<string, unknown> = { scopes: ['orders:read', 'orders:write'], metadata: { team: 'checkout' } },
): Promise<{ id: string; secret: string }> {
  const answer = await client.send<Created>(createApiKey, { input: { name: `Key ${randomUUID()}`, ...input } });
  const { apiKey, secret, userErrors } = answer.createApiKey;
  if (apiKey === null || secret === null) throw new Error(`A key was not made: ${JSON.stringify(userErrors)}`);
  return { id: parseGlobalId('ApiKey', apiKey.id, ['id']), secret };
}

/** The same lock that a creation makes: its parameters are the service's own. */
function lockSomeSecret() {
  return lockSecret({ keyId: randomUUID(), secret: new Secret('s'.repeat(43)), random: systemRandom });
}
