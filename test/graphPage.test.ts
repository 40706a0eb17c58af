import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertManyKeys } from './support/manyKeys.ts';
import { type Answered, startTestService, type TestService } from './support/service.ts';
import { countStatements } from './support/statements.ts';
import { makeTenant, makeUser, send } from './support/verbs.ts';

const page = readFileSync(new URL('../docs/graph.md', import.meta.url), 'utf8');

/** Each example: the number of messages that stands before it, the query, and the answer that stands after it. */
const examples = [
  ...page.matchAll(/(?:<!-- (\d+) messages -->\n)?```graphql\n([\s\S]*?)\n```(?:\n\n```json\n([\s\S]*?)\n```)?/g),
].map(([, messages, query = '', answer]) => ({
  name: query.replace(/\s+/g, ' ').slice(0, 60),
  messages: messages === undefined ? undefined : Number(messages),
  query,
  answer: answer === undefined ? undefined : JSON.parse(answer),
}));

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
let variables: Record<string, unknown>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
  await makeTenant(service);
  const person = await makeUser(service, tenant.key);
  await insertManyKeys(service.database, { tenantId: tenant.id, count: 5 });
  const { apiKey } = await send(service, 'createApiKey', { name: 'Checkout' }, tenant.key);
  variables = { tenantId: tenant.id, userId: person.id, keyId: apiKey.id, publicId: apiKey.publicId };
});
afterAll(() => service.close());

/** The variables that a query declares, with what our world has for them; a cursor is none at first. */
function variablesFor(query: string): Record<string, unknown> {
  const declared = [...(/^query \(([^)]*)\)/.exec(query)?.[1] ?? '').matchAll(/\$(\w+)/g)].map(([, name = '']) => name);
  return Object.fromEntries(declared.map((name) => [name, variables[name] ?? null]));
}

/** An answer without its values: which fields it has, and of what kind each is. */
function shapeOf(value: Answered): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
}

describe('docs/graph.md', () => {
  it('has its examples', () => {
    expect(examples.length).toBeGreaterThan(8);
    expect(examples.filter(({ answer }) => answer !== undefined)).toHaveLength(1);
  });

  it.each(examples)('$name…', async ({ query, messages, answer }) => {
    const given = variablesFor(query);
    for (const key of [undefined, tenant.key]) {
      const { data, errors } = await service.graph(query, given, key);
      expect(errors).toEqual([]);
      for (const [field, value] of Object.entries(data)) expect({ [field]: value }).not.toEqual({ [field]: null });
      if (answer !== undefined) expect(shapeOf(data)).toEqual(shapeOf(answer));
    }
    if (messages === undefined) return;
    expect(await countStatements(() => service.graph(query, given))).toHaveLength(messages);
  });

  it('says what a query costs', async () => {
    const told = [...page.matchAll(/^\| .*? \| (\d+) \|$/gm)].map(([, messages]) => Number(messages));
    const keys = 'tenant { name } owner { name } maker { name } secrets { no }';
    const measured: number[] = [];
    // Who asks is known from here on.
    await service.graph('{ viewer { kind } }');
    for (const query of [
      '{ apiKeys { nodes { name } } }',
      `{ apiKeys(first: 1) { nodes { ${keys} } } }`,
      `{ apiKeys { totalCount nodes { ${keys} } } }`,
      '{ tenants { nodes { apiKeys { nodes { owner { name } secrets { no } } } } } }',
    ]) {
      measured.push((await countStatements(() => service.graph(query))).length);
    }
    expect(told).toEqual(measured);
  });
});
