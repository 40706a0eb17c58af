import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidOf } from '../support/manyKeys.ts';
import { page, walk } from '../support/pages.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { countStatements } from '../support/statements.ts';
import { makeTenant, makeUser, send } from '../support/verbs.ts';

const tenants = { field: 'tenants', types: { filter: 'TenantFilter' }, row: 'id name' };
const one = 'query ($id: ID!) { tenant(id: $id) { id name slug kind status createdAt } }';

let service: TestService;
let acme: { id: string; slug: string };
let all: string[];
beforeAll(async () => {
  service = await startTestService();
  const made = [];
  for (const [name, kind] of [
    ['Acme', 'ORGANIZATION'],
    ['100 % Éclair', 'ORGANIZATION'],
    ['Ann', 'PERSONAL'],
  ] as const) {
    service.clock.now = new Date(service.clock.now.getTime() + 1);
    made.push((await send(service, 'createTenant', { name, kind })).tenant);
  }
  [acme] = made as [typeof acme];
  await send(service, 'suspendTenant', { id: acme.id });
  all = ['Ann', '100 % Éclair', 'Acme', 'Platform'];
});
afterAll(() => service.close());

const names = async (filter: Record<string, unknown>, key?: string) =>
  (await page(service, tenants, { filter }, key)).nodes.map((node: { name: string }) => node.name);

describe('tenants', () => {
  it('are all for the platform, newest first, page by page and both ways', async () => {
    expect(await names({})).toEqual(all);
    for (const way of [{ backwards: false }, { backwards: true }]) {
      const { rows, pages } = await walk(service, tenants, { size: 3, ...way });
      expect([rows.map(({ name }) => name), pages]).toEqual([all, 2]);
    }
  });

  it.each([
    [{ status: 'SUSPENDED' }, ['Acme']],
    [{ kind: 'PERSONAL' }, ['Ann']],
    [{ kind: 'PLATFORM' }, ['Platform']],
    [{ nameContains: 'éCL' }, ['100 % Éclair']],
    [{ nameContains: '%' }, ['100 % Éclair']],
    [{ nameContains: '_' }, []],
    [{ nameContains: 'A' }, ['Ann', '100 % Éclair', 'Acme', 'Platform']],
    [{ nameContains: 'A', kind: 'ORGANIZATION', status: 'ACTIVE' }, ['100 % Éclair']],
    [{ slugContains: 'PLAT' }, ['Platform']],
    [{ slugContains: '-' }, ['Ann', '100 % Éclair', 'Acme']],
    [{ nameContains: '', slugContains: null }, ['Ann', '100 % Éclair', 'Acme', 'Platform']],
  ])('%j finds %j', async (filter, found) => {
    expect(await names(filter)).toEqual(found);
  });

  it('are their own for a tenant and for a person, whatever they search for', async () => {
    const own = await makeTenant(service);
    const person = await makeUser(service, own.key, ['keywright:tenants:read']);
    for (const key of [own.key, person.key]) {
      expect((await page(service, tenants, {}, key)).nodes).toEqual([{ id: own.id, name: expect.any(String) }]);
      expect(await names({ nameContains: 'Acme' }, key)).toEqual([]);
      const { data } = await service.graph('{ tenants { totalCount } }', {}, key);
      expect(data).toEqual({ tenants: { totalCount: 1 } });
    }
  });

  it('are nobody’s without the scope', async () => {
    const own = await makeTenant(service);
    const person = await makeUser(service, own.key, ['keywright:keys:read']);
    const { data, errors } = await service.graph('{ tenants { totalCount } }', {}, person.key);
    expect(data).toEqual({ tenants: null });
    expect(errors).toMatchObject([
      { message: 'This needs the scope keywright:tenants:read.', extensions: { code: 'FORBIDDEN' } },
    ]);
  });
});

describe('tenant', () => {
  it('is found by its id, with everything that it is', async () => {
    expect((await service.graph(one, { id: acme.id })).data).toEqual({
      tenant: {
        id: acme.id,
        name: 'Acme',
        slug: acme.slug,
        kind: 'ORGANIZATION',
        status: 'SUSPENDED',
        createdAt: expect.any(String),
      },
    });
  });

  it('that is foreign, unknown or gone is null alike', async () => {
    const own = await makeTenant(service);
    for (const id of [acme.id, 'tnt_01k7ra3cp3fn78y00h48sm8nda']) {
      expect(await service.graph(one, { id }, own.key)).toMatchObject({ data: { tenant: null }, errors: [] });
    }
    const { data, errors } = await service.graph(one, { id: 'tnt_01k7ra3cp3fn78y00h48sm8nda' });
    expect([data, errors]).toEqual([{ tenant: null }, []]);
  });

  it('by an id of another kind is refused with what would be right', async () => {
    const { errors } = await service.graph(one, { id: 'usr_01k7ra3cp3fn78y00h48sm8nda' });
    expect(errors).toMatchObject([
      {
        message: 'Expected an id that begins with tnt_.',
        path: ['tenant'],
        extensions: { code: 'BAD_USER_INPUT', argument: ['id'] },
      },
    ]);
  });
});

describe('lists inside of tenants', () => {
  it('cost one statement for each level, however many tenants, users and keys there are', async () => {
    const query = `query ($first: Int) { tenants(first: $first, filter: { kind: ORGANIZATION }) { nodes {
      name
      users(first: 5) { totalCount nodes { email tenant { id } apiKeys(first: 5) { totalCount nodes { name owner { id } } } } }
      apiKeys(first: 5, filter: { status: ACTIVE }) { totalCount nodes { name tenant { id } owner { id } maker { id } secrets { no } } }
      auditEvents(first: 5) { nodes { action tenant { id } } }
      apiKeyStats { keys emailAddresses }
    } } }`;
    const cost = async (first: number) =>
      (await countStatements(() => service.graph(query, { first }))).map((text) => text.trim().split(/\s/, 1)[0]);
    for (let n = 0; n < 3; n++) {
      const { key } = await makeTenant(service);
      await makeUser(service, key);
    }
    const { data } = await service.graph(query, { first: 3 });
    expect(data.tenants.nodes.map((node: { users: unknown }) => node.users)).toMatchObject(
      Array.from({ length: 3 }, () => ({ totalCount: 1, nodes: [{ apiKeys: { totalCount: 1, nodes: [{}] } }] })),
    );
    const few = await cost(1);
    expect(await cost(3)).toEqual(few);
    // Begin; tenants; their users, keys, events, stats and two counts; what belongs to all these; the users'
    // keys and their count; the end.
    expect(few).toHaveLength(12);
    expect(few[0]).toBe('begin');
    expect(few.at(-1)).toBe('commit');
  });

  it('hold each tenant’s own and no other’s, and each goes on by its own cursor', async () => {
    const [a, b] = [await makeTenant(service), await makeTenant(service)];
    for (const { key, id } of [a, b]) {
      for (const name of ['x', 'y']) await send(service, 'createApiKey', { name: `${name} of ${id}` }, key);
    }
    const query = `{ tenants(first: 2) { nodes { id apiKeys(first: 2) { nodes { name tenant { id } } pageInfo { endCursor } } } } }`;
    const { nodes } = (await service.graph(query)).data.tenants;
    expect(nodes.map(({ id }: { id: string }) => id)).toEqual([b.id, a.id]);
    for (const { id, apiKeys } of nodes) {
      expect(apiKeys.nodes).toHaveLength(2);
      for (const node of apiKeys.nodes) expect(node.tenant.id).toBe(id);
      const next = `query ($id: ID!, $after: String) { tenant(id: $id) { apiKeys(first: 2, after: $after) { nodes { name } } } }`;
      const { data } = await service.graph(next, { id, after: apiKeys.pageInfo.endCursor });
      expect(data.tenant.apiKeys.nodes).toEqual([{ name: 'admin' }]);
    }
    expect(uuidOf(a.id)).not.toBe(uuidOf(b.id));
  });
});
