import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RawAnswer, RawClient } from '../http/RawClient.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { documentOf, makeTenant, send } from '../support/verbs.ts';
import { readOpenApi } from './readOpenApi.ts';

const origin = 'https://console.example';
const openApi = readOpenApi();

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
/** Tokens that were never presented: what nobody asked about yet, no node has in memory. */
let fresh: string[];
/** A key that may not verify. */
let weak: string;
beforeAll(async () => {
  service = await startTestService({
    corsOrigins: [origin],
    introspection: false,
    httpLimits: { headersTimeoutMs: 300, requestTimeoutMs: 300, connectionsCheckMs: 20, lingerMs: 20 },
  });
  tenant = await makeTenant(service);
  const make = async (name: string, scopes: readonly string[]): Promise<string> =>
    (await send(service, 'createApiKey', { name, scopes }, tenant.key)).secret;
  weak = await make('weak', ['keywright:keys:read']);
  fresh = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => make(name, ['*', 'keywright:*'])));
});
afterAll(() => service.close());

/** What is sent, beside the method and the path. */
type Sent = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The body is announced, and never comes. */
  readonly stalls?: true;
};

/** What brings an operation to a status, while the database is well, away, or not as the service knows it. */
type Provocation = readonly [status: number, sent: () => Sent, database?: 'away' | 'broken'];

const json = { 'content-type': 'application/json' };
const byTenant = () => ({ ...json, 'x-api-key': tenant.key });
const asking = (body: unknown, headers = byTenant) => ({ headers: headers(), body });
const viewer = { query: '{ viewer { kind } }' };

const provocations: Readonly<Record<string, readonly Provocation[]>> = {
  'post /v1/verify': [
    [200, () => asking({ token: fresh[0], allOf: ['a'], environment: 'LIVE' })],
    [200, () => asking({ token: fresh[0], environment: 'TEST' })],
    [200, () => asking({ token: 'nothing' })],
    [200, () => ({ headers: { authorization: `Bearer ${tenant.key}`, 'x-keywright-token': fresh[0] ?? '' } })],
    [400, () => asking({ token: 'x', allOf: ['a:*'] })],
    [400, () => asking([])],
    [400, () => asking('{')],
    [401, () => asking({ token: 'x' }, () => ({ ...json, 'x-api-key': 'nobody' }))],
    [401, () => ({})],
    [403, () => asking({ token: 'x' }, () => ({ ...json, 'x-api-key': weak }))],
    [408, () => ({ headers: byTenant(), stalls: true })],
    [413, () => asking({ token: 'x'.repeat(40_000) })],
    [415, () => asking({ token: 'x' }, () => ({ ...byTenant(), 'content-type': 'text/plain' }))],
    [415, () => asking({ token: 'x' }, () => ({ ...byTenant(), 'content-encoding': 'gzip' }))],
    [500, () => asking({ token: fresh[1] }), 'broken'],
    [503, () => asking({ token: fresh[2] }), 'away'],
  ],
  'post /graphql': [
    [200, () => asking(viewer)],
    [200, () => asking({ query: documentOf('verifyApiKey'), variables: { input: { token: 'x' } } })],
    [200, () => asking({ query: documentOf('verifyApiKey'), variables: { input: { token: 'x', allOf: ['*'] } } })],
    [200, () => ({ headers: { ...byTenant(), origin }, body: viewer })],
    [400, () => asking({ query: '{ nothing }' })],
    [400, () => asking({ variables: {} })],
    [401, () => asking(viewer, () => ({ ...json, 'x-api-key': 'nobody' }))],
    [408, () => ({ headers: byTenant(), stalls: true })],
    [413, () => asking({ query: 'x'.repeat(40_000) })],
    [415, () => asking(viewer, () => ({ ...byTenant(), 'content-type': 'text/plain' }))],
    [500, () => asking(viewer, () => ({ ...json, 'x-api-key': fresh[3] ?? '' })), 'broken'],
    [503, () => asking(viewer, () => ({ ...json, 'x-api-key': fresh[4] ?? '' })), 'away'],
  ],
  'options /graphql': [
    [204, () => ({ headers: { origin, 'access-control-request-method': 'POST' } })],
    [403, () => ({ headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } })],
  ],
  'get /healthz': [[200, () => ({})]],
  'head /healthz': [[200, () => ({})]],
  'get /readyz': [
    [200, () => ({})],
    [503, () => ({}), 'away'],
  ],
  'head /readyz': [
    [200, () => ({})],
    [503, () => ({}), 'away'],
  ],
  'get /metrics': [[200, () => ({})]],
  'head /metrics': [[200, () => ({})]],
};

/** Sends it on a connection of its own, byte by byte as it is described. */
async function ask(operation: string, { headers = {}, body, stalls }: Sent): Promise<RawAnswer> {
  const [method = '', path = ''] = operation.split(' ');
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const length = stalls
    ? { 'content-length': '10' }
    : text === ''
      ? {}
      : { 'content-length': String(Buffer.byteLength(text)) };
  const lines = Object.entries({ host: 'test', ...headers, ...length }).map(([name, value]) => `${name}: ${value}`);
  const client = await RawClient.connect(Number(new URL(service.url).port));
  client.send(`${method.toUpperCase()} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${text}`);
  const answer = await client.answer({ hasBody: method !== 'head' });
  client.socket.destroy();
  return answer;
}

/** Takes the database away, or changes it under the service, and then makes it good again. */
async function under(database: Provocation[2], work: () => Promise<void>): Promise<void> {
  const { sql } = service.database;
  if (database === undefined) return work();
  const [{ name = '' } = {}] = await sql<{ name: string }>('select current_database() as name');
  const [harm, mend] =
    database === 'away'
      ? [`alter database ${name} connection limit 0`, `alter database ${name} connection limit -1`]
      : ['alter table api_keys rename column metadata to gone', 'alter table api_keys rename column gone to metadata'];
  await sql(harm);
  if (database === 'away') {
    await sql(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
  }
  try {
    await work();
  } finally {
    await sql(mend);
  }
}

describe('openapi.yaml', () => {
  it('is of this release, and its examples are what they are examples of', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect([openApi.document.openapi, openApi.document.info.version]).toEqual(['3.1.1', version]);
    expect(openApi.exampleFaults()).toEqual([]);
  });

  it('every documented status of every operation is provoked here, and no other', () => {
    const provoked = Object.entries(provocations).map(([operation, list]) => [
      operation,
      [...new Set(list.map(([status]) => String(status)))].sort(),
    ]);
    const documented = [...openApi.operations.keys()].map((operation) => [operation, openApi.statusesOf(operation)]);
    expect(provoked).toEqual(documented);
  });

  for (const database of [undefined, 'broken', 'away'] as const) {
    it(`the service answers as documented, headers and bodies, while its database is ${database ?? 'well'}`, async () => {
      const faults: string[] = [];
      await under(database, async () => {
        for (const [operation, list] of Object.entries(provocations)) {
          for (const [status, sent, when] of list) {
            if (when !== database) continue;
            const answer = await ask(operation, sent());
            const wrong = openApi.faultsIn(operation, answer);
            if (answer.status !== status) wrong.push(`${answer.status} instead of it`);
            faults.push(...wrong.map((fault) => `${operation} ${status}: ${fault} ${answer.body}`));
          }
        }
      });
      expect(faults).toEqual([]);
    });
  }

  it('the service takes the questions that the schema takes, and no others', async () => {
    const scope = (segments: number) => Array(segments).fill('a').join(':');
    const wants = [{ allOf: [] }, { allOf: null, anyOf: null, environment: null }, { environment: 'LIVE' }];
    const lists = [
      ...[['a'], ['a:b'], ['*'], ['a:*'], ['a b'], [''], ['ä'], [7], [null], 'a', {}],
      ...[[scope(10)], [scope(11)], ['a'.repeat(64)], ['a'.repeat(65)], Array(100).fill('a'), Array(101).fill('a')],
    ];
    const odd = [
      { scope: 'a' },
      { token: 7 },
      { token: null },
      { token: '' },
      { environment: 'live' },
      { environment: 1 },
    ];
    const questions = [...wants, ...lists.flatMap((list) => [{ allOf: list }, { anyOf: list }]), ...odd];
    const asked = [[], null, 'text', 7, ...questions.map((question) => ({ token: 'x', ...question }))];
    const unlike: unknown[] = [];
    let taken = 0;
    for (const question of asked) {
      const { status } = await ask('post /v1/verify', asking(JSON.stringify(question)));
      const isTaken = openApi.takesQuestion(question);
      if (isTaken) taken++;
      if (status !== (isTaken ? 200 : 400)) unlike.push([status, question]);
    }
    expect(unlike).toEqual([]);
    expect([taken, asked.length]).toEqual([14, 47]);
  });

  it('has every path and every method that is served, and none that is not', async () => {
    const { body } = await ask('get /nowhere', {});
    const served = JSON.parse(body).error.message.match(/\/[a-z0-9/]+/g);
    const documented = Object.entries<object>(openApi.document.paths);
    expect(served.toSorted()).toEqual(documented.map(([path]) => path).toSorted());
    for (const [path, methods] of documented) {
      const { status, headers } = await ask(`delete ${path}`, {});
      const allowed = headers.allow?.toLowerCase().split(', ') ?? [];
      expect([path, status, allowed.toSorted()]).toEqual([path, 405, Object.keys(methods).toSorted()]);
    }
  });
});
