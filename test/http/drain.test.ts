import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { RawClient } from './RawClient.ts';
import { echoRoute, post, startServer, type TestServerOptions } from './testServer.ts';

const ready = 'GET /readyz HTTP/1.1\r\nHost: test\r\n\r\n';

/** A server whose handler waits to be let go. */
async function heldServer(options: TestServerOptions = {}) {
  const begun = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const route = echoRoute(async ({ body }) => {
    begun.resolve();
    await held.promise;
    return body;
  });
  return { ...(await startServer({ routes: [route], ...options })), begun: begun.promise, letGo: held.resolve };
}

test('what is in flight is answered, and its connection closed', async () => {
  const { server, connect, begun, letGo, requests } = await heldServer();
  const client = await connect();
  client.send(post('"in flight"'));
  await begun;
  const drained = server.drain();
  letGo();
  const { status, headers, body } = await client.answer();
  expect([status, headers.connection, body]).toEqual([200, 'close', '"in flight"']);
  await client.closed;
  expect(client.error).toBeUndefined();
  await drained;
  expect(requests().map(({ status }) => status)).toEqual([200]);
});

test('all of a pipeline is answered, and only its last answer closes', async () => {
  const { server, connect, begun, letGo } = await heldServer();
  const client = await connect();
  client.send(post('1') + post('2') + post('3'));
  await begun;
  const drained = server.drain();
  letGo();
  const answers = [await client.answer(), await client.answer(), await client.answer()];
  expect(answers.map(({ body, headers }) => [body, headers.connection])).toEqual([
    ['1', 'keep-alive'],
    ['2', 'keep-alive'],
    ['3', 'close'],
  ]);
  await drained;
});

test('a body that is still arriving is waited for', async () => {
  const { server, connect } = await startServer({ limits: { drainIdleMs: 1 } });
  const client = await connect();
  const bytes = post('{"a":1}');
  client.send(bytes.slice(0, -3));
  const idle = await connect();
  const drained = server.drain();
  await idle.closed;
  client.send(bytes.slice(-3));
  expect((await client.answer()).status).toBe(200);
  await drained;
});

test('headers that are still arriving are waited for', async () => {
  const { server, connect } = await startServer({ limits: { drainIdleMs: 1 } });
  const client = await connect();
  const bytes = post('{"a":1}');
  const other = await connect();
  client.send(bytes.slice(0, 20));
  other.send('GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n');
  await other.answer();
  const drained = server.drain();
  await other.closed;
  client.send(bytes.slice(20));
  expect((await client.answer()).status).toBe(200);
  await drained;
});

test('a request on a connection that is open already is still answered', async () => {
  const { server, connect } = await startServer({ limits: { drainIdleMs: 60_000 } });
  const client = await connect();
  client.send(post('1'));
  expect((await client.answer()).headers.connection).toBe('keep-alive');
  const drained = server.drain();
  client.send(post('2'));
  const { status, headers } = await client.answer();
  expect([status, headers.connection]).toEqual([200, 'close']);
  // Its connection was the last one: there is nothing to wait for any more.
  await drained;
});

test('an answer that a slow client is still reading is sent to its end', async () => {
  const length = 20 * 1024 * 1024;
  const { server, connect } = await startServer({
    routes: [echoRoute(() => 'x'.repeat(length))],
    limits: { drainIdleMs: 1, drainMs: 60_000 },
  });
  const [client, silent] = [await connect(), await connect()];
  client.send(post('{}'));
  await client.arrived();
  client.socket.pause();
  const drained = server.drain();
  await silent.closed;
  client.socket.resume();
  expect((await client.answer()).body).toHaveLength(length + 2);
  await drained;
});

test('readiness says so at once, while the process is alive', async () => {
  const { server, connect } = await startServer({ limits: { drainIdleMs: 60_000 } });
  const [one, two] = [await connect(), await connect()];
  one.send(ready);
  expect((await one.answer()).status).toBe(200);
  const drained = server.drain();
  one.send(ready);
  const { status, body } = await one.answer();
  expect([status, JSON.parse(body)]).toEqual([503, { ready: false, checks: [{ name: 'draining', ok: false }] }]);
  two.send('GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n');
  expect((await two.answer()).status).toBe(200);
  await drained;
});

test('nobody gets in any more', async () => {
  const { server, port, connect, begun, letGo } = await heldServer();
  const client = await connect();
  client.send(post('1'));
  await begun;
  const drained = server.drain();
  // One turn of the loop still takes whoever had knocked before.
  await nextTurn();
  await nextTurn();
  await expect(RawClient.connect(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  letGo();
  await drained;
});

test('idle connections are closed, those that never said a word as well', async () => {
  const { server, connect } = await startServer({ limits: { drainIdleMs: 1, drainMs: 60_000 } });
  const [used, silent] = [await connect(), await connect()];
  used.send(post('1'));
  await used.answer();
  await server.drain();
  await Promise.all([used.closed, silent.closed]);
});

test('what does not end in time is cut off, its work is told, and the log says so', async () => {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const route = echoRoute(({ signal }) => {
    signal.addEventListener('abort', () => resolve());
    begun.resolve();
    return new Promise(() => {});
  });
  const { server, connect, logged } = await startServer({ routes: [route], limits: { drainMs: 30 } });
  const gone = await connect();
  gone.send('GET /healthz HTTP/1.0\r\n\r\n');
  await gone.closed;
  const client = await connect();
  client.send(post('1'));
  await begun.promise;
  await server.drain();
  await aborted;
  await client.closed;
  expect(logged()).toContainEqual(expect.objectContaining({ level: 'warn', connections: 1 }));
});

test('draining twice is draining once, and before listening it is nothing', async () => {
  const { server } = await startServer();
  const first = server.drain();
  expect(server.drain()).toBe(first);
  await first;
  await server.drain();
  const { createHttpServer } = await import('../../src/http/server.ts');
  const { createLog } = await import('../../src/lib/log.ts');
  const { createMetrics } = await import('../../src/http/metrics.ts');
  const log = createLog({ level: 'silent', destination: { write() {} } });
  const none = { corsOrigins: [], routes: [], readiness: [] };
  await createHttpServer({ host: '127.0.0.1', port: 0, ...none, log, metrics: createMetrics() }).drain();
});

describe('under load', () => {
  test('every request that was taken is answered, and every answer belongs to a request', async () => {
    let handled = 0;
    const route = echoRoute(async ({ body }) => {
      handled++;
      await new Promise((resolve) => setImmediate(resolve));
      return body;
    });
    // All of them come back for more, so all are told to close: nothing is left for the search for idle ones.
    const { server, connect } = await startServer({
      routes: [route],
      limits: { drainIdleMs: 60_000, drainMs: 60_000 },
    });
    let answered = 0;
    let drained: Promise<void> | undefined;
    const work = async (client: RawClient, name: string) => {
      for (let i = 0; ; i++) {
        client.send(post(`"${name} ${i}"`));
        const { status, headers, body } = await client.answer();
        expect([status, body]).toEqual([200, `"${name} ${i}"`]);
        answered++;
        if (answered === 500) drained = server.drain();
        if (headers.connection === 'close') return;
      }
    };
    const clients = await Promise.all(Array.from({ length: 32 }, connect));
    await Promise.all(clients.map((client, i) => work(client, String(i))));
    await drained;
    expect(answered).toBeGreaterThanOrEqual(500);
    expect(answered).toBe(handled);
  });
});
