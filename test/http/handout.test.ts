import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createHandout, type Handout, type Taker } from '../../src/http/handout.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';
import { createLog } from '../../src/lib/log.ts';
import { RawClient } from './RawClient.ts';
import { echoRoute, post, type TestServerOptions } from './testServer.ts';

async function until(seen: () => boolean): Promise<void> {
  while (!seen()) await nextTurn();
}

async function openHandout(): Promise<{ handout: Handout; connect: () => Promise<RawClient>; port: number }> {
  const handout = createHandout({ drainMs: 500 });
  const { url } = await handout.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => handout.close());
  const port = Number(new URL(url).port);
  return { handout, port, connect: () => RawClient.connect(port) };
}

/** A taker that keeps what it is given, and says nothing by itself. */
function keeper(): Taker & { readonly given: Socket[] } {
  const given: Socket[] = [];
  return { given, give: (socket) => void given.push(socket) };
}

/** A server that never listens, and serves what it is told to take: in this process the handout's end is its own. */
async function takingServer(
  options: TestServerOptions = {},
): Promise<{ server: HttpServer; connect: () => Promise<RawClient> }> {
  const server = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    routes: options.routes ?? [echoRoute()],
    readiness: [],
    log: createLog({ level: 'silent', destination: { write() {} } }),
    metrics: createMetrics(),
    limits: { drainIdleMs: 20, drainMs: 2_000, ...options.limits },
  });
  const { handout, connect } = await openHandout();
  for (let n = 0; n < 2; n++) {
    handout.ready({
      give(socket) {
        server.take(socket);
        // Paused for the way to another process.
        socket.resume();
      },
    });
  }
  onTestFinished(() => server.drain());
  return { server, connect };
}

test('connections go to the takers in turn, and to none that has not taken its last', async () => {
  const { handout, connect } = await openHandout();
  const [one, two] = [keeper(), keeper()];
  handout.ready(one);
  handout.ready(two);
  for (let n = 0; n < 4; n++) await connect();
  await until(() => one.given.length + two.given.length === 2);
  expect([one.given.length, two.given.length]).toEqual([1, 1]);
  handout.ready(two);
  handout.ready(two);
  await until(() => two.given.length === 3);
  expect(one.given).toHaveLength(1);
});

test('who connects before there is a taker is kept for the first', async () => {
  const { handout, connect } = await openHandout();
  const client = await connect();
  const one = keeper();
  handout.ready(one);
  await until(() => one.given.length === 1);
  expect(one.given[0]?.remotePort).toBe(client.socket.localPort);
});

test('what a taker that is gone had not taken is the next one’s, before whoever came later', async () => {
  const { handout, connect } = await openHandout();
  const [one, two] = [keeper(), keeper()];
  handout.ready(one);
  const first = await connect();
  await until(() => one.given.length === 1);
  const second = await connect();
  handout.remove(one);
  handout.ready(two);
  await until(() => two.given.length === 1);
  handout.ready(two);
  await until(() => two.given.length === 2);
  expect(two.given[0]).toBe(one.given[0]);
  expect(two.given[1]?.remotePort).toBe(second.socket.localPort);
  expect(first.error).toBeUndefined();
});

test('it closes when the last connection is taken, and nobody can connect meanwhile', async () => {
  const { handout, connect, port } = await openHandout();
  const one = keeper();
  handout.ready(one);
  for (let n = 0; n < 3; n++) await connect();
  await until(() => one.given.length === 1);
  let closed = false;
  const closing = handout.close().then(() => {
    closed = true;
  });
  const refusal = () =>
    RawClient.connect(port).then(
      ({ socket }) => void socket.destroy(),
      (error) => error.code,
    );
  while ((await refusal()) !== 'ECONNREFUSED');
  // The one that it has, and those that were made before.
  for (let given = 1; ; given++) {
    expect([closed, one.given.length]).toEqual([false, given]);
    handout.ready(one);
    if (one.given.length === given) break;
  }
  expect(one.given.length).toBeGreaterThanOrEqual(3);
  await closing;
});

test('with nobody left to take them, it closes all the same, and its clients learn that', async () => {
  const { handout, connect } = await openHandout();
  const one = keeper();
  handout.ready(one);
  const clients = [await connect(), await connect()];
  await until(() => one.given.length === 1);
  const closing = handout.close();
  handout.remove(one);
  await closing;
  for (const client of clients) await client.closed;
});

test('a server that takes connections ends slow ones, as one that listens does', async () => {
  const { connect } = await takingServer({ limits: { headersTimeoutMs: 50, connectionsCheckMs: 10 } });
  const slow = await connect();
  slow.send('POST /graphql HTTP/1.1\r\nHost:');
  expect((await slow.answer()).status).toBe(408);
  await slow.closed;
});

test('and it takes no more of them than it may have', async () => {
  const { connect } = await takingServer({ limits: { connectionsMax: 1 } });
  const [first, second] = [await connect(), await connect()];
  await second.closed;
  first.send(post('1'));
  expect((await first.answer()).body).toBe('{"data":1}');
});

test('it drains as one that listens: what is in flight is answered, and then nothing is open', async () => {
  const begun = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const route = echoRoute(async ({ body }) => {
    begun.resolve();
    await held.promise;
    return body;
  });
  const { server, connect } = await takingServer({ routes: [route] });
  const [busy, idle] = [await connect(), await connect()];
  busy.send(post('"in flight"'));
  await begun.promise;
  let drained = false;
  const draining = server.drain().then(() => {
    drained = true;
  });
  await idle.closed;
  expect(drained).toBe(false);
  held.resolve();
  const { status, headers, body } = await busy.answer();
  expect([status, headers.connection, body]).toEqual([200, 'close', '"in flight"']);
  await busy.closed;
  await draining;
});
