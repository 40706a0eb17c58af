import fc from 'fast-check';
import { buildSchema, Kind, print } from 'graphql';
import { expect, test } from 'vitest';
import { buildDocument, parseSelection, refuseInvalid, secretPaths } from '../../src/cli/call/buildDocument.ts';
import { defaultSelection } from '../../src/cli/call/defaultSelection.ts';
import { findOperation } from '../../src/cli/call/findOperation.ts';
import { pickSelection, stepsOf, valueAt } from '../../src/cli/call/pick.ts';
import { rawLines, showData } from '../../src/cli/call/showData.ts';
import { printable, printableJson } from '../../src/cli/printable.ts';
import { typeDefs } from '../../src/graphql/createGraph.ts';

const schema = buildSchema(`
  scalar ApiKeySecret
  scalar KeywrightJSON
  interface Node { id: ID! }
  type User implements Node { id: ID!, keys: [Key!]! }
  type Key implements Node {
    id: ID!, name: String!, old: String @deprecated, scopes: [String!]!, metadata: KeywrightJSON!, owner: User
    limited(by: Int!): Int, page(first: Int = 3): Int
  }
  type Error { code: String!, message: String!, path: [String!]! }
  type MakePayload { key: Key, secret: ApiKeySecret, userErrors: [Error!]! }
  union Thing = Key | User
  type Query { key(id: ID!): Key, keys: [Key!]!, node: Node, thing: Thing, count: Int! }
  input MakeInput { name: String! }
  type Mutation { make(input: MakeInput!): MakePayload, key: MakePayload }
`);

const one = (document: string) => document.replaceAll(/\s+/g, ' ');

function documentOf(name: string, select?: string): string {
  const operation = findOperation(schema, name);
  const selection = select === undefined ? defaultSelection(operation.field.type) : parseSelection(select);
  const document = buildDocument(
    operation,
    selection,
    name === 'make' ? { input: {} } : name === 'key' ? { id: 'a' } : {},
  );
  refuseInvalid(schema, document);
  return one(print(document));
}

test('unasked, every plain value is shown to the second level, but none that needs an argument or is deprecated', () => {
  expect(documentOf('key')).toBe('query key($id: ID!) { key(id: $id) { id name scopes metadata owner { id } page } }');
  expect(documentOf('make')).toBe(
    'mutation make($input: MakeInput!) { make(input: $input) { key { id name scopes metadata page } secret userErrors { code message path } } }',
  );
  expect(documentOf('node')).toBe('query node { node { __typename id } }');
  expect(documentOf('thing')).toBe('query thing { thing { __typename } }');
  expect(documentOf('count')).toBe('query count { count }');
});

test('of a list, its rows and its place are shown unasked, and no list inside of something, nor anything that is counted', () => {
  const served = buildSchema(typeDefs);
  const fieldsOf = (name: string) => {
    const { field } = findOperation(served, name);
    return one(print(defaultSelection(field.type) ?? { kind: Kind.SELECTION_SET, selections: [] }));
  };
  expect(fieldsOf('users')).toBe(
    '{ nodes { id email name externalId scopeCeiling status createdAt updatedAt } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }',
  );
  expect(fieldsOf('tenant')).toBe('{ id name slug kind status accountNumber createdAt updatedAt }');
  expect(fieldsOf('apiKeyStats')).toContain('emailAddresses');
});

test('a selection by hand still asks whether the mutation failed', () => {
  expect(documentOf('make', 'key { id }')).toBe(
    'mutation make($input: MakeInput!) { make(input: $input) { key { id } userErrors { code message path } } }',
  );
  expect(documentOf('make', 'userErrors { code } key { id }')).toBe(
    'mutation make($input: MakeInput!) { make(input: $input) { key { id } userErrors { code message path } } }',
  );
});

test.each([
  ['id nmae', 'Cannot query field "nmae" on type "Key". Did you mean "name"?'],
  ['id owner', 'Field "owner" of type "User" must have a selection of subfields. Did you mean "owner { ... }"?'],
  ['', '--select takes fields such as \'id tenant { name }\': Syntax Error: Expected Name, found "}".'],
  [
    'id } query other { count',
    "--select takes fields such as 'id tenant { name }': these are more than the fields of one object.",
  ],
])('the selection %j is refused with the reason', (select, message) => {
  expect(() => documentOf('key', select)).toThrow(message);
});

function picked(name: string, pick: string): string | undefined {
  const operation = findOperation(schema, name);
  const selection = pickSelection(operation.field.type, stepsOf(pick, operation));
  return selection && one(print(selection));
}

test('a pick asks for its one value, with or without the name of the operation', () => {
  expect(picked('make', 'key.id')).toBe('{ key { id } }');
  expect(picked('make', 'make.key.id')).toBe('{ key { id } }');
  expect(picked('make', 'key')).toBe('{ key { id name scopes metadata owner { id } page } }');
  expect(picked('keys', '0.id')).toBe('{ id }');
  expect(picked('keys', 'id')).toBe('{ id }');
  expect(picked('keys', 'keys.3.owner.keys.name')).toBe('{ owner { keys { name } } }');
  expect(picked('keys', 'metadata.team.0')).toBe('{ metadata }');
  expect(picked('count', 'count')).toBe(undefined);
});

test.each([
  [
    'make',
    'key.nmae',
    /^There is no "nmae" to pick\. Did you mean name\? Key has:\n {2}id {8}ID!\n {2}name {6}String!\n/,
  ],
  ['make', 'key.id.x', /^There is no "x" to pick: ID is a plain value\.$/],
  ['make', 'secrte', /^There is no "secrte" to pick\. Did you mean secret\? MakePayload has:\n/],
  ['keys', 'limited', /^limited needs arguments: give it with --select\.$/],
  ['keys', '0.0', /^There is no "0" to pick\. Key has:\n/],
  ['make', '', /^There is no "" to pick\. MakePayload has:\n/],
  ['make', 'key.', /^There is no "" to pick\. Key has:\n/],
])('the pick %s %j is refused and lists what is there', (name, pick, message) => {
  expect(() => picked(name, pick)).toThrow(message);
});

test.each([
  [['key', 'id'], 'k1'],
  [['key', 'none'], null],
  [['none', 'id'], null],
  [['key', 'toString'], null],
  [
    ['keys', 'id'],
    ['a', 'b'],
  ],
  [['keys', '1', 'id'], 'b'],
  [['keys', '2', 'id'], null],
  [
    ['keys', 'scopes'],
    ['x', 'y', 'z'],
  ],
  [
    [],
    {
      key: { id: 'k1' },
      none: null,
      keys: [
        { id: 'a', scopes: ['x', 'y'] },
        { id: 'b', scopes: ['z'] },
      ],
    },
  ],
])('at %j stands %j', (steps, expected) => {
  const data = {
    key: { id: 'k1' },
    none: null,
    keys: [
      { id: 'a', scopes: ['x', 'y'] },
      { id: 'b', scopes: ['z'] },
    ],
  };
  expect(valueAt(data, steps)).toEqual(expected);
});

test.each([
  ['kw "quoted"', 'kw "quoted"\n'],
  [3, '3\n'],
  [false, 'false\n'],
  [['a', 'b'], 'a\nb\n'],
  [[], ''],
  [['a', null], 'a\n\n'],
  [{ a: [1] }, '{"a":[1]}\n'],
  [[{ a: 1 }, { a: 2 }], '{"a":1}\n{"a":2}\n'],
])('picked, %j prints %j', (value, expected) => {
  expect(rawLines(value)).toBe(expected);
});

test('an answer is shown line by line, each value behind the path that picks it', () => {
  const data = {
    key: { id: 'k1', scopes: ['x', 'y'], metadata: { a: { b: 1 } }, empty: {}, none: [], owner: null },
    keys: [{ id: 'a' }, { id: 'b' }],
    replayed: false,
  };
  expect(showData(data, 'make', (_, text) => text)).toBe(
    `key.id            k1
key.scopes        x, y
key.metadata.a.b  1
key.empty         {}
key.none          []
key.owner         null
keys.0.id         a
keys.1.id         b
replayed          false
`,
  );
  expect(showData(null, 'key', (_, text) => text)).toBe('key  null\n');
  expect(showData(7, 'count', (_, text) => text)).toBe('count  7\n');
});

test('a secret is found wherever it is asked for, under whatever name', () => {
  const operation = findOperation(schema, 'make');
  const paths = (select: string) =>
    secretPaths(schema, buildDocument(operation, parseSelection(select), { input: {} }));
  expect(paths('secret')).toEqual([['make', 'secret']]);
  expect(paths('key { id } mine: secret')).toEqual([['make', 'mine']]);
  expect(paths('key { id }')).toEqual([]);
});

/** Texts in which every other character is one that a terminal obeys. */
const hostileTexts = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'\u0000\n\u001b\u007f\u009b\u00ad\u200d\u2028\u202e\u{e0041}'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
});

test('nothing that is shown moves a cursor, changes a colour or turns the direction of text', () => {
  expect(printable('a\u001b[31mb\u009bc\u202ed\ne\u{e0041}')).toBe('a\\u{1b}[31mb\\u{9b}c\\u{202e}d\\u{a}e\\u{e0041}');
  expect(printableJson('a\u001b\u009b\u202e\u2028\n\u{e0041}')).toBe(
    '"a\\u001b\\u009b\\u202e\\u2028\\n\\udb40\\udc41"',
  );
  fc.assert(
    fc.property(hostileTexts, (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(printableJson(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
  );
});

test('JSON that is shown is JSON of the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      expect(JSON.stringify(JSON.parse(printableJson(value, indent)))).toBe(JSON.stringify(value));
    }),
  );
  fc.assert(
    fc.property(hostileTexts, (text) => {
      expect(JSON.parse(printableJson({ [text]: text }, 2))).toEqual({ [text]: text });
    }),
  );
});
