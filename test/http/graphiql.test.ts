import { buildSchema, getVariableValues, type OperationDefinitionNode, parse, validate } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { typeDefs } from '../../src/graphql/createGraph.ts';
import { examples } from '../../src/http/graphiql/examples.ts';
import { graphiqlRoutes, hasGraphiql } from '../../src/http/graphiql/graphiqlRoutes.ts';
import { type Answered, startTestService } from '../support/service.ts';
import { echoRoute, startServer } from './testServer.ts';

const start = () => startServer({ routes: [echoRoute(), ...graphiqlRoutes()] });
const schema = buildSchema(typeDefs);

/** The one operation of an example, and the one field that it asks. */
function operationOf(query: string): { operation: OperationDefinitionNode; name: string; field: string } {
  const [operation] = parse(query).definitions as OperationDefinitionNode[];
  const [selection] = operation?.selectionSet.selections ?? [];
  if (operation?.name === undefined || selection?.kind !== 'Field') throw new Error(`no named operation: ${query}`);
  return { operation, name: operation.name.value, field: selection.name.value };
}

test('a clone that was installed as the README says has the page', () => {
  expect(hasGraphiql()).toBe(true);
});

test('every example is valid by the schema, with its variables, and its tab is named after its field', () => {
  expect(examples).toHaveLength(8);
  for (const { query, variables } of examples) {
    expect(validate(schema, parse(query))).toEqual([]);
    const { operation, name, field } = operationOf(query);
    expect(name.toLowerCase()).toBe(field.toLowerCase());
    expect(getVariableValues(schema, operation.variableDefinitions ?? [], variables)).toHaveProperty('coerced');
  }
});

test('what an example leaves to be filled in is asked for by a tab before it', () => {
  const asked = new Set<string>();
  const paths = (field: string, { selectionSet }: Pick<OperationDefinitionNode, 'selectionSet'>): string[] =>
    selectionSet.selections.flatMap((one) => {
      if (one.kind !== 'Field') return [];
      const path = field === '' ? one.name.value : `${field}.${one.name.value}`;
      return one.selectionSet === undefined ? [path] : paths(path, { selectionSet: one.selectionSet });
    });
  const wanted = examples.flatMap(({ query, variables }) => {
    const places = [...JSON.stringify(variables).matchAll(/\{\{([^}]+)\}\}/g)].map(([, path = '']) => path);
    const missing = places.filter((path) => !asked.has(path));
    for (const path of paths('', operationOf(query).operation)) asked.add(path);
    expect(missing).toEqual([]);
    return places;
  });
  expect(new Set(wanted)).toEqual(
    new Set(['createTenant.tenant.id', 'createUser.user.id', 'createApiKey.secret', 'createApiKey.apiKey.id']),
  );
});

test('each example does what it says, one after the other, as somebody presses play who holds the platform key', async () => {
  const service = await startTestService();
  onTestFinished(() => service.close());
  const answers: Answered = {};
  for (const { query, variables } of examples) {
    const filled = JSON.stringify(variables).replace(/\{\{([^}]+)\}\}/g, (_, path: string) =>
      path.split('.').reduce((found, name) => found[name], answers),
    );
    const { data, errors } = await service.graph(query, JSON.parse(filled));
    expect([query, errors]).toEqual([query, []]);
    Object.assign(answers, data);
  }
  const codes = Object.values<Answered>(answers).flatMap((answer) => answer.userErrors ?? []);
  expect(codes).toEqual([]);
  expect(answers.verifyApiKey.verification.code).toBe('VALID');
  expect(answers.revokeApiKey.apiKey.status).toBe('REVOKED');
});

test('the page and all that it loads are served from here, never kept, and under a policy that lets nothing else in', async () => {
  const { url } = await start();
  const page = await fetch(`${url}/`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const html = await page.text();
  const references = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, reference = '']) => reference);
  const workers = ['editorWorkerService', 'json', 'graphql'].map((name) => `graphiql/${name}.worker.js`);
  expect(references).toContain('graphiql/graphiql.js');
  for (const reference of [...references, ...workers, '']) {
    const { status, headers } = await fetch(`${url}/${reference}`);
    expect([reference, status]).toEqual([reference, 200]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    const policy = headers.get('content-security-policy')?.split('; ') ?? [];
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]),
    );
    expect(policy.filter((rule) => /https?:|\*|unsafe-eval/.test(rule))).toEqual([]);
  }
  const [, data = ''] = /<script id="examples" type="application\/json">(.*)<\/script>/.exec(html) ?? [];
  expect(JSON.parse(data)).toEqual(examples);
  expect(data).not.toContain('<');
});

test('HEAD / is answered like GET, without the body', async () => {
  const { url } = await start();
  const [get, head] = await Promise.all([fetch(`${url}/`), fetch(`${url}/`, { method: 'HEAD' })]);
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(await get.text())));
});

test('a path that is not there is told of the page, and not of its parts', async () => {
  const { url } = await start();
  for (const path of ['/graphiql', '/graphiql/', '/graphiql/page.html', '/graphiql/../examples.ts', '/index.html']) {
    const answer = await fetch(url + path);
    expect([path, answer.status]).toEqual([path, 404]);
    expect(await answer.json()).toMatchObject({
      error: { message: 'Nothing is served at this path. There are /graphql, /, /healthz, /readyz, /metrics.' },
    });
  }
  const posted = await fetch(`${url}/`, { method: 'POST', body: 'x' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});
