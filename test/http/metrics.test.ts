import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { addDurations } from '../../src/http/durations.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { post, startServer } from './testServer.ts';

/** The lines of a metric in a scrape, as name and labels to value. */
function samples(text: string, name: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line.startsWith(name));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

test('requests are counted by route, method and status, whatever strangers send', async () => {
  const { url, connect } = await startServer();
  const client = await connect();
  for (const bytes of [
    post('{}'),
    post('{}'),
    post('{'),
    'GET /a HTTP/1.1\r\nHost: t\r\n\r\n',
    'GET /b?c HTTP/1.1\r\nHost: t\r\n\r\n',
    'PROPFIND /graphql HTTP/1.1\r\nHost: t\r\n\r\n',
    'HEAD /healthz HTTP/1.1\r\nHost: t\r\n\r\n',
    'nonsense\r\n\r\n',
  ]) {
    client.send(bytes);
    await client.answer({ hasBody: !bytes.startsWith('HEAD') });
  }
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await answer.text();
  const total = 'keywright_http_requests_total';
  expect(samples(text, total)).toEqual({
    [`${total}{route="/graphql",method="POST",status="200"}`]: 2,
    [`${total}{route="/graphql",method="POST",status="400"}`]: 1,
    [`${total}{route="other",method="GET",status="404"}`]: 2,
    [`${total}{route="/graphql",method="other",status="405"}`]: 1,
    [`${total}{route="other",method="other",status="400"}`]: 1,
    [`${total}{route="/healthz",method="HEAD",status="200"}`]: 1,
  });
  expect(samples(text, 'keywright_http_request_duration_seconds_count')).toEqual({
    'keywright_http_request_duration_seconds_count{route="/graphql"}': 4,
    'keywright_http_request_duration_seconds_count{route="other"}': 3,
    'keywright_http_request_duration_seconds_count{route="/healthz"}': 1,
  });
});

test('an operation counts once for each of its root fields', async () => {
  const metrics = createMetrics();
  metrics.graphqlOperation({ fields: ['viewer'], label: 'viewer', outcome: 'ok' }, 0.003);
  metrics.graphqlOperation({ fields: ['viewer', 'apiKeys'], label: 'apiKeys+viewer', outcome: 'denied' }, 0.2);
  const { body } = await metrics.text();
  expect(samples(body, 'keywright_graphql_operations_total')).toEqual({
    'keywright_graphql_operations_total{operation="viewer",outcome="ok"}': 1,
    'keywright_graphql_operations_total{operation="viewer",outcome="denied"}': 1,
    'keywright_graphql_operations_total{operation="apiKeys",outcome="denied"}': 1,
  });
  expect(samples(body, 'keywright_graphql_operation_duration_seconds_count')).toEqual({
    'keywright_graphql_operation_duration_seconds_count{operation="viewer"}': 2,
    'keywright_graphql_operation_duration_seconds_count{operation="apiKeys"}': 1,
  });
});

test('scraping twice counts nothing twice', async () => {
  const metrics = createMetrics();
  metrics.httpRequest('/graphql', 'POST', 200, 0.001);
  const ours = async () => samples((await metrics.text()).body, 'keywright_http');
  expect(await ours()).toEqual(await ours());
});

test('pools, queues, caches and the lease are asked at each scrape', async () => {
  let total = 3;
  const metrics = createMetrics({
    pools: { main: () => ({ total, idle: 1, waiting: 0 }) },
    argon2: { create: () => ({ running: 2, waiting: 7 }), recover: () => ({ running: 1, waiting: 0 }) },
    caches: { keys: () => total },
    lease: () => ({ alive: total === 3, acked: 12 }),
  });
  const ours = async () => {
    const { body } = await metrics.text();
    return {
      ...samples(body, 'keywright_pool'),
      ...samples(body, 'keywright_argon2'),
      ...samples(body, 'keywright_cache'),
      ...samples(body, 'keywright_lease'),
      ...samples(body, 'keywright_changes'),
    };
  };
  const at = {
    'keywright_pool_connections{pool="main",state="total"}': 3,
    'keywright_pool_connections{pool="main",state="idle"}': 1,
    'keywright_pool_connections{pool="main",state="waiting"}': 0,
    'keywright_argon2_jobs{queue="create",state="running"}': 2,
    'keywright_argon2_jobs{queue="create",state="waiting"}': 7,
    'keywright_argon2_jobs{queue="recover",state="running"}': 1,
    'keywright_argon2_jobs{queue="recover",state="waiting"}': 0,
    'keywright_cache_entries{cache="keys"}': 3,
    keywright_lease_alive: 1,
    keywright_changes_acked: 12,
  };
  expect(await ours()).toEqual(at);
  total = 9;
  expect(await ours()).toMatchObject({
    'keywright_pool_connections{pool="main",state="total"}': 9,
    'keywright_cache_entries{cache="keys"}': 9,
    keywright_lease_alive: 0,
  });
});

test("the process's own state is there, event loop included", async () => {
  const { body } = await createMetrics().text();
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
  ]) {
    expect(body).toContain(`# TYPE ${name} `);
  }
});

test('two services in one process do not count together', async () => {
  const [one, two] = [createMetrics(), createMetrics()];
  one.httpRequest('/graphql', 'POST', 200, 0.001);
  expect(samples((await two.text()).body, 'keywright_http_requests_total')).toEqual({});
});

test("durations read exactly as the library's own histogram would tell them", async () => {
  const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
  const seconds = fc.oneof(fc.double({ min: 0, max: 10, noNaN: true }), fc.constantFrom(0, ...buckets));
  const observations = fc.array(fc.tuple(fc.constantFrom('a', 'b"\\\n'), seconds), { maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(observations, async (all) => {
      const [ours, theirs] = [new Registry(), new Registry()];
      const named = { name: 'd_seconds', help: 'How long.' };
      const note = addDurations(ours, { ...named, label: 'route' });
      const histogram = new Histogram({ ...named, labelNames: ['route'], buckets, registers: [theirs] });
      for (const [route, value] of all) {
        note(route, value);
        histogram.observe({ route }, value);
      }
      const sorted = async (registry: Registry) => {
        const lines = (await registry.metrics()).split('\n');
        // Labels may stand in any order.
        return lines.map((line) => line.replace(/\{le=("[^"]*"),(.*)\}/, '{$2,le=$1}'));
      };
      expect(await sorted(ours)).toEqual(await sorted(theirs));
    }),
  );
});
