import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { RawClient } from './RawClient.ts';
import { echoRoute, post, startServer, type TestServerOptions, watchedServer } from './testServer.ts';

const get = 'GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n';
const head = 'POST /graphql HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n';

/** Sends bytes on a new connection; tells the statuses of all answers until the server closes it. */
async function statusesOf(bytes: string, options: TestServerOptions = {}) {
  const server = await watchedServer(options);
  const client = await server.connect();
  client.send(bytes);
  await client.closed;
  const statuses: number[] = [];
  while (client.rest() !== '') {
    const { status, headers, body } = await client.answer();
    statuses.push(status);
    if (status >= 400)
      expect(JSON.parse(body)).toEqual({ [body.startsWith('{"errors"') ? 'errors' : 'error']: expect.anything() });
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  }
  return { ...server, statuses };
}

describe('slow clients', () => {
  const quick = { limits: { headersTimeoutMs: 40, requestTimeoutMs: 80, connectionsCheckMs: 10 } };
  const quickHeaders = { limits: { ...quick.limits, requestTimeoutMs: 60_000 } };

  for (const [name, bytes] of [
    ['that say nothing', ''],
    ['that stop in the request line', 'GET /heal'],
    ['that stop in their headers', 'GET /healthz HTTP/1.1\r\nHost: t'],
    ['that stop in the headers of their second request', `${get}GET /healthz HTTP/1.1\r\nHost: t`],
  ] as const) {
    test(`${name} are told 408 and closed`, async () => {
      const { statuses } = await statusesOf(bytes, quickHeaders);
      expect(statuses.at(-1)).toBe(408);
    });
  }

  test('that stop in their body are told 408 in the form of their path, and never handled', async () => {
    const server = await watchedServer({ limits: { ...quick.limits, lingerMs: 10_000 } });
    const client = await server.connect();
    client.send(`${head}Content-Length: 10\r\n\r\n{"a"`);
    const { status, headers, body } = await client.answer();
    expect([status, headers.connection]).toEqual([408, 'close']);
    expect(JSON.parse(body).errors[0].extensions.code).toBe('REQUEST_TIMEOUT');
    client.socket.resetAndDestroy();
    await server.server.drain();
    // That the body broke off reaches its reader some turns later, and is no second end of this request.
    for (let turn = 0; turn < 10; turn++) await setImmediate();
    expect(server.handled).toEqual([]);
    expect(server.logged().map((line) => [line.route, line.status])).toEqual([['/graphql', 408]]);
  });

  test('that stop in a body that nobody reads are closed, and answered no second time', async () => {
    const { statuses } = await statusesOf(
      'POST /nowhere HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhell',
      quick,
    );
    expect(statuses).toEqual([404]);
  });

  for (const part of ['headers', 'body']) {
    test(`that go on with their ${part} after they were told are not heard`, async () => {
      const { connect, handled } = await watchedServer(part === 'headers' ? quickHeaders : quick);
      const client = await connect();
      const bytes = post('"late"');
      const sent = part === 'headers' ? 20 : bytes.length - 2;
      client.send(bytes.slice(0, sent));
      expect((await client.answer()).status).toBe(408);
      client.send(bytes.slice(sent));
      await client.closed;
      expect(handled).toEqual([]);
      expect(client.rest()).toBe('');
    });
  }

  test('that send a byte at a time get no more time', async () => {
    const { connect } = await watchedServer(quick);
    const client = await connect();
    client.send(head);
    const trickle = () => {
      if (client.socket.writable) client.socket.write('X', () => setTimeout(trickle, 5));
    };
    trickle();
    expect((await client.answer()).status).toBe(408);
    await client.closed;
  });

  test('that wait between requests are closed without a word', async () => {
    const { connect } = await startServer({ limits: { keepAliveTimeoutMs: 100 } });
    const client = await connect();
    client.send(get);
    expect((await client.answer()).status).toBe(200);
    await client.closed;
    expect(client.rest()).toBe('');
  });

  for (const [name, requests, length] of [
    ['one great answer', 1, 20 * 1024 * 1024],
    ['many small answers', 5_000, 5_000],
  ] as const) {
    test(`that stop reading ${name} are cut off`, async () => {
      const route = echoRoute(() => 'x'.repeat(length));
      const { server, connect } = await startServer({
        routes: [route],
        limits: { keepAliveTimeoutMs: 100, drainMs: 60_000 },
      });
      const client = await connect();
      client.send(post('{}').repeat(requests));
      await client.arrived();
      client.socket.pause();
      // It ends only when the connection does.
      await server.drain();
    });
  }

  test('are not confused with slow handlers', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { connect } = await watchedServer({ ...quick, hold: () => promise });
    const slow = await connect();
    slow.send(post('1'));
    const late = await connect();
    await late.closed;
    resolve();
    expect((await slow.answer()).status).toBe(200);
  });
});

describe('headers', () => {
  test('beyond the limit are 431, and within it are fine', async () => {
    const options = { limits: { headerBytesMax: 1000 } };
    const withHeader = (length: number) =>
      `GET /healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\nX: ${'x'.repeat(length)}\r\n\r\n`;
    expect((await statusesOf(withHeader(900), options)).statuses).toEqual([200]);
    expect((await statusesOf(withHeader(1000), options)).statuses).toEqual([431]);
  });

  test('beyond the limit are 431 in the request line, too, and when there are many', async () => {
    expect((await statusesOf(`GET /${'x'.repeat(limits.headerBytesMax)} HTTP/1.1\r\n`)).statuses).toEqual([431]);
    const many = Array.from({ length: 4000 }, (_, i) => `X${i}: y\r\n`).join('');
    expect((await statusesOf(`GET / HTTP/1.1\r\n${many}\r\n`)).statuses).toEqual([431]);
  });

  test('without a Host are 400 under HTTP/1.1, and fine under HTTP/1.0', async () => {
    const { connect } = await startServer();
    const client = await connect();
    client.send('GET /healthz HTTP/1.1\r\n\r\n');
    const { status, headers } = await client.answer();
    expect([status, headers['cache-control']]).toEqual([400, 'no-store']);
    expect((await statusesOf('GET /healthz HTTP/1.0\r\n\r\n')).statuses).toEqual([200]);
  });
});

describe('what two servers could read as different requests is refused whole', () => {
  const hidden =
    'POST /graphql HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n"hidden"';
  const shapes: Record<string, string> = {
    'a length and chunks': `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    'chunks and a length': `${head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden}`,
    'two lengths': `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n1${hidden}`,
    'two lengths in one line': `${head}Content-Length: 1, 2\r\n\r\n1${hidden}`,
    'a negative length': `${head}Content-Length: -1\r\n\r\n${hidden}`,
    'a signed length': `${head}Content-Length: +1\r\n\r\n1${hidden}`,
    'a length in hexadecimal': `${head}Content-Length: 0x1\r\n\r\n1${hidden}`,
    'a length beyond counting': `${head}Content-Length: 99999999999999999999\r\n\r\n1${hidden}`,
    'a space before the colon': `${head}Content-Length : 1\r\n\r\n1${hidden}`,
    'an unknown transfer encoding': `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
    'chunked that is not last': `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
    'a continued header line': `${head}X: a\r\n Content-Length: 1\r\n\r\n1${hidden}`,
    'a bare line feed': `${head}X: a\nContent-Length: 1\r\n\r\n1${hidden}`,
    'a bare carriage return': `${head}X: a\rContent-Length: 1\r\n\r\n1${hidden}`,
    'NUL in a header': `${head}X: a\0b\r\n\r\n${hidden}`,
    'a chunk of negative size': `${head}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${hidden}`,
    'a chunk longer than its size': `${head}Transfer-Encoding: chunked\r\n\r\n1\r\n11\r\n0\r\n\r\n${hidden}`,
    'endless chunk extensions': `${head}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\n1\r\n0\r\n\r\n${hidden}`,
    'another protocol version': `POST /graphql HTTP/1.2\r\nHost: test\r\n\r\n${hidden}`,
    'another protocol': `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${hidden}`,
    'no request at all': `hello\r\n\r\n${hidden}`,
  };
  for (const [name, bytes] of Object.entries(shapes)) {
    test(name, async () => {
      const { statuses, handled } = await statusesOf(bytes);
      expect(statuses).toEqual([name === 'endless chunk extensions' ? 413 : 400]);
      expect(handled).toEqual([]);
    });
  }

  test('a body longer than its length: the request is answered, the rest is refused', async () => {
    const { statuses, handled } = await statusesOf(`${post('1')}2 3 4\r\n\r\n${hidden}`);
    expect(handled).toEqual([1]);
    expect(statuses).toEqual([200, 400]);
  });

  test('something behind a request that closes the connection is not executed', async () => {
    const { statuses, handled } = await statusesOf(`${post('1', ['Connection: close'])}${hidden}`);
    expect(handled).toEqual([1]);
    expect(statuses).toEqual([200]);
  });

  test('a client that does not take no for an answer is cut off', async () => {
    const { server, port } = await startServer({ limits: { lingerMs: 10, drainMs: 60_000 } });
    const client = await RawClient.connect(port, { allowHalfOpen: true });
    client.send('nonsense\r\n\r\n');
    expect((await client.answer()).status).toBe(400);
    // It ends only when the connection does.
    await server.drain();
    client.socket.destroy();
  });

  test('CONNECT is 405, whatever is sent through it', async () => {
    const { connect } = await watchedServer({ limits: { lingerMs: 10_000 } });
    const client = await connect();
    client.send('CONNECT test:443 HTTP/1.1\r\nHost: test\r\n\r\n');
    client.send('x'.repeat(1024 * 1024));
    expect((await client.answer()).status).toBe(405);
    await client.closed;
    expect(client.error).toBeUndefined();
  });

  test('an upgrade is answered as the request that it is', async () => {
    const { connect } = await startServer();
    const client = await connect();
    client.send('GET /healthz HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    expect((await client.answer()).status).toBe(200);
  });
});
