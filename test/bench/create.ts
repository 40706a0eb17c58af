import { randomUUID } from 'node:crypto';
import { createArgon2Queue } from '../../src/crypto/argon2Queue.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { lockSecret } from '../../src/crypto/recoveryLock.ts';
import { Secret } from '../../src/crypto/Secret.ts';
import { parseGlobalId } from '../../src/lib/ids.ts';
import { type Bench, type Figure, interleave, median, medianRatio, rate } from './Bench.ts';
import { openBareInserts } from './bareInserts.ts';
import { createGraphClient, type GraphClient } from './graphClient.ts';
import { type BenchService, startService } from './startService.ts';

/** More than argon2 takes at once, so that some wait for it while others are being written. */
const inFlight = 8;
/** After so many, the service's code is compiled and its connections are open. */
const warmUp = { countMax: 200, inFlight };
/** No more rows than this in a measurement: bare INSERTs alone would fill the disk for the rest of their time. */
const work = { countMax: 2000, inFlight };

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

    run.progress('warming up');
    await rate(run, warmUp, () => createKey(client));
    await rate(run, warmUp, bare.insert);
    const { creations, locks, inserts } = await interleave(run, {
      creations: () => rate(run, work, () => createKey(client)),
      locks: () => rate(run, work, () => argon2Queue.run(lockSomeSecret)),
      inserts: () => rate(run, work, bare.insert),
    });
    return [
      { name: 'creations', value: median(creations), unit: '/s' },
      { name: 'bare argon2 locks', value: median(locks), unit: '/s' },
      { name: 'bare INSERTs', value: median(inserts), unit: '/s' },
      { name: 'creations to locks', value: medianRatio(creations, locks), unit: '', bound: { atLeast: 0.8 } },
    ];
  },
};

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
