import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertManyKeys, uuidOf } from '../support/manyKeys.ts';
import { page } from '../support/pages.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { makeTenant, makeUser, send } from '../support/verbs.ts';

const keys = { field: 'apiKeys', types: { filter: 'ApiKeyFilter', tenantId: 'ID' }, row: 'name' };

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
let person: Awaited<ReturnType<typeof makeUser>>;
/** The end of the tenant's first page of two, as the tenant was given it. */
let cursor: string;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
  person = await makeUser(service, tenant.key);
  await insertManyKeys(service.database, { tenantId: tenant.id, count: 6 });
  cursor = (await page(service, keys, { first: 2 }, tenant.key)).pageInfo.endCursor;
});
afterAll(() => service.close());

/** What a list answers to a cursor that is not its own. */
async function refusedBy(field: string, args: Record<string, unknown>, key?: string) {
  const [way = 'after'] = Object.keys(args).filter((name) => name === 'after' || name === 'before');
  const types: Record<string, string> = {
    after: 'String',
    before: 'String',
    filter: `${field.charAt(0).toUpperCase()}${field.slice(1, -1)}Filter`,
    tenantId: 'ID',
  };
  const head = Object.keys(args).map((name) => `$${name}: ${types[name]}`);
  const passed = Object.keys(args).map((name) => `${name}: $${name}`);
  const query = `query (${head.join(', ')}) { ${field}(${passed.join(', ')}) { nodes { id } } }`;
  const { data, errors } = await service.graph(query, args, key);
  expect(data).toEqual({ [field]: null });
  expect(errors).toEqual([
    {
      message: 'This cursor belongs to another list or filter: start again without it.',
      locations: expect.anything(),
      path: [field],
      extensions: { code: 'BAD_USER_INPUT', argument: [way], requestId: expect.any(String) },
    },
  ]);
}

describe('a cursor', () => {
  it('goes on in its own list, as often as it is shown, and both ways', async () => {
    for (let time = 0; time < 2; time++) {
      expect((await page(service, keys, { first: 2, after: cursor }, tenant.key)).nodes).toEqual([
        { name: 'key 6' },
        { name: 'key 5' },
      ]);
    }
    expect((await page(service, keys, { last: 5, before: cursor }, tenant.key)).nodes).toHaveLength(1);
  });

  it('of another list is refused, though both are of one tenant', async () => {
    for (const field of ['users', 'tenants', 'auditEvents']) await refusedBy(field, { after: cursor }, tenant.key);
    await refusedBy('users', { before: cursor }, tenant.key);
  });

  it('of another filter is refused, and one of the same filter in other words is not', async () => {
    await refusedBy('apiKeys', { after: cursor, filter: { status: 'ACTIVE' } }, tenant.key);
    await refusedBy('apiKeys', { after: cursor, filter: { neverUsed: false } }, tenant.key);
    const narrowed = await page(service, keys, { first: 2, filter: { neverUsed: true } }, tenant.key);
    await refusedBy('apiKeys', { after: narrowed.pageInfo.endCursor }, tenant.key);
    for (const filter of [null, {}, { status: null }, { nameContains: '' }]) {
      expect((await page(service, keys, { first: 9, after: cursor, filter }, tenant.key)).nodes).toHaveLength(6);
    }
  });

  it('of another tenant is refused, and so is the platform’s of all tenants', async () => {
    const other = await makeTenant(service);
    await refusedBy('apiKeys', { after: cursor }, other.key);
    const ofAll = (await page(service, keys, { first: 1 })).pageInfo.endCursor;
    for (const key of [tenant.key, other.key]) await refusedBy('apiKeys', { after: ofAll }, key);
    await refusedBy('apiKeys', { after: cursor });
    await refusedBy('apiKeys', { after: ofAll, tenantId: tenant.id });
  });

  it('of another reach is refused: a person’s list is not the tenant’s', async () => {
    await refusedBy('apiKeys', { after: cursor }, person.key);
    const own = (await page(service, keys, { first: 1 }, person.key)).pageInfo.endCursor;
    await refusedBy('apiKeys', { after: own }, tenant.key);
    const colleague = await makeUser(service, tenant.key);
    await refusedBy('apiKeys', { after: own }, colleague.key);
  });

  it('that was changed, cut, made up or is of another ring is refused, and is no fault of ours', async () => {
    const flipped = `${cursor.slice(0, 40)}${cursor[40] === 'A' ? 'B' : 'A'}${cursor.slice(41)}`;
    for (const text of [flipped, cursor.slice(1), `${cursor}=`, '', 'cursor', '💥', 'A'.repeat(5000), '2026-11-20']) {
      await refusedBy('apiKeys', { after: text }, tenant.key);
      await refusedBy('apiKeys', { before: text }, tenant.key);
    }
    expect(service.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  it('outlives the row that it was made at', async () => {
    const victim = await page(service, keys, { first: 1, after: cursor }, tenant.key);
    expect(victim.nodes).toEqual([{ name: 'key 6' }]);
    await service.database.sql("delete from api_keys where tenant_id = $1 and name = 'key 6'", [uuidOf(tenant.id)]);
    const after = await page(service, keys, { first: 1, after: victim.pageInfo.endCursor }, tenant.key);
    expect(after.nodes).toEqual([{ name: 'key 5' }]);
  });

  it('of a list inside of something is good there, and in the same list at the root', async () => {
    const query = `query ($id: ID!, $after: String) { tenant(id: $id) { apiKeys(first: 2, after: $after) {
      nodes { name } pageInfo { endCursor } } } }`;
    const first = (await service.graph(query, { id: tenant.id }, tenant.key)).data.tenant.apiKeys;
    const root = await page(service, keys, { first: 2 }, tenant.key);
    expect(first.pageInfo.endCursor).toBe(root.pageInfo.endCursor);
    const next = (await service.graph(query, { id: tenant.id, after: cursor }, tenant.key)).data.tenant.apiKeys;
    expect(next.nodes).toEqual((await page(service, keys, { first: 2, after: cursor }, tenant.key)).nodes);
    const other = await makeTenant(service);
    const both = `query ($after: String) { tenants(first: 2) { nodes { id apiKeys(after: $after) { totalCount } } } }`;
    await send(service, 'createUser', { email: 'x@example.com' }, other.key);
    const ofTenant = (await service.graph(query, { id: other.id })).data.tenant.apiKeys.pageInfo.endCursor;
    const { data, errors } = await service.graph(both, { after: ofTenant });
    const [own, foreign] = data.tenants.nodes;
    expect([own, foreign?.apiKeys]).toEqual([{ id: other.id, apiKeys: { totalCount: 1 } }, null]);
    expect(errors).toMatchObject([
      { path: ['tenants', 'nodes', 1, 'apiKeys'], extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});

describe('the arguments of a page', () => {
  it.each([
    [
      { first: 1, last: 1 },
      'Page onwards with first and after, or backwards with last and before, and not both at once.',
    ],
    [
      { first: 1, before: 'x' },
      'Page onwards with first and after, or backwards with last and before, and not both at once.',
    ],
    [{ last: 0 }, 'A page has from 1 to 100 items, not 0.'],
    [{ last: 101 }, 'A page has from 1 to 100 items, not 101.'],
    [{ first: -1 }, 'A page has from 1 to 100 items, not -1.'],
  ])('%j are refused by every list, with a sentence', async (args, message) => {
    const passed = JSON.stringify(args)
      .replaceAll(/[{}]/g, '')
      .replaceAll(/"(\w+)":/g, '$1: ');
    const nested = `apiKeys(${passed}) { nodes { id } }`;
    const lists = ['tenants', 'users', 'apiKeys', 'auditEvents'];
    const query = `{ ${lists.map((list) => `${list}(${passed}) { nodes { id } }`).join(' ')}
      tenant(id: "${tenant.id}") { users(${passed}) { nodes { id } } ${nested} auditEvents(${passed}) { nodes { id } } }
      user(id: "${person.id}") { ${nested} } apiKey(id: "${tenant.keyId}") { auditEvents(${passed}) { nodes { id } } } }`;
    const { data, errors } = await service.graph(query, {}, tenant.key);
    expect(errors).toHaveLength(9);
    for (const error of errors) {
      expect(error.message).toBe(message);
      expect(error.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: [Object.keys(args)[0]] });
    }
    expect(data).toEqual({
      ...Object.fromEntries(lists.map((list) => [list, null])),
      tenant: { users: null, apiKeys: null, auditEvents: null },
      user: { apiKeys: null },
      apiKey: { auditEvents: null },
    });
  });
});
