import { describe, expect, test } from 'vitest';
import type { HttpRequest } from '../../src/http/routes.ts';
import { echoRoute, post, startServer, watchedServer } from './testServer.ts';

const get = 'GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n';
const head = 'POST /graphql HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n';

describe('pipelined requests', () => {
  test('are answered in order, whichever is ready first', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { connect, handled } = await watchedServer({ hold: (body) => (body === 0 ? promise : Promise.resolve()) });
    const client = await connect();
    const bodies = Array.from({ length: 50 }, (_, i) => i);
    client.send(bodies.map((i) => post(String(i), [`X-Request-Id: ${i}`])).join('') + get);
    const other = await connect();
    other.send(get);
    await other.answer();
    expect(client.rest()).toBe('');
    resolve();
    for (const i of bodies) {
      const { headers, body } = await client.answer();
      expect([headers['x-request-id'], body]).toEqual([String(i), String(i)]);
    }
    expect((await client.answer()).body).toBe('{"alive":true}');
    expect(handled).toEqual(bodies);
  });

  test('are answered before senseless bytes behind them are refused', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { connect, requests } = await watchedServer({ hold: () => promise });
    const client = await connect();
    client.send(`${post('1')}${post('2')}senseless\r\n\r\n`);
    const warnings: Error[] = [];
    const warn = (warning: Error) => void warnings.push(warning);
    process.on('warning', warn);
    const other = await connect();
    for (let i = 0; i < 20; i++) {
      client.send('and more of it\r\n');
      other.send(get);
      await other.answer();
    }
    resolve();
    expect([(await client.answer()).body, (await client.answer()).body, (await client.answer()).status]).toEqual([
      '1',
      '2',
      400,
    ]);
    await client.closed;
    expect(requests().map(({ status }) => status)).toEqual([...Array(22).fill(200), 400]);
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });
});

test('more connections than the limit are closed, and those within it go on', async () => {
  const { connect } = await startServer({ limits: { connectionsMax: 1 } });
  const first = await connect();
  const second = await connect();
  await second.closed;
  first.send(get);
  expect((await first.answer()).status).toBe(200);
});

describe('a client that leaves', () => {
  test('while it is worked for aborts the signal, and is logged as 499', async () => {
    const begun = Promise.withResolvers<AbortSignal>();
    const aborted = Promise.withResolvers<void>();
    const route = echoRoute(async ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      begun.resolve(signal);
      await aborted.promise;
      signal.throwIfAborted();
    });
    const { connect, requests, logged } = await startServer({ routes: [route] });
    const client = await connect();
    client.send(post('{}'));
    expect((await begun.promise).aborted).toBe(false);
    client.socket.destroy();
    await aborted.promise;
    await expect.poll(requests).toHaveLength(1);
    expect(requests()[0]).toMatchObject({ route: '/graphql', status: 499 });
    expect(logged()).toHaveLength(1);
  });

  test('before the signal is looked at leaves it aborted', async () => {
    const begun = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const unseen: HttpRequest[] = [];
    const route = echoRoute(async (request) => {
      if (request.body === 1) request.signal.addEventListener('abort', () => aborted.resolve());
      else {
        unseen.push(request);
        begun.resolve();
      }
      await aborted.promise;
    });
    const { connect } = await startServer({ routes: [route] });
    const client = await connect();
    client.send(post('1') + post('2'));
    await begun.promise;
    client.socket.resetAndDestroy();
    await aborted.promise;
    expect(unseen.map(({ signal }) => signal.aborted)).toEqual([true]);
  });

  test('after it was answered aborts nothing of that', async () => {
    const signals: AbortSignal[] = [];
    const begun = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const route = echoRoute(async ({ body, signal }) => {
      signals.push(signal);
      if (body === 1) return;
      signal.addEventListener('abort', () => aborted.resolve());
      begun.resolve();
      await aborted.promise;
    });
    const { connect } = await startServer({ routes: [route] });
    const client = await connect();
    client.send(post('1'));
    await client.answer();
    client.send(post('2'));
    await begun.promise;
    client.socket.resetAndDestroy();
    await aborted.promise;
    expect(signals.map((signal) => signal.aborted)).toEqual([false, true]);
  });

  test('in the middle of its body is never handled', async () => {
    const { connect, handled, requests } = await watchedServer();
    const client = await connect();
    client.send(`${head}Content-Length: 10\r\n\r\n{"a"`);
    client.socket.end();
    await client.closed;
    await expect.poll(requests).toHaveLength(1);
    expect(handled).toEqual([]);
  });

  test('abruptly in the middle of its body is logged as 499', async () => {
    const { connect, handled, requests } = await watchedServer();
    const client = await connect();
    client.send(`${head}Content-Length: 10\r\n\r\n{"a"`);
    const other = await connect();
    other.send(get);
    await other.answer();
    client.socket.resetAndDestroy();
    await expect.poll(requests).toHaveLength(2);
    expect(requests()[1]).toMatchObject({ route: '/graphql', status: 499 });
    expect(handled).toEqual([]);
  });

  test('by ending its side of the connection has left, too', async () => {
    const begun = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const route = echoRoute(({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      begun.resolve();
      return aborted.promise;
    });
    const { connect } = await startServer({ routes: [route] });
    const client = await connect();
    client.send(post('{}'));
    await begun.promise;
    client.socket.end();
    await aborted.promise;
  });

  test('takes nothing with it of what others asked', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { connect } = await watchedServer({ hold: () => promise });
    const [one, two] = [await connect(), await connect()];
    one.send(post('1'));
    two.send(post('2'));
    one.socket.resetAndDestroy();
    resolve();
    expect((await two.answer()).body).toBe('2');
  });
});
