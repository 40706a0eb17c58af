import { makeExecutableSchema } from '@graphql-tools/schema';
import { describe, expect, it } from 'vitest';
import { type Asked, openTwoDoors } from './twoDoors.ts';

const schema = makeExecutableSchema({
  typeDefs: `
    type Query {
      echo(number: Int! = 3, text: String = "none", where: Where): String
      one(of: OneOf!): String
      numbers(fails: Boolean): [Int]
      strict(fails: Boolean): [Int!]
      slow: Self
      self: Self
      nothing: Self!
      held: Held
      any: [Any!]
    }
    type Self { self: Self!, name: String!, later: String!, soon: String, odd: Odd }
    type Mutation { add(by: Int!): Int, fail: Int!, later(by: Int!): Int }
    type Odd { odd: Boolean }
    input Where { min: Int! = 1, max: Int, inner: [Where!], names: [[String!]] = [["a"]] }
    input OneOf @oneOf { a: Int, b: String }
    interface Held { name: String }
    type Kept implements Held { name: String, at: Int }
    union Any = Kept | Self
  `,
  resolvers: {
    Query: {
      echo: (_: unknown, args: unknown) => JSON.stringify(args),
      one: (_: unknown, args: unknown) => JSON.stringify(args),
      numbers: (_: unknown, { fails }: { fails?: boolean }) => [
        1,
        Promise.reject(new Error('two')),
        fails ? 'three' : 3,
      ],
      strict: (_: unknown, { fails }: { fails?: boolean }) => [
        soon(1),
        fails ? Promise.reject(new Error('two')) : soon(2),
      ],
      slow: () => soon({ name: () => soon('slow'), self: () => soon(null), later: () => soon('late') }),
      self: () => ({
        name: 'self',
        later: () => soon('later'),
        self: { name: null },
        soon: () => Promise.reject(new Error('no')),
        odd: 7,
      }),
      nothing: () => null,
      held: () => ({ __typename: 'Kept', name: 'kept', at: 1 }),
      any: () => [
        { __typename: 'Kept', at: 1 },
        { __typename: 'Self', name: 'one' },
      ],
    },
    Mutation: {
      add: (_: unknown, { by }: { by: number }, { calls }: { calls: string[] }) => calls.push(`add ${by}`),
      later: async (_: unknown, { by }: { by: number }, { calls }: { calls: string[] }) => {
        await soon(0);
        return calls.push(`later ${by}`);
      },
      fail: (_: unknown, __: unknown, { calls }: { calls: string[] }) => {
        calls.push('fail');
        throw new Error('no');
      },
    },
  },
});

async function soon<Value>(value: Value): Promise<Value> {
  await undefined;
  return value;
}

/** Asks by Apollo alone and three times more; all must come to the same. Answers what that is. */
async function ask(asked: Asked) {
  const doors = await openTwoDoors(schema);
  const plain = await doors.plain(asked);
  // The form of answers is learned of one that succeeded.
  await doors.served({ ...asked, body: { query: '{ __typename }' } });
  for (let time = 1; time <= 3; time++) expect(await doors.served(asked)).toEqual(plain);
  const { status, body, type } = plain.answer;
  return { status, type, ...JSON.parse(body), calls: plain.calls, passed: doors.passed };
}

const query =
  'query ($where: Where, $number: Int! = 5, $text: String) { echo(where: $where, number: $number, text: $text) }';

/** No variable has a default here: with one that is left out, graphql-js coerces all of them. */
const without = 'query ($where: Where, $text: String) { echo(where: $where, text: $text) }';

describe('variables are coerced as graphql-js coerces them', () => {
  for (const [what, variables, echoed] of [
    ['a default of a variable that is left out', {}, { number: 5, text: 'none' }],
    ['a null where there is a default', { text: null }, { number: 5, text: null }],
    ['defaults within an object', { where: {} }, { number: 5, text: 'none', where: { min: 1, names: [['a']] } }],
    [
      'one value for a list of it, however deep',
      { where: { inner: { min: 2, names: 'b' }, names: [null, 'c', ['d']] } },
      { number: 5, text: 'none', where: { min: 1, inner: [{ min: 2, names: [['b']] }], names: [null, ['c'], ['d']] } },
    ],
    [
      'fields in the order of the schema',
      { where: { max: 2, min: 0 } },
      { number: 5, text: 'none', where: { min: 0, max: 2, names: [['a']] } },
    ],
    ['variables that nobody declared', { more: 1, number: 6 }, { number: 6, text: 'none' }],
  ] as const) {
    it(what, async () => {
      expect((await ask({ body: { query: without, variables } })).passed).toBe(2);
      const { data, passed } = await ask({ body: { query, variables } });
      expect(JSON.parse(data.echo)).toEqual(echoed);
      expect(Object.keys(JSON.parse(data.echo).where ?? {})).toEqual(
        Object.keys('where' in echoed ? echoed.where : {}),
      );
      expect(passed).toBe(2);
    });
  }

  for (const variables of [
    { number: null },
    { number: 'x' },
    { number: 2 ** 31 },
    { where: { unknown: 1 } },
    { where: { min: null } },
    { where: [{}] },
    { where: { inner: [null] } },
    { where: { names: [[null]] } },
    { where: { __proto__: null, constructor: 1 } },
    { text: ['a'] },
  ]) {
    it(`and refused: ${JSON.stringify(variables)}`, async () => {
      await ask({ body: { query: without, variables } });
      const { status, data, errors, passed } = await ask({ body: { query, variables } });
      expect([status, data, errors[0].extensions.code, passed]).toEqual([400, undefined, 'BAD_USER_INPUT', 2]);
    });
  }

  it('an absent variable in a literal takes the default of its field', async () => {
    const text = 'query ($max: Int, $min: Int! = 4) { echo(where: { max: $max, min: $min }) }';
    const { data } = await ask({ body: { query: text } });
    expect(JSON.parse(data.echo).where).toEqual({ min: 4, names: [['a']] });
  });

  for (const [of, is] of [
    [{ a: 1 }, 200],
    [{ b: 'x' }, 200],
    [{}, 400],
    [{ a: 1, b: 'x' }, 400],
    [{ a: null }, 400],
  ] as const) {
    it(`@oneOf holds for ${JSON.stringify(of)}`, async () => {
      expect((await ask({ body: { query: 'query ($of: OneOf!) { one(of: $of) }', variables: { of } } })).status).toBe(
        is,
      );
    });
  }
});

describe('values are completed as graphql-js completes them', () => {
  it('a list with a rejected promise has a null there, and nothing more', async () => {
    const { data, errors } = await ask({ body: { query: '{ numbers(fails: true) again: numbers }' } });
    expect(data).toEqual({ numbers: [1, null, null], again: [1, null, 3] });
    expect(errors.map(({ path }: { path: unknown }) => path)).toEqual([
      ['numbers', 2],
      ['numbers', 1],
      ['again', 1],
    ]);
  });

  it('a null where none may be ends what is around it, once, with what failed first', async () => {
    const text = '{ slow { name self { name } later } self { name soon self { name } } nothing { name } }';
    const { data, errors } = await ask({ body: { query: text } });
    expect(data).toBeNull();
    expect(errors).toHaveLength(4);
    const inner = await ask({
      body: { query: '{ slow { name self { name } later } self { soon later self { name } } strict(fails: true) }' },
    });
    expect(inner.data).toEqual({ slow: null, self: null, strict: null });
    expect(inner.errors).toHaveLength(4);
  });

  it('a value that is no object where one is expected has nulls for its fields', async () => {
    expect((await ask({ body: { query: '{ self { odd { odd __typename } } }' } })).data).toEqual({
      self: { odd: { odd: null, __typename: 'Odd' } },
    });
  });

  it('interfaces and unions are known to graphql-js alone', async () => {
    const { data, passed } = await ask({
      body: { query: '{ held { name ... on Kept { at } } any { ... on Self { name } } }' },
    });
    expect([data, passed]).toEqual([{ held: { name: 'kept', at: 1 }, any: [{}, { name: 'one' }] }, 0]);
  });

  it('no failure that nobody waits for any more ends the process', async () => {
    const lost: unknown[] = [];
    const note = (error: unknown) => lost.push(error);
    const failing = makeExecutableSchema({
      typeDefs: 'type Query { all: [Int!] }',
      resolvers: { Query: { all: () => [soon('no number'), null] } },
    });
    const doors = await openTwoDoors(failing);
    await doors.served({ body: { query: '{ __typename }' } });
    const { planOperation } = await import('../../../src/graphql/known/planOperation.ts');
    const { executePlan } = await import('../../../src/graphql/known/executePlan.ts');
    const { parse, getOperationAST } = await import('graphql');
    const document = parse('{ all }');
    const operation = getOperationAST(document);
    const plan = operation && planOperation(failing, document, operation);
    process.on('unhandledRejection', note);
    try {
      expect(plan && (await executePlan(plan, {}, {})).data).toEqual({ all: null });
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off('unhandledRejection', note);
    }
    expect(lost).toEqual([]);
  });
});

describe('mutations', () => {
  it('run one after the other, each once, and stop where a field that may not be null fails', async () => {
    const text = 'mutation { a: later(by: 1) b: add(by: 2) c: later(by: 3) fail d: add(by: 4) }';
    const { data, errors, calls } = await ask({ body: { query: text } });
    expect([data, errors.length, calls]).toEqual([null, 1, ['later 1', 'add 2', 'later 3', 'fail']]);
    const fine = await ask({ body: { query: 'mutation { a: later(by: 1) b: add(by: 2) c: later(by: 3) }' } });
    expect([fine.data, fine.calls]).toEqual([{ a: 1, b: 2, c: 3 }, ['later 1', 'add 2', 'later 3']]);
  });
});

describe('a request that is not the usual one is answered as Apollo answers it', () => {
  const hello = 'query A { self { name } } query B { numbers }';
  for (const [what, body] of [
    ['a name that is there', { query: hello, operationName: 'A' }],
    ['a name that is not', { query: hello, operationName: 'C' }],
    ['no name for two operations', { query: hello }],
    ['an empty name', { query: hello, operationName: '' }],
    ['a name that is no text', { query: hello, operationName: 1 }],
    ['variables as text', { query: hello, operationName: 'A', variables: '{}' }],
    ['variables as a list', { query: hello, operationName: 'A', variables: [] }],
    ['extensions', { query: hello, operationName: 'A', extensions: { clientLibrary: { name: 'x' } } }],
    ['extensions as text', { query: hello, operationName: 'A', extensions: 'x' }],
    [
      'a persisted query',
      { query: hello, operationName: 'A', extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
    ],
    ['no query', { operationName: 'A' }],
    ['a batch', [{ query: hello, operationName: 'A' }]],
    ['an invalid document', { query: '{ nobody }' }],
    ['no document', { query: '{' }],
    ['a subscription', { query: 'subscription { self { name } }' }],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
    [
      'a condition',
      {
        query: 'query ($is: Boolean!) { self @include(if: $is) { name @skip(if: $is) odd { odd } } }',
        variables: { is: true },
      },
    ],
  ] as const) {
    it(what, async () => {
      await ask({ body });
    });
  }

  for (const accept of [
    '*/*',
    'application/json',
    'text/html',
    'application/graphql-response+json',
    'application/json;q=0.1, application/graphql-response+json',
    'x'.repeat(300),
  ]) {
    it(`accept: ${accept.slice(0, 60)}`, async () => {
      await ask({ body: { query: hello, operationName: 'A' }, accept });
    });
  }

  it('forms of answers are learned of a hundred Accept headers, and then anew', async () => {
    const doors = await openTwoDoors(schema);
    const asked = (at: number) => ({ body: { query: '{ self { name } }' }, accept: `application/json, x/x${at}` });
    for (let at = 0; at <= 100; at++) await doors.served(asked(at));
    const before = doors.passed;
    expect(before).toBe(0);
    const { answer } = await doors.served(asked(100));
    expect(answer.type).toBe('application/json; charset=utf-8');
    expect(doors.passed).toBe(1);
    await doors.served(asked(0));
    expect(doors.passed).toBe(1);
    await doors.served(asked(0));
    expect(doors.passed).toBe(2);
  });
});
