import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { buildSchema } from 'graphql';
import { afterAll, expect, test } from 'vitest';
import { buildVariables } from '../../src/cli/call/buildVariables.ts';
import { findOperation } from '../../src/cli/call/findOperation.ts';
import { readPairs } from '../../src/cli/call/readPairs.ts';
import { UsageError } from '../../src/cli/exits.ts';

const schema = buildSchema(`
  scalar DateTime
  scalar KeywrightJSON
  enum Environment { LIVE TEST }
  input Window { notBefore: DateTime, expiresAt: DateTime! }
  input MakeInput {
    name: String!, id: ID, seconds: Int, ratio: Float, replace: Boolean, environment: Environment = LIVE,
    scopes: [String!], environments: [Environment!], numbers: [Int], metadata: KeywrightJSON, window: Window, windows: [Window!]
  }
  type Query { list(first: Int = 20, tenantId: ID): Int, one(id: ID!, of: Window!): Int, all: Int }
  type Mutation { make(input: MakeInput!): Int }
`);

const folder = mkdtempSync(join(tmpdir(), 'keywright-cli-'));
const file = join(folder, 'value');
afterAll(() => rmSync(folder, { recursive: true }));

type Given = { args: string[]; env?: Record<string, string>; input?: string };

async function variablesOf(operation: string, { args, env = {}, input = '' }: Given): Promise<unknown> {
  const pairs = await readPairs(args, { env, readInput: async () => input });
  return JSON.parse(JSON.stringify(buildVariables(findOperation(schema, operation), pairs)));
}

/** The fields of `make`'s input, without the name that it demands. */
async function made(...args: string[]): Promise<unknown> {
  const { input } = (await variablesOf('make', { args: ['name=n', ...args] })) as { input: Record<string, unknown> };
  const { name, ...rest } = input;
  expect(name).toBe('n');
  return rest;
}

async function refusal(operation: string, given: Given): Promise<string> {
  const error = await variablesOf(operation, given).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

test.each([
  [['id=12'], { id: '12' }],
  [['id='], { id: '' }],
  [['id=a=b'], { id: 'a=b' }],
  [['seconds=-3'], { seconds: -3 }],
  [['seconds=2147483647'], { seconds: 2147483647 }],
  [['ratio=1e3'], { ratio: 1000 }],
  [['replace=true'], { replace: true }],
  [['replace=false'], { replace: false }],
  [['environment=test'], { environment: 'TEST' }],
  [['scopes=a:read'], { scopes: ['a:read'] }],
  [['scopes=a:read, b:read'], { scopes: ['a:read', 'b:read'] }],
  [['scopes=["a,b","c"]'], { scopes: ['a,b', 'c'] }],
  [['scopes=a', 'scopes=b,c', 'scopes:="d"'], { scopes: ['a', 'b', 'c', 'd'] }],
  [['scopes='], { scopes: [] }],
  [['environments=live,Test'], { environments: ['LIVE', 'TEST'] }],
  [['environments=["live"]'], { environments: ['LIVE'] }],
  [['numbers=1,2'], { numbers: [1, 2] }],
  [['numbers=[1,null]'], { numbers: [1, null] }],
  [['metadata={"a":[1]}'], { metadata: { a: [1] } }],
  [['metadata.a.b=1', 'metadata.a.c:=1'], { metadata: { a: { b: '1', c: 1 } } }],
  [['window.expiresAt=2026-11-20T08:00:00Z'], { window: { expiresAt: '2026-11-20T08:00:00Z' } }],
  [['window={"expiresAt":"x"}'], { window: { expiresAt: 'x' } }],
  [['windows={"expiresAt":"x"}', 'windows=[{"expiresAt":"y"}]'], { windows: [{ expiresAt: 'x' }, { expiresAt: 'y' }] }],
  [['input.id=a'], { id: 'a' }],
  [['id:=null'], { id: null }],
  [['id:="@home"'], { id: '@home' }],
])('%j becomes %j', async (args, expected) => {
  expect(await made(...args)).toEqual(expected);
});

test('the whole input can be given as JSON', async () => {
  expect(await variablesOf('make', { args: ['input:={"name":"n"}'] })).toEqual({ input: { name: 'n' } });
});

test('arguments that are no input object are given by their own names, and absent ones are left to the service', async () => {
  expect(await variablesOf('list', { args: ['first=5'] })).toEqual({ first: 5 });
  expect(await variablesOf('list', { args: [] })).toEqual({});
  const args = ['id=a', 'of.expiresAt=b'];
  expect(await variablesOf('one', { args })).toEqual({ id: 'a', of: { expiresAt: 'b' } });
});

test('values come from files, from the environment and from stdin, without the line break at the end of a text', async () => {
  writeFileSync(file, 'from\na file\r\n');
  const env = { NAME: 'from the environment\n' };
  expect(await variablesOf('make', { args: [`name=@${file}`] })).toEqual({ input: { name: 'from\na file' } });
  expect(await variablesOf('make', { args: ['name=env:NAME'], env })).toEqual({
    input: { name: 'from the environment\n' },
  });
  expect(await variablesOf('make', { args: ['name=-'], input: 'from stdin\n\n' })).toEqual({
    input: { name: 'from stdin\n' },
  });
  writeFileSync(file, '{"team":"core"}\n');
  expect(await made(`metadata=@${file}`)).toEqual({ metadata: { team: 'core' } });
});

test('any text that is given as JSON arrives as it was', async () => {
  const texts = fc.string({ unit: 'binary' });
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      expect(await made(`id:=${JSON.stringify(text)}`)).toEqual({ id: text });
    }),
  );
});

test('any text but a source of one arrives as it was', async () => {
  const texts = fc.string({ unit: 'binary' }).filter((text) => !/^(@|env:|-$)/.test(text));
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      expect(await made(`id=${text}`)).toEqual({ id: text });
    }),
  );
});

const takes = `It takes:
  name          String, required
  id            ID
  seconds       Int
  ratio         Float
  replace       Boolean
  environment   Environment (LIVE, TEST)
  scopes        [String!]
  environments  [Environment!] (LIVE, TEST)
  numbers       [Int]
  metadata      KeywrightJSON
  window        Window
  windows       [Window!]`;

test.each([
  ['make', ['nmae=x'], `nmae is unknown. Did you mean name? ${takes}`],
  ['make', ['zzzzz=x'], `zzzzz is unknown. ${takes}`],
  [
    'make',
    ['window.expires=x'],
    'window.expires is unknown. Did you mean expiresAt? It takes:\n  notBefore  DateTime\n  expiresAt  DateTime, required',
  ],
  ['make', ['name.first=x'], 'name.first is unknown: name is of the type String! and has no fields.'],
  ['make', [], `make needs name. ${takes}`],
  ['make', ['window.notBefore=x'], `make needs name and window.expiresAt. ${takes}`],
  ['one', ['of.notBefore=x'], 'one needs id and of.expiresAt. It takes:\n  id  ID, required\n  of  Window, required'],
  ['all', ['x=1'], 'x is unknown. It takes no arguments.'],
  ['make', ['name=a', 'name=b'], 'name is given twice.'],
  ['make', ['name=a', 'window.expiresAt=x', 'window={}'], 'window is given twice.'],
  ['make', ['name=a', 'metadata.a=x', 'metadata.a.b=x'], 'metadata.a.b is given twice.'],
  ['make', ['seconds=1.5'], 'seconds takes a whole number of 32 bits, not "1.5".'],
  ['make', ['seconds=2147483648'], 'seconds takes a whole number of 32 bits, not "2147483648".'],
  ['make', ['seconds='], 'seconds takes a whole number of 32 bits, not "".'],
  ['make', ['ratio=Infinity'], 'ratio takes a number, not "Infinity".'],
  ['make', ['ratio= '], 'ratio takes a number, not " ".'],
  ['make', ['replace=yes'], 'replace takes true or false, not "yes".'],
  ['make', ['environment=prod'], 'environment takes one of LIVE, TEST, not "prod".'],
  ['make', ['environments=live,prod'], 'environments takes one of LIVE, TEST, not "prod".'],
  ['make', ['metadata=a'], 'metadata takes JSON, not "a".'],
  ['make', ['id:=a'], 'id takes JSON, not "a".'],
  ['make', ['window=[]'], 'window takes a JSON object, not "[]".'],
  ['make', ['name'], 'Argument 1 behind the operation is not key=value.'],
  ['make', ['name=a', '=x'], 'Argument 2 behind the operation is not key=value: its key is empty.'],
  ['make', ['window..a=x'], 'Argument 1 behind the operation is not key=value: its key is empty.'],
  ['make', ['name=-', 'id=-'], 'Only one value can be read from stdin ("-").'],
  ['make', ['name=env:NOWHERE'], 'The environment variable "NOWHERE" is not set.'],
  [
    'make',
    ['name=@/nowhere/value'],
    `The file "/nowhere/value" cannot be read (ENOENT). A text that begins with @ is given as JSON: key:='"@…"'`,
  ],
])('%s %j is refused with what would be right', async (operation, args, message) => {
  expect(await refusal(operation, { args })).toBe(message);
});

test('what was read from elsewhere than the command line is never repeated', async () => {
  writeFileSync(file, 'hunter2');
  const env = { SECRET: 'hunter2' };
  expect(await refusal('make', { args: ['seconds=env:SECRET'], env })).toBe(
    'seconds takes a whole number of 32 bits, not what is in the environment variable SECRET.',
  );
  expect(await refusal('make', { args: [`metadata=@${file}`] })).toBe(
    `metadata takes JSON, not what is in the file ${file}.`,
  );
  expect(await refusal('make', { args: ['environment=-'], input: 'hunter2' })).toBe(
    'environment takes one of LIVE, TEST, not what is in stdin.',
  );
  expect(await refusal('make', { args: ['hunter2'] })).not.toContain('hunter2');
});

test('keys that name a prototype are keys like any other', async () => {
  const sent = await made('metadata.__proto__.admin=true', 'metadata.constructor=x');
  expect(JSON.stringify(sent)).toBe('{"metadata":{"__proto__":{"admin":"true"},"constructor":"x"}}');
  expect(await refusal('make', { args: ['__proto__=x'] })).toMatch(/^__proto__ is unknown\./);
});

test('an unknown operation lists those that there are', async () => {
  expect(() => findOperation(schema, 'mkae')).toThrow(
    'There is no operation "mkae". Did you mean make?\nThe operations are:\n  list\n  one\n  all\n  make',
  );
  expect(() => findOperation(schema, undefined)).toThrow('OPERATION is missing.\nThe operations are:\n  list');
});
