import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, startTestService, type TestService } from '../support/service.ts';
import { projectFolder } from '../support/serviceProcess.ts';
import { countStatements } from '../support/statements.ts';
import { checksum, makeTenant, makeUser, send } from '../support/verbs.ts';
import { RawClient } from './RawClient.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
let token: string;
beforeAll(async () => {
  service = await startTestService({ corsOrigins: ['https://console.example'] });
  tenant = await makeTenant(service);
  ({ secret: token } = await send(service, 'createApiKey', { name: 'key', scopes: ['orders:*'] }, tenant.key));
});
afterAll(() => service.close());

type Asked = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Answered;
};

/** Sends a body of JSON, or a text as it is, or none. */
async function ask(body: unknown, headers: Record<string, string> = {}): Promise<Asked> {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(`${service.url}/v1/verify`, {
    method: 'POST',
    headers: { 'x-api-key': tenant.key, ...type, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) };
}

const refused = (path: readonly string[], message: string) => ({
  error: { code: 'INVALID_INPUT', message, requestId: expect.any(String), path },
});

describe('POST /v1/verify', () => {
  it('takes the token from the body or from its header, and answers the same bytes', async () => {
    const { status, headers, text, body } = await ask({ token, allOf: ['orders:read'] });
    expect(body).toEqual({
      code: 'VALID',
      valid: true,
      keyId: expect.stringMatching(/^key_/),
      tenantId: tenant.id,
      ownerUserId: null,
      environment: 'LIVE',
      scopes: ['orders:*'],
      metadata: {},
      expiresAt: null,
    });
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'application/json; charset=utf-8',
      'no-store',
    ]);
    expect((await ask({ allOf: ['orders:read'] }, { 'x-keywright-token': token })).text).toBe(text);
    expect((await ask(undefined, { 'x-keywright-token': token })).text).toBe(text);
    // A body that is announced in chunks, and of which none comes.
    const client = await RawClient.connect(Number(new URL(service.url).port));
    client.send(
      `POST /v1/verify HTTP/1.1\r\nhost: x\r\nx-api-key: ${tenant.key}\r\nx-keywright-token: ${token}\r\n` +
        'content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    expect((await client.answer()).body).toBe(text);
    client.socket.destroy();
  });

  it('its examples in the docs do what they say, as they stand', async () => {
    const page = readFileSync(join(projectFolder, 'docs/verification.md'), 'utf8');
    const example = page.split('<!-- example: curl -->\n```sh\n')[1]?.split('\n```')[0] ?? '';
    const { secret } = await send(service, 'createApiKey', { name: 'reports', scopes: ['reports:read'] }, tenant.key);
    const script = `set -euo pipefail\n${example.replaceAll('http://127.0.0.1:4000', service.url).replace('\n\n', '\necho\n')}`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script], {
      env: { PATH: process.env.PATH, KEYWRIGHT_KEY: tenant.key, SECRET: secret },
    });
    const answers = stdout.split('\n').map((line) => JSON.parse(line));
    expect(answers).toMatchObject([{ code: 'VALID' }, { code: 'VALID' }]);
    // What the page shows has the same fields, in the same order.
    const shown = JSON.parse(page.split('here over several:\n\n```json\n')[1]?.split('\n```')[0] ?? '');
    expect(Object.keys(shown)).toEqual(Object.keys(answers[0]));
  });

  it('the caller’s key may come in either header', async () => {
    const headers = { authorization: `Bearer ${tenant.key}`, 'content-type': 'application/json' };
    const answer = await fetch(`${service.url}/v1/verify`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ token }),
    });
    expect([answer.status, ((await answer.json()) as Answered).code]).toEqual([200, 'VALID']);
  });

  it('one token, no more and no less: what stands in two places is judged in neither', async () => {
    const both = await ask({ token }, { 'x-keywright-token': token });
    expect(both.status).toBe(400);
    expect(both.body).toEqual(
      refused(['token'], 'There is a token in the body and one in the header x-keywright-token. Send one of them.'),
    );
    const none = refused(
      ['token'],
      'There is no token. Send it as "token" in a JSON body, or in the header x-keywright-token.',
    );
    for (const body of [undefined, {}, { allOf: ['orders:read'] }]) {
      const { status, body: answered } = await ask(body);
      expect([status, answered]).toEqual([400, none]);
    }
    // The header twice is a list, and a list is no token.
    const twice = await ask(undefined, { 'x-keywright-token': `${token}, ${token}` });
    expect([twice.status, twice.text]).toEqual([200, '{"code":"INVALID","valid":false}']);
  });

  it.each<[string, unknown, readonly string[], string]>([
    ['a list', [], [], 'The body is a list. Send an object, such as {"token": "…", "allOf": ["orders:read"]}.'],
    ['null', null, [], 'The body is null. Send an object, such as {"token": "…", "allOf": ["orders:read"]}.'],
    [
      'another field',
      { token: 'x', scope: 'a' },
      ['scope'],
      'The body takes token, allOf, anyOf and environment, and not "scope".',
    ],
    [
      '__proto__',
      '{"token":"x","__proto__":{}}',
      ['__proto__'],
      'The body takes token, allOf, anyOf and environment, and not "__proto__".',
    ],
    ['a number for a token', { token: 7 }, ['token'], 'The token is a text, not a number.'],
    ['null for a token', { token: null }, ['token'], 'The token is a text, not null.'],
    ['one text for scopes', { token: 'x', allOf: 'a' }, ['allOf'], 'Scopes are a list of texts, not a text.'],
    ['a list in scopes', { token: 'x', anyOf: ['a', ['b']] }, ['anyOf', '1'], 'A scope is a text, not a list.'],
    [
      'a wildcard',
      { token: 'x', allOf: ['a', 'b:*'] },
      ['allOf', '1'],
      '"b:*" has a wildcard: ask for one scope, such as orders:read.',
    ],
    [
      'a malformed scope',
      { token: 'x', anyOf: ['a b'] },
      ['anyOf', '0'],
      expect.stringContaining('"a b" is not a scope') as unknown as string,
    ],
    [
      'too many scopes',
      { token: 'x', anyOf: Array(101).fill('a') },
      ['anyOf'],
      'At most 100 scopes are allowed, and these are 101.',
    ],
    [
      'an environment in lower case',
      { token: 'x', environment: 'live' },
      ['environment'],
      'The environment is "LIVE" or "TEST".',
    ],
    [
      'an environment that every object has',
      { token: 'x', environment: 'constructor' },
      ['environment'],
      'The environment is "LIVE" or "TEST".',
    ],
  ])('says where the mistake is: %s', async (_, sent, path, message) => {
    const { status, body, headers } = await ask(typeof sent === 'string' ? sent : JSON.stringify(sent));
    expect([status, headers.get('cache-control')]).toEqual([400, 'no-store']);
    expect(body).toEqual(refused(path, message));
  });

  it('what nobody asked for by name is null as well as absent', async () => {
    const { body } = await ask({ token, allOf: null, anyOf: null, environment: null });
    expect(body.code).toBe('VALID');
  });

  it('a token in the wrong place is repeated nowhere, of whatever system', async () => {
    const foreign = `${'a1B2-'.repeat(8)}end`;
    for (const secret of [token, foreign]) {
      const sent = [
        { [secret]: true },
        { token: [secret] },
        { token: { secret } },
        { token: 'x', allOf: secret },
        { token: 'x', environment: secret },
        `{"token": "${secret}`,
        [secret],
      ];
      for (const body of sent) {
        const { status, text } = await ask(body);
        expect(status).toBe(400);
        expect(text).not.toContain(secret.slice(-20));
        expect(text).not.toContain(secret.slice(0, 20));
      }
    }
    await ask({ token });
    await ask(undefined, { 'x-keywright-token': foreign });
    const log = service.logged.join('');
    for (const secret of [token, foreign, tenant.key]) expect(log).not.toContain(secret.slice(-30));
  });

  it('refuses a caller before it looks at anything, and says how to be one', async () => {
    const weak = await makeUser(service, tenant.key, ['keywright:keys:verify']);
    const { secret: reader } = await send(
      service,
      'createApiKey',
      { name: 'reader', scopes: ['keywright:keys:read'] },
      tenant.key,
    );
    const callers: [Record<string, string>, number, string][] = [
      [{ 'x-api-key': '' }, 401, 'UNAUTHENTICATED'],
      [{ 'x-api-key': 'nonsense' }, 401, 'UNAUTHENTICATED'],
      [{ authorization: 'Basic YTpi' }, 401, 'UNAUTHENTICATED'],
      [{ authorization: 'Bearer other' }, 401, 'UNAUTHENTICATED'],
      [{ 'x-api-key': reader }, 403, 'FORBIDDEN'],
      [{ 'x-api-key': weak.key }, 403, 'FORBIDDEN'],
    ];
    const before = await checksum(service);
    for (const [headers, expected, code] of callers) {
      const { status, body, headers: answered } = await ask({ token }, headers);
      expect([status, body.error.code, answered.get('www-authenticate'), answered.get('cache-control')]).toEqual([
        expected,
        code,
        expected === 401 ? 'Bearer' : null,
        'no-store',
      ]);
    }
    expect(await checksum(service)).toBe(before);
  });

  it('whoever brings no key is nobody, whatever else is wrong', async () => {
    const sent = await countStatements(async () => {
      const answer = await fetch(`${service.url}/v1/verify`, { method: 'POST' });
      expect([answer.status, answer.headers.get('www-authenticate'), await answer.json()]).toEqual([
        401,
        'Bearer',
        {
          error: {
            code: 'UNAUTHENTICATED',
            message: 'This needs a key: send it as "Authorization: Bearer …" or "x-api-key: …".',
            requestId: answer.headers.get('x-request-id'),
          },
        },
      ]);
    });
    expect(sent).toEqual([]);
  });

  it('is not for pages of other origins, not even of those that may call the graph', async () => {
    const origin = 'https://console.example';
    const asking = { origin, 'access-control-request-method': 'POST' };
    const preflight = async (path: string) => {
      const answer = await fetch(service.url + path, { method: 'OPTIONS', headers: asking });
      return [answer.status, answer.headers.get('access-control-allow-origin')];
    };
    expect(await preflight('/graphql')).toEqual([204, origin]);
    expect(await preflight('/v1/verify')).toEqual([405, null]);
    const { status, headers } = await ask({ token }, { origin });
    expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([200, null, null]);
  });
});
