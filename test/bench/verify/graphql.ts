import { type BenchRun, type Figure, interleave, median, medianRatio, type Throughput, throughput } from '../Bench.ts';
import { ownCpuMs, processCpuMs, serviceCpuMs } from '../cpuMs.ts';
import { HttpConnection } from '../HttpConnection.ts';
import { type BenchService, startService } from '../startService.ts';
import { makeKeys } from './makeKeys.ts';
import { startBareServer } from './startBareServer.ts';

const inFlight = 16;
const countMax = 200_000;

/** What a gateway sends for each request of its own customers: the whole verdict. */
const document = `mutation Verify($input: VerifyApiKeyInput!) {
  verifyApiKey(input: $input) {
    verification { code valid keyId tenantId ownerUserId environment scopes metadata expiresAt }
    userErrors { code message path }
  }
}`;

/** `verifyApiKey` over GraphQL, warm, beside a server that only reads and answers bodies of the same size. */
export async function measureGraphql(run: BenchRun): Promise<readonly Figure[]> {
  await using service = await startService(run);
  return await measureGraphqlOf(run, service);
}

/** The same on a service that runs already. */
export async function measureGraphqlOf(run: BenchRun, service: BenchService): Promise<readonly Figure[]> {
  const { key, token } = await makeKeys(service);
  const request = {
    head: [
      'POST /graphql HTTP/1.1',
      `host: ${new URL(service.url).host}`,
      'content-type: application/json',
      `authorization: Bearer ${key}`,
    ].join('\r\n'),
    body: JSON.stringify({
      operationName: 'Verify',
      query: document,
      variables: { input: { token, allOf: ['orders:read'] } },
    }),
  };
  const answer = await answerOf(service.url, request);
  if (!answer.includes('"code":"VALID"')) throw new Error(`The service did not verify its own key: ${answer}`);
  await using bare = await startBareServer(answer);
  const measure = (url: string, cpuMs: () => number) => async () => {
    // For this round alone: a server closes what is idle while the others are measured.
    using senders = openSenders(url, request, answer);
    return await throughput(run, { countMax, inFlight, cpuMs }, senders.send);
  };
  const contestants = {
    service: measure(service.url, () => serviceCpuMs(service)),
    bare: measure(bare.url, () => processCpuMs(bare.pid)),
    client: measure(bare.url, ownCpuMs),
  };

  run.progress('warming up');
  await contestants.service();
  await contestants.bare();
  return figures(await interleave(run, contestants));
}

type Rounds = Readonly<Record<'service' | 'bare' | 'client', readonly Throughput[]>>;

function figures({ service, bare, client }: Rounds): Figure[] {
  const perSecond = (rounds: readonly Throughput[]) => rounds.map((round) => round.perSecond);
  const cpuMs = (rounds: readonly Throughput[]) => rounds.map((round) => round.cpuMs);
  const cpuUs = (rounds: readonly Throughput[]) => median(cpuMs(rounds)) * 1000;
  return [
    { name: 'verify: GraphQL', value: median(perSecond(service)), unit: '/s' },
    { name: 'verify: bare node:http for GraphQL', value: median(perSecond(bare)), unit: '/s' },
    { name: 'verify: CPU of a verification over GraphQL', value: cpuUs(service), unit: ' µs' },
    { name: 'verify: CPU of the bare server for it', value: cpuUs(bare), unit: ' µs' },
    { name: 'verify: CPU of the client for it', value: cpuUs(client), unit: ' µs' },
    {
      name: 'verify: GraphQL beside bare node:http',
      value: medianRatio(perSecond(service), perSecond(bare)),
      unit: '',
      bound: { atLeast: 0.4 },
    },
    // Of use where others share the machine: they change who gets the cores, and much less what the work costs.
    { name: 'verify: GraphQL by CPU', value: medianRatio(cpuMs(bare), cpuMs(service)), unit: '' },
  ];
}

type Request = { readonly head: string; readonly body: string };

async function answerOf(url: string, { head, body }: Request): Promise<string> {
  const connection = new HttpConnection(url);
  try {
    return (await connection.send(head, body)).body;
  } finally {
    connection.close();
  }
}

/** Connections that send one request again and again, and fail at the first answer that is another one. */
function openSenders(url: string, { head, body }: Request, answer: string): Disposable & { send(): Promise<void> } {
  const all = Array.from({ length: inFlight }, () => new HttpConnection(url));
  const idle = [...all];
  return {
    async send() {
      const connection = idle.pop() ?? new HttpConnection(url);
      const answered = await connection.send(head, body);
      if (answered.body !== answer) throw new Error(`Another answer than before: ${answered.body}`);
      idle.push(connection);
    },
    [Symbol.dispose]() {
      for (const connection of all) connection.close();
    },
  };
}
