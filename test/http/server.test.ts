import { describe, expect, test } from 'vitest';
import { Denied, Unavailable } from '../../src/lib/errors.ts';
import { echoRoute, post, startServer } from './testServer.ts';

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const json = { 'content-type': 'application/json' };

test('a JSON body reaches its handler as a value, and the answer its client', async () => {
  const { url } = await startServer();
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers: json, body: '{"query":"{ a }"}' });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ data: { query: '{ a }' } });
});

describe('every answer says no-store and carries a request id', () => {
  const requests: [string, RequestInit][] = [
    ['/graphql', { method: 'POST', headers: json, body: '{}' }],
    ['/graphql', { method: 'POST', headers: json, body: '{' }],
    ['/graphql', { method: 'POST', body: '{}' }],
    ['/graphql', { method: 'GET' }],
    ['/healthz', {}],
    ['/healthz', { method: 'HEAD' }],
    ['/readyz', {}],
    ['/metrics', {}],
    ['/nowhere', {}],
  ];
  for (const [path, init] of requests) {
    test(`${init.method ?? 'GET'} ${path} ${init.body ?? ''}`, async () => {
      const { url } = await startServer();
      const { headers } = await fetch(url + path, init);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-request-id')).toMatch(uuidV7);
      expect([...headers.keys()].filter((name) => name.startsWith('access-control') || name === 'vary')).toEqual([]);
    });
  }
});

describe('a request id', () => {
  const idOf = async (id: string) => {
    const { url, requests } = await startServer();
    const { headers } = await fetch(`${url}/healthz`, { headers: { 'x-request-id': id } });
    expect(requests()[0]?.requestId).toBe(headers.get('x-request-id'));
    return headers.get('x-request-id');
  };

  test('is taken from the request when it is harmless', async () => {
    const longest = `${'Az09._-'.repeat(9)}x`;
    expect(longest).toHaveLength(64);
    expect(await idOf(longest)).toBe(longest);
  });

  for (const bad of ['', 'x'.repeat(65), 'a b', 'a"b', 'a,b', 'é', 'a\\b', '{a}']) {
    test(`is replaced when it is ${JSON.stringify(bad)}`, async () => {
      expect(await idOf(bad)).toMatch(uuidV7);
    });
  }
});

describe('what is not served', () => {
  test('an unknown path is 404 and names those that are', async () => {
    const { url } = await startServer();
    for (const path of ['/', '/graphql/', '/GraphQL', '/healthz2', '/graphql/../healthz2', '//graphql']) {
      const answer = await fetch(url + path);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toEqual({
        error: {
          code: 'NOT_FOUND',
          message: 'Nothing is served at this path. There are /graphql, /healthz, /readyz, /metrics.',
          requestId: answer.headers.get('x-request-id'),
        },
      });
    }
  });

  test('a wrong method is 405 and says which are right, in the form of its path', async () => {
    const { url } = await startServer();
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const answer = await fetch(`${url}/graphql`, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    }
    const answer = await fetch(`${url}/graphql`);
    const requestId = answer.headers.get('x-request-id');
    const error = { message: 'This path takes POST.', extensions: { code: 'METHOD_NOT_ALLOWED', requestId } };
    expect(await answer.json()).toEqual({ errors: [error] });
    const plain = await fetch(`${url}/metrics`, { method: 'POST', body: 'x' });
    expect([plain.status, plain.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await plain.json()).toMatchObject({ error: { code: 'METHOD_NOT_ALLOWED' } });
  });

  test('a query string does not change the path, and a proxy may send the whole URL', async () => {
    const { url, connect } = await startServer();
    expect((await fetch(`${url}/healthz?x=1`)).status).toBe(200);
    const client = await connect();
    client.send('GET http://keys.example.com:80/healthz?x HTTP/1.1\r\nHost: keys.example.com\r\n\r\n');
    expect((await client.answer()).status).toBe(200);
  });
});

test('HEAD is answered like GET, without the body', async () => {
  const { connect } = await startServer();
  const client = await connect();
  client.send('HEAD /healthz HTTP/1.1\r\nHost: test\r\n\r\nGET /healthz HTTP/1.1\r\nHost: test\r\n\r\n');
  const head = await client.answer({ hasBody: false });
  const get = await client.answer();
  expect([head.status, head.headers['content-length']]).toEqual([200, String(get.body.length)]);
  expect(get.body).toBe('{"alive":true}');
});

describe('what a handler throws', () => {
  const failWith = async (error: unknown) => {
    const server = await startServer({
      routes: [
        echoRoute(() => {
          throw error;
        }),
      ],
    });
    const answer = await fetch(`${server.url}/graphql`, { method: 'POST', headers: json, body: '{}' });
    const body = (await answer.json()) as { errors: { message: string; extensions: object }[] };
    expect(body.errors).toHaveLength(1);
    return { ...server, answer, error: body.errors[0], requestId: answer.headers.get('x-request-id') };
  };

  test('UNAUTHENTICATED is 401 and asks for a bearer token', async () => {
    const { answer, error, requestId } = await failWith(new Denied('UNAUTHENTICATED', 'Who are you?'));
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(error).toEqual({ message: 'Who are you?', extensions: { code: 'UNAUTHENTICATED', requestId } });
  });

  test('FORBIDDEN is 403', async () => {
    const { answer, error, requestId } = await failWith(new Denied('FORBIDDEN', 'Not you.'));
    expect(answer.status).toBe(403);
    expect(error).toEqual({ message: 'Not you.', extensions: { code: 'FORBIDDEN', requestId } });
  });

  test('UNAVAILABLE is 503, says when to try again, and is logged with its cause', async () => {
    const cause = new Error('connection refused');
    const { answer, error, requestId, logged } = await failWith(
      new Unavailable('The database does not answer.', { retryAfterSeconds: 7, cause }),
    );
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '7']);
    expect(error).toEqual({ message: 'The database does not answer.', extensions: { code: 'UNAVAILABLE', requestId } });
    expect(logged()[0]).toMatchObject({ level: 'warn', requestId, err: { cause: { message: 'connection refused' } } });
  });

  test('anything else is 500, logged, and not told', async () => {
    const { answer, error, requestId, logged } = await failWith(new TypeError('insides'));
    expect(answer.status).toBe(500);
    expect(error).toMatchObject({ extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } });
    expect(JSON.stringify(error)).not.toContain('insides');
    expect(logged()[0]).toMatchObject({ level: 'error', requestId, err: { type: 'TypeError', message: 'insides' } });
  });

  test('an answer with an impossible header is 500 and does not end the process', async () => {
    const route = { ...echoRoute(), handle: () => ({ status: 200, type: 'a', body: 'b', headers: ['x', 'a\nb'] }) };
    const { url, requests } = await startServer({ routes: [route] });
    const answer = await fetch(`${url}/graphql`, { method: 'POST', headers: json, body: '{}' });
    expect(answer.status).toBe(500);
    expect(requests().map(({ status }) => status)).toEqual([500]);
  });
});

describe('the access log', () => {
  test('has one line for each request, and nothing of its headers, its path or its body', async () => {
    const { connect, logged } = await startServer();
    const client = await connect();
    client.send(post('{"secret":"hunter2"}', ['X-Api-Key: hunter2', 'X-Request-Id: one']));
    await client.answer();
    client.send('GET /hunter2 HTTP/1.1\r\nHost: hunter2\r\nX-Request-Id: two\r\n\r\n');
    await client.answer();
    const lines = logged().map(({ time, ms, ...line }) => {
      expect(ms).toEqual(expect.any(Number));
      return line;
    });
    expect(lines).toEqual([
      { level: 'info', requestId: 'one', route: '/graphql', status: 200, msg: 'request' },
      { level: 'info', requestId: 'two', route: 'other', status: 404, msg: 'request' },
    ]);
  });
});
