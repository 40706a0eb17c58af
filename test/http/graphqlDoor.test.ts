import { ApolloServer } from '@apollo/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ContextRequest, graphqlDoor } from '../../src/http/graphqlDoor.ts';
import { operationObserver } from '../../src/http/operationObserver.ts';
import { Denied, Unavailable } from '../../src/lib/errors.ts';
import { startServer } from './testServer.ts';

const typeDefs = `
  type Query { hello: String, other: Int, fails(code: String): String, whoami: String, waits: Boolean }
  type Mutation { rename(ok: Boolean!): RenamePayload }
  type RenamePayload { name: String, userErrors: [Problem!]! }
  type Problem { message: String! }
`;

interface TestContext {
  readonly who: string | undefined;
  readonly signal: AbortSignal;
}

const resolvers = {
  Query: {
    hello: () => 'world',
    other: () => 1,
    fails: (_: unknown, { code }: { code?: string }) => {
      throw Object.assign(new Error('no'), { extensions: { code } });
    },
    whoami: (_: unknown, __: unknown, { who }: TestContext) => who,
  },
  Mutation: {
    rename: (_: unknown, { ok }: { ok: boolean }) =>
      ok ? { name: 'new', userErrors: [] } : { name: null, userErrors: [{ message: 'taken' }] },
  },
};

/** A server with a graph behind its door. */
async function startGraph(
  makeContext = ({ headers, signal }: ContextRequest): TestContext => ({
    who: headers['x-api-key']?.toString(),
    signal,
  }),
) {
  const apollo = new ApolloServer<TestContext>({
    typeDefs,
    resolvers,
    plugins: [operationObserver()],
    includeStacktraceInErrorResponses: false,
  });
  await apollo.start();
  onTestFinished(() => apollo.stop());
  const server = await startServer({ routes: [graphqlDoor({ apollo, findKnown: () => undefined }, makeContext)] });
  const ask = async (body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { answer, status: answer.status, body: JSON.parse(await answer.text()) };
  };
  /** How the last request was logged. */
  const noted = () => {
    const { operation, outcome, status } = server.requests().at(-1) ?? {};
    return [operation, outcome, status];
  };
  return { ...server, ask, noted };
}

test('a query is answered, with what the caller may rely on in its headers', async () => {
  const { ask } = await startGraph();
  const { answer, body } = await ask({ query: '{ hello }' }, { 'x-request-id': 'mine' });
  expect([answer.status, body]).toEqual([200, { data: { hello: 'world' } }]);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('x-request-id')).toBe('mine');
});

test('variables and operation names arrive, and the context is made from the request', async () => {
  const { ask } = await startGraph();
  const query = 'query A { hello } mutation B($ok: Boolean!) { rename(ok: $ok) { name } } query C { whoami }';
  expect((await ask({ query, operationName: 'B', variables: { ok: true } })).body).toEqual({
    data: { rename: { name: 'new' } },
  });
  expect((await ask({ query, operationName: 'C' }, { 'x-api-key': 'ada' })).body).toEqual({ data: { whoami: 'ada' } });
});

test('the form that the client accepts is what it gets', async () => {
  const { ask } = await startGraph();
  const modern = 'application/graphql-response+json';
  const { answer } = await ask({ query: '{ hello }' }, { accept: modern });
  expect(answer.headers.get('content-type')).toBe(`${modern}; charset=utf-8`);
  expect((await ask({ query: '{ hello }' }, { accept: 'text/html' })).status).toBe(406);
});

describe('bodies that are JSON but no GraphQL request are 400', () => {
  for (const body of [
    null,
    1,
    'text',
    [],
    [{ query: '{ hello }' }],
    {},
    { query: 1 },
    { query: '' },
    { query: '{ hello }', variables: 'x' },
  ]) {
    test(JSON.stringify(body), async () => {
      const { ask, noted } = await startGraph();
      const refused = await ask(body);
      expect(refused.status).toBe(400);
      expect(refused.body).toEqual({ errors: [expect.objectContaining({ message: expect.any(String) })] });
      expect(noted()).toEqual(['other', 'invalid', 400]);
    });
  }
});

describe('what makeContext throws is the answer', () => {
  const cases = [
    [new Denied('UNAUTHENTICATED', 'No such key.'), 401, 'UNAUTHENTICATED', 'denied', null],
    [new Denied('FORBIDDEN', 'Not here.'), 403, 'FORBIDDEN', 'denied', null],
    [new Unavailable('Not now.', { retryAfterSeconds: 3 }), 503, 'UNAVAILABLE', 'unavailable', '3'],
    [new Error('insides'), 500, 'INTERNAL_SERVER_ERROR', 'error', null],
  ] as const;
  for (const [error, status, code, outcome, retryAfter] of cases) {
    test(code, async () => {
      const { ask, noted } = await startGraph(() => {
        throw error;
      });
      const { answer, body } = await ask({ query: '{ hello }' });
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
      expect(body.errors).toHaveLength(1);
      expect(body.errors[0].extensions).toEqual({ code, requestId: answer.headers.get('x-request-id') });
      expect(body).not.toHaveProperty('data');
      expect(noted()).toEqual(['other', outcome, status]);
    });
  }
});

describe('how an operation ended is noted', () => {
  const rename = (ok: boolean) => `mutation { rename(ok: ${ok}) { userErrors { message } } }`;
  const cases: [query: string, operation: string, outcome: string][] = [
    ['{ hello }', 'hello', 'ok'],
    ['{ a: hello b: hello }', 'hello', 'ok'],
    ['{ other hello }', 'hello+other', 'ok'],
    ['{ __typename }', '__typename', 'ok'],
    ['{ ...F } fragment F on Query { ... on Query { other ...G } } fragment G on Query { hello }', 'hello+other', 'ok'],
    [rename(true), 'rename', 'ok'],
    [rename(false), 'rename', 'refused'],
    ['{ fails(code: "FORBIDDEN") hello }', 'fails+hello', 'denied'],
    ['{ fails(code: "UNAUTHENTICATED") }', 'fails', 'denied'],
    ['{ fails(code: "UNAVAILABLE") }', 'fails', 'unavailable'],
    ['{ fails(code: "BAD_USER_INPUT") }', 'fails', 'invalid'],
    ['{ fails(code: "made up") }', 'fails', 'error'],
    ['{ fails }', 'fails', 'error'],
    ['{ kw_made_up }', 'other', 'invalid'],
    ['{ hello ', 'other', 'invalid'],
  ];
  for (const [query, operation, outcome] of cases) {
    test(`${query} is ${operation}, ${outcome}`, async () => {
      const { ask, noted, metrics } = await startGraph();
      // The second time the document comes from Apollo's store.
      for (const _ of [1, 2]) {
        await ask({ query });
        expect(noted().slice(0, 2)).toEqual([operation, outcome]);
      }
      const { body } = await metrics.text();
      for (const field of operation.split('+')) {
        expect(body).toContain(`keywright_graphql_operations_total{operation="${field}",outcome="${outcome}"} 2\n`);
      }
    });
  }

  test('an operation name that is not in the document is invalid', async () => {
    const { ask, noted } = await startGraph();
    await ask({ query: 'query A { hello }', operationName: 'B' });
    expect(noted()).toEqual(['other', 'invalid', 400]);
  });

  test('fragments that spread each other twice are looked through once', async () => {
    const { ask, noted } = await startGraph();
    const chain = Array.from({ length: 60 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
    await ask({ query: `{ ...F0 } ${chain.join(' ')} fragment F60 on Query { hello }` });
    expect(noted()).toEqual(['hello', 'ok', 200]);
  });
});

test("Apollo never sees the caller's credentials", async () => {
  const seen: string[] = [];
  const apollo = new ApolloServer<TestContext>({
    typeDefs,
    resolvers,
    plugins: [{ requestDidStart: async ({ request }) => void seen.push(...(request.http?.headers.keys() ?? [])) }],
  });
  await apollo.start();
  onTestFinished(() => apollo.stop());
  const { url } = await startServer({
    routes: [graphqlDoor({ apollo, findKnown: () => undefined }, ({ signal }) => ({ who: undefined, signal }))],
  });
  const headers = {
    'content-type': 'application/json',
    accept: '*/*',
    authorization: 'Bearer x',
    'x-api-key': 'x',
    cookie: 'x',
  };
  await fetch(`${url}/graphql`, { method: 'POST', headers, body: '{"query":"{ hello }"}' });
  expect(seen).toEqual(['content-type', 'accept']);
});
