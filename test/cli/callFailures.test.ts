import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { createLog } from '../../src/lib/log.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { keywright } from './keywright.ts';

let service: TestService;
/** The same service as production runs it: its schema is its own. */
let closed: App;
let closedUrl: string;

beforeAll(async () => {
  service = await startTestService();
  closed = await createApp({
    database: service.database.service,
    keyring: service.keyring,
    tokenPrefix: 'kw',
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    cachedKeys: 0,
    outageGraceSeconds: 0,
    introspection: false,
    log: createLog({ level: 'silent', destination: { write: () => {} } }),
    clock: () => service.clock.now,
    randomBytes: systemRandom,
  });
  closedUrl = (await closed.listen()).url;
});

afterAll(async () => {
  await closed.close();
  await service.close();
});

const key = 'kw_live_notARealKey';

/** Runs a call against whatever answers as `answer` does, and tells what that was sent. */
async function callOf(answer: (body: string, response: ServerResponse) => void, args: readonly string[] = ['viewer']) {
  const sent: { headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    sent.push({ headers: request.headers, body });
    answer(body, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const outcome = await keywright(['call', ...args], { env: { KEYWRIGHT_URL: url, KEYWRIGHT_KEY: key } });
  await new Promise((resolve) => server.close(resolve));
  return { ...outcome, sent, url };
}

test('a service that does not answer is exit code 3, with its address and how to start one', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((resolve) => server.close(resolve));
  const env = { KEYWRIGHT_URL: url, KEYWRIGHT_KEY: key };
  expect(await keywright(['call', 'viewer', '--json'], { env })).toEqual({
    code: 3,
    stdout: '',
    stderr: `${url}/graphql does not answer (ECONNREFUSED). Start the service with "npm start", or name its address in KEYWRIGHT_URL.\n`,
  });
});

test('--url wins over KEYWRIGHT_URL', async () => {
  const env = { KEYWRIGHT_URL: 'http://127.0.0.1:1', KEYWRIGHT_KEY: service.platformKey };
  const { code, stdout } = await keywright(['call', 'viewer', '--url', `${service.url}/graphql`, '--pick', 'kind'], {
    env,
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'PLATFORM\n' });
});

test('a service that keeps its schema to itself is called by the schema of this release', async () => {
  const introspection = await fetch(`${closedUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __schema { queryType { name } } }"}',
  });
  expect(await introspection.text()).not.toContain('queryType":');
  const env = { KEYWRIGHT_URL: closedUrl, KEYWRIGHT_KEY: service.platformKey };
  const { code, stdout, stderr } = await keywright(['call', 'createTenant', 'name=Closed', '--pick', 'tenant.name'], {
    env,
  });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'Closed\n', stderr: '' });
});

test('UNAVAILABLE is exit code 3, whoever says it and in whichever form', async () => {
  const forms = [
    {
      errors: [{ message: 'The database does not answer now.', extensions: { code: 'UNAVAILABLE', requestId: 'r1' } }],
    },
    { error: { code: 'UNAVAILABLE', message: 'The database does not answer now.', requestId: 'r1' } },
  ];
  for (const form of forms) {
    const { code, stdout, stderr } = await callOf((_, response) => response.writeHead(503).end(JSON.stringify(form)));
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toBe('UNAVAILABLE: The database does not answer now. (request r1)\n');
  }
});

test('what answers no GraphQL is exit code 3, with its address', async () => {
  const { code, stdout, stderr, url } = await callOf((_, response) => response.writeHead(404).end('<h1>Not here</h1>'));
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toBe(
    `${url}/graphql answered HTTP 404, and no GraphQL. Is it the address of the service? Name it in KEYWRIGHT_URL.\n`,
  );
});

test('the key does not follow an address that points elsewhere', async () => {
  const { code, stderr, sent } = await callOf((_, response) =>
    response.writeHead(307, { location: '/elsewhere' }).end(),
  );
  expect(code).toBe(3);
  expect(stderr).toContain('answered HTTP 307 and points to /elsewhere, and no GraphQL.');
  expect(sent).toHaveLength(1);
});

test('everything that is given travels as a variable, and nothing of it stands in the query', async () => {
  const args = ['createApiKey', 'name=hunter2', 'metadata.note=hunter3', 'scopes=hunter4', 'environment=test'];
  const { sent } = await callOf((_, response) => response.end('{"errors":[{"message":"no"}]}'), args);
  expect(sent.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${key}`, `Bearer ${key}`]);
  const { query, variables } = JSON.parse(sent[1]?.body ?? '');
  expect(variables).toEqual({
    input: { name: 'hunter2', metadata: { note: 'hunter3' }, scopes: ['hunter4'], environment: 'TEST' },
  });
  expect(query).toMatch(
    /^mutation createApiKey\(\$input: CreateApiKeyInput!\) \{\n {2}createApiKey\(input: \$input\) \{/,
  );
  expect(query).not.toMatch(/hunter|TEST|"/);
});

test('--anonymous presents no key even where there is one', async () => {
  const { sent } = await callOf(
    (_, response) => response.end('{"errors":[{"message":"no"}]}'),
    ['viewer', '--anonymous'],
  );
  expect(sent.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
});

test('what a stranger stored cannot write on the screen of who reads it', async () => {
  const hostile = {
    message: 'a\u001b[2Jb\nVALID',
    extensions: { code: 'X\u009b', requestId: 'r\u202e' },
    path: ['p\r'],
  };
  const { stderr } = await callOf((_, response) => response.end(JSON.stringify({ errors: [hostile] })));
  expect(stderr).toBe('X\\u{9b} at p\\u{d}: a\\u{1b}[2Jb\\u{a}VALID (request r\\u{202e})\n');
});

test.each([
  [{}, [], 'KEYWRIGHT_KEY is not set. Export your key in it, or call with --anonymous.'],
  [{ KEYWRIGHT_KEY: '' }, [], 'KEYWRIGHT_KEY is not set. Export your key in it, or call with --anonymous.'],
  [
    { KEYWRIGHT_KEY: 'hunter2\nhunter2' },
    [],
    'KEYWRIGHT_KEY holds something that no key does: a blank, a line break, or a letter beyond ASCII.',
  ],
  [
    { KEYWRIGHT_URL: 'localhost:4000' },
    ['--anonymous'],
    'KEYWRIGHT_URL is not the address of a service. Expected one such as http://127.0.0.1:4000/graphql',
  ],
  [
    {},
    ['--anonymous', '--url', 'ftp://h'],
    '--url is not the address of a service. Expected one such as http://127.0.0.1:4000/graphql',
  ],
  [
    { KEYWRIGHT_URL: 'http://hunter2@h/graphql' },
    ['--anonymous'],
    'KEYWRIGHT_URL holds a login. The service is shown a key instead: put it in KEYWRIGHT_KEY.',
  ],
])('with %j and %j nothing is sent, and no secret is told', async (env, options, sentence) => {
  const { code, stdout, stderr } = await keywright(['call', 'viewer', ...options], { env });
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: `${sentence}\nSee: npx keywright call --help\n`,
  });
});
