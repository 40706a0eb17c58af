import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createKnownDocuments, type KnownDocuments } from '../../../src/graphql/known/knownDocuments.ts';
import { limits } from '../../../src/lib/limits.ts';

const schema = buildSchema(`
  type Query { hello: String, self: Query, node: Node, both: Both }
  type Mutation { say(what: String): String }
  interface Node { id: ID }
  type One implements Node { id: ID }
  type Two implements Node { id: ID }
  union Both = One | Two
`);

function keep(documents: KnownDocuments, text: string): Promise<void> {
  return documents.store.set(`hash of ${text}`, parse(text, { maxTokens: limits.graphqlTokensMax }));
}

function has({ store }: KnownDocuments, text: string): Promise<boolean> {
  return store.get(`hash of ${text}`).then((document) => document !== undefined);
}

describe('known documents', () => {
  it('are found by their whole text and the name of an operation that is in them', async () => {
    const documents = createKnownDocuments(schema);
    await keep(documents, 'query A { hello } mutation B { say }');
    await keep(documents, '{ hello }');
    const text = 'query A { hello } mutation B { say }';
    expect(documents.find(text, 'A')?.operation.name?.value).toBe('A');
    expect(documents.find(text, 'B')?.operation.operation).toBe('mutation');
    for (const name of [undefined, '', 'C', 'constructor']) expect(documents.find(text, name)).toBeUndefined();
    expect(documents.find('{ hello }', undefined)?.operation.operation).toBe('query');
    expect(documents.find('{ hello }', 'A')).toBeUndefined();
    expect(documents.find('{ hello } ', undefined)).toBeUndefined();
  });

  it('are planned once, when they are first wanted', async () => {
    const documents = createKnownDocuments(schema);
    await keep(documents, '{ hello }');
    const bytes = documents.bytes;
    const found = documents.find('{ hello }', undefined);
    expect(documents.bytes).toBeGreaterThan(bytes);
    const planned = documents.bytes;
    expect(documents.find('{ hello }', undefined)).toBe(found);
    expect(documents.bytes).toBe(planned);
  });

  for (const [what, text] of [
    ['introspection', '{ __schema { types { name } } }'],
    ['a type by its name', '{ __type(name: "Query") { name } }'],
    ['a condition', 'query ($is: Boolean!) { hello @include(if: $is) }'],
    ['a condition on a fragment', 'query ($is: Boolean!) { ... @skip(if: $is) { hello } }'],
    ['an interface', '{ node { id } }'],
    ['a union', '{ both { ... on One { id } } }'],
    ['a key that no plain object can have', '{ __proto__: hello }'],
  ] as const) {
    it(`are left to graphql-js with ${what}`, async () => {
      const documents = createKnownDocuments(schema);
      await keep(documents, text);
      expect(documents.find(text, undefined)).toBeUndefined();
      expect(documents.find(text, undefined)).toBeUndefined();
      expect(await has(documents, text)).toBe(true);
    });
  }

  it('are left to graphql-js when they unfold to more selections than a plan may have, and not one before', async () => {
    const documents = createKnownDocuments(schema);
    // One for `self` and one for the spread, twice at each of ten levels, unfold to some thousand.
    const unfolding = (more: number) => {
      const levels = Array.from(
        { length: 9 },
        (_, at) => `fragment F${at} on Query { a: self { ...F${at + 1} } b: self { ...F${at + 1} } }`,
      );
      const extra = Array.from({ length: more }, (_, at) => `x${at}: hello`).join(' ');
      return `{ ...F0 ${extra} } ${levels.join(' ')} fragment F9 on Query { hello }`;
    };
    // Of the spreads 1 + 2 + … + 512, of fields 2 + 4 + … + 512, and 512 times `hello`.
    const base = 1023 + 1022 + 512;
    expect(base).toBeGreaterThan(limits.plannedSelectionsMax);
    const fits = (count: number) => `{ ${Array.from({ length: count }, (_, at) => `x${at}: hello`).join(' ')} }`;
    const small = createKnownDocuments(schema);
    const text = unfolding(0);
    await keep(small, text);
    expect(small.find(text, undefined)).toBeUndefined();
    for (const [count, is] of [
      [limits.plannedSelectionsMax, true],
      [limits.plannedSelectionsMax + 1, false],
    ] as const) {
      await documents.store.set(`${count}`, parse(fits(count)));
      expect(documents.find(fits(count), undefined) !== undefined).toBe(is);
    }
  });

  it('are forgotten beyond the limit, those first that were not used for the longest time', async () => {
    const documents = createKnownDocuments(schema, { knownDocumentsMax: 3, knownDocumentsBytesMax: 1e9 });
    for (const name of ['a', 'b', 'c']) await keep(documents, `{ ${name}: hello }`);
    documents.find('{ a: hello }', undefined);
    await keep(documents, '{ d: hello }');
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((name) => has(documents, `{ ${name}: hello }`)))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    await keep(documents, '{ e: hello }');
    expect(documents.count).toBe(3);
    expect(documents.find('{ b: hello }', undefined)).toBeUndefined();
  });

  it('are forgotten beyond the bytes, and their plans count', async () => {
    const text = '{ a: hello b: hello c: hello d: hello }';
    const one = createKnownDocuments(schema);
    await keep(one, text);
    const { bytes } = one;
    one.find(text, undefined);
    const planned = one.bytes;
    const documents = createKnownDocuments(schema, {
      knownDocumentsMax: 1_000,
      knownDocumentsBytesMax: bytes + planned - 1,
    });
    await keep(documents, text);
    await keep(documents, text.replace('d', 'e'));
    expect(documents.count).toBe(2);
    documents.find(text, undefined);
    expect(documents.count).toBe(1);
    expect(documents.bytes).toBe(planned);
    expect(await has(documents, text)).toBe(true);
  });

  it('take no more memory than they are thought to, however many and large they are', { timeout: 60_000 }, async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const documents = createKnownDocuments(schema);
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let at = 0; at < 300; at++) {
      const fields = Array.from({ length: 480 }, (_, field) => `a${at}_${field}:hello`).join(' ');
      await keep(documents, `{${fields}}`);
      expect(documents.find(`{${fields}}`, undefined)).toBeDefined();
    }
    expect(documents.count).toBeLessThan(300);
    collect();
    const heap = process.memoryUsage().heapUsed - before;
    expect(heap).toBeLessThan(limits.knownDocumentsBytesMax);
    // The estimate is no fairy tale either.
    expect(heap).toBeGreaterThan(limits.knownDocumentsBytesMax / 3);
  });
});
