import { setTimeout } from 'node:timers/promises';
import { type BenchRun, type Figure, interleave, median, medianRatio, type Throughput, throughput } from '../Bench.ts';
import { ownCpuMs, serviceCpuMs } from '../cpuMs.ts';
import { createGraphClient, type GraphClient } from '../graphClient.ts';
import type { Seeded } from './cold.ts';
import { forge } from './forgeries.ts';
import type { Tokens } from './Tokens.ts';

const inFlight = 8;
const countMax = 10_000_000;
const fewKeys = 1000;
const batchMax = 100;

/** People at work, who pause between two questions: together some two hundred a second. */
const genuine = { connections: 4, pauseMs: 20 } as const;
/** Five forgeries for each of theirs. */
const flood = { connections: 20, pauseMs: 20 } as const;
const noFlood = { connections: 0, pauseMs: 0 } as const;
const forgeries = 10_000;

/** A service in a process of its own that remembers all keys: few of them beside all, and what a flood of forgeries costs others. */
export async function measureOverGraph(run: BenchRun, { service, tokens }: Seeded): Promise<readonly Figure[]> {
  using client = createGraphClient(service.url, { key: service.platformKey });
  await remember(run, client, tokens);
  const growth = await measureGrowth(run, { client, tokens, cpuMs: () => ownCpuMs() + serviceCpuMs(service) });
  return [...growth, ...(await measureFlood(run, { client, tokens }))];
}

/** Presents every key once. */
async function remember(run: BenchRun, client: GraphClient, tokens: Tokens): Promise<void> {
  run.progress('presenting every key to the service');
  let next = 0;
  const work = async () => {
    while (next < tokens.count) {
      run.signal.throwIfAborted();
      const from = next;
      next += batchMax;
      const items = Array.from({ length: Math.min(batchMax, tokens.count - from) }, (_, n) => ({
        token: tokens.at(from + n),
      }));
      const { verifyApiKeys } = await client.send<{ verifyApiKeys: { verifications: { code: string }[] } }>(
        'mutation ($items: [VerifyApiKeyInput!]!) { verifyApiKeys(input: { items: $items }) { verifications { code } } }',
        { items },
      );
      if (verifyApiKeys.verifications.some(({ code }) => code !== 'VALID')) throw new Error('A good key was refused.');
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
}

async function verify(client: GraphClient, token: string, expected: string): Promise<void> {
  const { verifyApiKey } = await client.send<{ verifyApiKey: { verification: { code: string } } }>(
    `mutation ($token: PresentedApiKeyToken!) { verifyApiKey(input: { token: $token }) {
      verification { code keyId tenantId scopes expiresAt } } }`,
    { token },
  );
  const { code } = verifyApiKey.verification;
  if (code !== expected) throw new Error(`The service answered ${code}, not ${expected}.`);
}

type Asking = { readonly client: GraphClient; readonly tokens: Tokens };

async function measureGrowth(
  run: BenchRun,
  { client, tokens, cpuMs }: Asking & { readonly cpuMs: () => number },
): Promise<Figure[]> {
  let next = 0;
  const among = (keys: number) => () =>
    throughput(run, { countMax, inFlight, cpuMs }, () => verify(client, tokens.at(next++ % keys), 'VALID'));
  run.progress('warming up');
  await among(tokens.count)();
  const { few, all } = await interleave(run, { few: among(Math.min(fewKeys, tokens.count)), all: among(tokens.count) });
  const perSecond = (rounds: readonly Throughput[]) => rounds.map((round) => round.perSecond);
  const cpu = (rounds: readonly Throughput[]) => rounds.map((round) => round.cpuMs);
  const count = tokens.count.toLocaleString('en');
  return [
    { name: 'over GraphQL: 1,000 keys', value: median(perSecond(few)), unit: '/s' },
    { name: `over GraphQL: ${count}`, value: median(perSecond(all)), unit: '/s' },
    {
      name: `over GraphQL: ${count} beside 1,000`,
      value: medianRatio(perSecond(few), perSecond(all)),
      unit: ' times',
      bound: { atMost: 1.2 },
    },
    { name: 'over GraphQL: the same by CPU', value: medianRatio(cpu(all), cpu(few)), unit: ' times' },
  ];
}

async function measureFlood(run: BenchRun, { client, tokens }: Asking): Promise<Figure[]> {
  const forged = forge(forgeries);
  let next = 0;
  const askGenuine = () => verify(client, tokens.at(next++), 'VALID');
  const askForged = () => verify(client, forged[next++ % forgeries] ?? '', 'INVALID');
  const measure = (floods: Pace) => async () => {
    const [times, forgedTimes] = await Promise.all([paced(run, genuine, askGenuine), paced(run, floods, askForged)]);
    return { p99: p99(times), floodPerSecond: forgedTimes.length / run.secondsMax };
  };
  const { quiet, flooded } = await interleave(run, { quiet: measure(noFlood), flooded: measure(flood) });
  const before = quiet.map((round) => round.p99);
  const during = flooded.map((round) => round.p99);
  const floods = flooded.map((round) => round.floodPerSecond);
  return [
    { name: 'genuine p99', value: median(before), unit: ' ms' },
    { name: 'genuine p99 during the flood', value: median(during), unit: ' ms' },
    { name: 'forgeries in the flood', value: median(floods), unit: '/s' },
    { name: 'genuine p99 to its baseline', value: medianRatio(during, before), unit: ' times', bound: { atMost: 2 } },
  ];
}

type Pace = { readonly connections: number; readonly pauseMs: number };

/** Asks from so many connections with a pause after each answer; answers what each took, in milliseconds. */
async function paced(
  { signal, secondsMax }: BenchRun,
  { connections, pauseMs }: Pace,
  ask: () => Promise<void>,
): Promise<number[]> {
  const times: number[] = [];
  const endsMs = performance.now() + secondsMax * 1000;
  const work = async (n: number) => {
    // So that they do not all ask at one moment.
    await setTimeout((n * pauseMs) / connections);
    while (performance.now() < endsMs) {
      signal.throwIfAborted();
      const startedMs = performance.now();
      await ask();
      times.push(performance.now() - startedMs);
      await setTimeout(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, n) => work(n)));
  return times;
}

function p99(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
}
