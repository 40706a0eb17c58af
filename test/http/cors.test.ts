import { describe, expect, test } from 'vitest';
import { post, startServer } from './testServer.ts';

const allowed = 'https://app.example.com';
const other = 'https://evil.example.com';

/** Headers that say anything about other origins. */
function corsOf(headers: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('access-control') || name === 'vary'),
  );
}

async function ask(corsOrigins: readonly string[], request: string) {
  const { connect } = await startServer({ corsOrigins });
  const client = await connect();
  client.send(request);
  const { status, headers, body } = await client.answer();
  return { status, cors: corsOf(headers), headers, body };
}

const preflight = (origin: string, path = '/graphql') =>
  `OPTIONS ${path} HTTP/1.1\r\nHost: test\r\nOrigin: ${origin}\r\nAccess-Control-Request-Method: POST\r\n` +
  'Access-Control-Request-Headers: authorization,content-type\r\n\r\n';

describe('without CORS_ORIGINS', () => {
  test('no answer says a word about other origins', async () => {
    const { status, cors } = await ask([], post('{}', [`Origin: ${allowed}`]));
    expect([status, cors]).toEqual([200, {}]);
  });

  test('a preflight is a wrong method', async () => {
    const { status, cors, headers } = await ask([], preflight(allowed));
    expect([status, cors, headers.allow]).toEqual([405, {}, 'POST']);
  });
});

describe('with CORS_ORIGINS', () => {
  test('a page of a listed origin is told what it may send', async () => {
    const { status, cors, body, headers } = await ask([allowed], preflight(allowed));
    expect([status, body]).toEqual([204, '']);
    expect(headers['content-length']).toBeUndefined();
    expect(headers['cache-control']).toBe('no-store');
    expect(cors).toEqual({
      vary: 'origin',
      'access-control-allow-origin': allowed,
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'content-type, authorization, x-api-key, x-request-id',
      'access-control-max-age': '600',
      'access-control-expose-headers': 'x-request-id, retry-after',
    });
  });

  test('and may read its answers, the refused ones too', async () => {
    const cors = {
      vary: 'origin',
      'access-control-allow-origin': allowed,
      'access-control-expose-headers': 'x-request-id, retry-after',
    };
    expect(await ask([other, allowed], post('{}', [`Origin: ${allowed}`]))).toMatchObject({ status: 200, cors });
    expect(await ask([other, allowed], post('{', [`Origin: ${allowed}`]))).toMatchObject({ status: 400, cors });
    const wrongMethod = `PUT /graphql HTTP/1.1\r\nHost: test\r\nOrigin: ${allowed}\r\n\r\n`;
    expect(await ask([allowed], wrongMethod)).toMatchObject({ status: 405, cors });
  });

  for (const origin of [other, 'null', `${allowed}.evil.example`, 'http://app.example.com', `${allowed}:444`, '*']) {
    test(`a page of ${origin} is refused, and its answers are its browser's to withhold`, async () => {
      const refused = await ask([allowed], preflight(origin));
      expect([refused.status, refused.cors]).toEqual([403, { vary: 'origin' }]);
      expect(JSON.parse(refused.body).errors[0].extensions.code).toBe('ORIGIN_NOT_ALLOWED');
      expect((await ask([allowed], post('{}', [`Origin: ${origin}`]))).cors).toEqual({ vary: 'origin' });
    });
  }

  test('a request of no page is answered as ever', async () => {
    expect(await ask([allowed], post('{}'))).toMatchObject({ status: 200, cors: { vary: 'origin' } });
  });

  test('only paths that pages call are open to them', async () => {
    expect(await ask([allowed], preflight(allowed, '/metrics'))).toMatchObject({ status: 405, cors: {} });
    expect(await ask([allowed], preflight(allowed, '/nowhere'))).toMatchObject({ status: 404, cors: {} });
    const health = `GET /healthz HTTP/1.1\r\nHost: test\r\nOrigin: ${allowed}\r\n\r\n`;
    expect(await ask([allowed], health)).toMatchObject({ status: 200, cors: {} });
  });

  test('OPTIONS without a question is a wrong method', async () => {
    const { status, headers } = await ask([allowed], 'OPTIONS /graphql HTTP/1.1\r\nHost: test\r\n\r\n');
    expect([status, headers.allow]).toEqual([405, 'POST, OPTIONS']);
  });

  test('a star lets every page call', async () => {
    const { status, cors } = await ask(['*'], preflight(other));
    expect([status, cors['access-control-allow-origin']]).toEqual([204, '*']);
  });
});
