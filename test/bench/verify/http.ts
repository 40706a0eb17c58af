import { type BenchRun, type Figure, interleave, median, medianRatio, type Throughput, throughput } from '../Bench.ts';
import { processCpuMs } from '../cpuMs.ts';
import { HttpConnection } from '../HttpConnection.ts';
import { startService } from '../startService.ts';
import { makeKeys } from './makeKeys.ts';
import { startBareServer } from './startBareServer.ts';

/** Enough that the server always has a next request, and its answers go out many at a time. */
const inFlight = 32;
const countMax = 10_000_000;

/** `POST /v1/verify`, warm, with its log and its metrics, beside a bare server that reads and answers as many bytes. */
export async function measureHttp(whole: BenchRun): Promise<readonly Figure[]> {
  const run = { ...whole, secondsMax: whole.secondsMax / 2 };
  await using service = await startService(run);
  const { key, token } = await makeKeys(service);
  const body = JSON.stringify({ token, allOf: ['orders:read'] });
  using asked = openConnections(service.url, key);
  const answer = await asked.ask(body);
  if (!answer.startsWith('{"code":"VALID"')) throw new Error(`The service does not verify: ${answer}`);
  await using bare = await startBareServer(answer);
  using bareAsked = openConnections(bare.url, key);

  const measure = (pid: number, job: () => Promise<unknown>) => () =>
    throughput(run, { countMax, inFlight, cpuMs: () => processCpuMs(pid) }, job);
  const contestants = {
    service: measure(service.pid, () => asked.ask(body)),
    bare: measure(bare.pid, () => bareAsked.ask(body)),
  };
  run.progress('warming up');
  for (const warmUp of Object.values(contestants)) await warmUp();
  return figuresOf(await interleave(run, contestants));
}

function figuresOf(rounds: Readonly<Record<'service' | 'bare', readonly Throughput[]>>): Figure[] {
  const perSecond = (of: readonly Throughput[]) => of.map((round) => round.perSecond);
  const cpuMs = (of: readonly Throughput[]) => of.map((round) => round.cpuMs);
  const { service, bare } = rounds;
  return [
    { name: 'verify: HTTP', value: median(perSecond(service)), unit: '/s' },
    { name: 'verify: bare node:http', value: median(perSecond(bare)), unit: '/s' },
    { name: 'verify: CPU of a request over HTTP', value: median(cpuMs(service)) * 1000, unit: ' µs' },
    { name: 'verify: CPU of a bare request', value: median(cpuMs(bare)) * 1000, unit: ' µs' },
    {
      name: 'verify: HTTP beside bare node:http',
      value: medianRatio(perSecond(service), perSecond(bare)),
      unit: '',
      bound: { atLeast: 0.75 },
    },
    // Of use where others share the machine: they change who gets the cores, and much less what the work costs.
    { name: 'verify: the same by CPU', value: medianRatio(cpuMs(bare), cpuMs(service)), unit: '' },
  ];
}

/** Connections that stay open, each for one request at a time. */
function openConnections(url: string, key: string): Disposable & { ask(body: string): Promise<string> } {
  const all = Array.from({ length: inFlight }, () => new HttpConnection(url));
  const idle = [...all];
  const head = [
    'POST /v1/verify HTTP/1.1',
    `host: ${new URL(url).host}`,
    'content-type: application/json',
    `authorization: Bearer ${key}`,
  ].join('\r\n');
  return {
    async ask(body) {
      const connection = idle.pop();
      if (connection === undefined) throw new Error('More at once than there are connections.');
      const { status, body: answer } = await connection.send(head, body);
      if (status !== 200) throw new Error(`The service answered ${status}: ${answer}`);
      idle.push(connection);
      return answer;
    },
    [Symbol.dispose]() {
      for (const connection of all) connection.close();
    },
  };
}
