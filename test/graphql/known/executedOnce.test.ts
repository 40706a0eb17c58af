import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../support/service.ts';
import { countStatements } from '../../support/statements.ts';
import { documentOf, makeTenant } from '../../support/verbs.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const times = 3;

it('a mutation of a known document is done once for each request, whatever comes of it', async () => {
  const tenant = await makeTenant(service);
  // The second field fails as a whole: nothing of it is null alone. What came before it stays done, and is done once.
  const query = `mutation ($first: CreateApiKeyInput!, $other: CreateTenantInput!) {
    createApiKey(input: $first) { apiKey { name } userErrors { code } }
    createTenant(input: $other) { tenant { id } userErrors { code } }
  }`;
  const count = () => service.database.sql("select count(*)::int as n from api_keys where name like 'once %'");
  for (let time = 1; time <= times; time++) {
    const variables = { first: { name: `once ${time}` }, other: { name: 'not for a tenant' } };
    const { status, data, errors } = await service.graph(query, variables, tenant.key);
    expect(status).toBe(200);
    expect(data).toEqual({ createApiKey: { apiKey: { name: `once ${time}` }, userErrors: [] }, createTenant: null });
    expect(errors).toEqual([
      {
        message: expect.any(String),
        locations: [{ line: 3, column: 5 }],
        path: ['createTenant'],
        extensions: { code: 'FORBIDDEN', requestId: expect.any(String) },
      },
    ]);
    expect(await count()).toEqual([{ n: time }]);
  }
});

it('each root field of a mutation sees what those before it have done', async () => {
  const tenant = await makeTenant(service);
  const query = `mutation ($name: String!, $again: String!) {
    one: createApiKey(input: { name: $name }) { apiKey { name tenant { apiKeys { totalCount } } } userErrors { code } }
    same: createApiKey(input: { name: $name }) { apiKey { name } userErrors { code path } }
    two: createApiKey(input: { name: $again }) { apiKey { tenant { apiKeys { totalCount } } } userErrors { code } }
  }`;
  for (let time = 1; time <= times; time++) {
    const { data } = await service.graph(query, { name: `one ${time}`, again: `two ${time}` }, tenant.key);
    const counted = (totalCount: number) => ({ tenant: { apiKeys: { totalCount } } });
    expect(data).toEqual({
      // The tenant has a key already: the one that asks.
      one: { apiKey: { name: `one ${time}`, ...counted(2 * time) }, userErrors: [] },
      same: { apiKey: null, userErrors: [{ code: 'NAME_TAKEN', path: ['input', 'name'] }] },
      two: { apiKey: counted(2 * time + 1), userErrors: [] },
    });
  }
});

it('a known list costs as many statements as it did when it was new', async () => {
  const tenant = await makeTenant(service);
  const query = `{ apiKeys(first: 20) { nodes { id name tenant { id name } owner { id } maker { id } secrets { no state } } totalCount } }`;
  const counts: number[] = [];
  // The key is known then: who asks costs nothing more.
  await service.graph('{ __typename }', {}, tenant.key);
  for (let time = 1; time <= times; time++) {
    counts.push((await countStatements(() => service.graph(query, {}, tenant.key))).length);
  }
  expect(counts).toEqual([counts[0], counts[0], counts[0]]);
});

it('what is refused of a variable stays without its value, and answers 400, however often it is asked', async () => {
  for (let time = 1; time <= times; time++) {
    const input = { token: 'a token that nobody repeats', environment: 'BOTH' };
    const { status, errors } = await service.graph(documentOf('verifyApiKey'), { input });
    expect([status, errors.map(({ extensions }) => extensions.code)]).toEqual([400, ['BAD_USER_INPUT']]);
    expect(JSON.stringify(errors)).not.toContain('nobody repeats');
  }
});

it('who brings no credential learns nothing more from a known document', async () => {
  const token = service.platformKey;
  for (let time = 1; time <= times; time++) {
    const known = await service.graph(documentOf('verifyApiKey'), { input: { token } });
    expect(known.data.verifyApiKey.verification.code).toBe('VALID');
    const stranger = await service.graph(documentOf('verifyApiKey'), { input: { token } }, null);
    expect([stranger.data, stranger.errors[0]?.extensions.code]).toEqual([{ verifyApiKey: null }, 'UNAUTHENTICATED']);
  }
});

it('a known operation is counted and logged like any other', async () => {
  const outcomes = (from: number) =>
    service.logged.slice(from).flatMap((line) => {
      const { msg, operation, outcome, status } = JSON.parse(line);
      return msg === 'request' ? [`${operation} ${outcome} ${status}`] : [];
    });
  const from = service.logged.length;
  const document = `${documentOf('createTenant')} # counted`;
  for (const slug of ['counted', 'counted', 'Not A Slug'])
    await service.graph(document, { input: { name: 'Counted', slug } });
  await service.graph(document, { input: { name: 'Counted', slug: 'other' } }, null);
  await expect
    .poll(() => outcomes(from))
    .toEqual([
      'createTenant ok 200',
      'createTenant refused 200',
      'createTenant refused 200',
      'createTenant denied 200',
    ]);
});
