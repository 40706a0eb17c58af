import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { page, walk } from '../support/pages.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { makeTenant, makeUser, send } from '../support/verbs.ts';

const users = { field: 'users', types: { filter: 'UserFilter', tenantId: 'ID' }, row: 'id email name' };
const one = 'query ($id: ID!) { user(id: $id) { id email tenant { id } } }';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
let ann: { id: string };
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
  const made = [];
  for (const input of [
    { email: 'Ann@Example.com', name: 'Änne' },
    { email: 'ben_b@example.org' },
    { name: '100 %', externalId: 'x' },
  ]) {
    service.clock.now = new Date(service.clock.now.getTime() + 1);
    made.push((await send(service, 'createUser', input, tenant.key)).user);
  }
  [ann] = made as [typeof ann];
  await send(service, 'disableUser', { id: ann.id }, tenant.key);
});
afterAll(() => service.close());

const found = async (args: Record<string, unknown>, key?: string) =>
  (await page(service, users, args, key)).nodes.map(
    ({ email, name }: { email: string; name: string }) => email ?? name,
  );

describe('users', () => {
  it('are a tenant’s own, newest first, page by page and both ways', async () => {
    for (const way of [{ backwards: false }, { backwards: true }]) {
      const { rows, pages } = await walk(service, users, { size: 2, ...way }, tenant.key);
      expect(rows.map(({ email, name }) => email ?? name)).toEqual(['100 %', 'ben_b@example.org', 'Ann@Example.com']);
      expect(pages).toBe(2);
    }
  });

  it('are every tenant’s for the platform, or those of the one that it asks for', async () => {
    const other = await makeTenant(service);
    await send(service, 'createUser', { email: 'only@example.com' }, other.key);
    expect(await found({})).toHaveLength(4);
    expect(await found({ tenantId: other.id })).toEqual(['only@example.com']);
    expect(await found({ tenantId: 'tnt_01k7ra3cp3fn78y00h48sm8nda' })).toEqual([]);
  });

  it.each([
    [{ status: 'DISABLED' }, ['Ann@Example.com']],
    [{ status: 'ACTIVE', emailContains: 'EXAMPLE' }, ['ben_b@example.org']],
    [{ emailContains: 'n@e' }, ['Ann@Example.com']],
    [{ emailContains: '_' }, ['ben_b@example.org']],
    [{ emailContains: '' }, ['100 %', 'ben_b@example.org', 'Ann@Example.com']],
    [{ nameContains: 'äNN' }, ['Ann@Example.com']],
    [{ nameContains: '%' }, ['100 %']],
    [{ nameContains: 'zzz' }, []],
  ])('%j finds %j', async (filter, names) => {
    expect(await found({ filter }, tenant.key)).toEqual(names);
  });

  it('are itself for a person, and another tenant’s are no tenant’s at all', async () => {
    const person = await makeUser(service, tenant.key, ['keywright:users:read']);
    expect((await page(service, users, {}, person.key)).nodes).toMatchObject([{ id: person.id }]);
    expect((await service.graph('{ users { totalCount } }', {}, person.key)).data).toEqual({
      users: { totalCount: 1 },
    });
    const other = await makeTenant(service);
    const query = 'query ($tenantId: ID) { users(tenantId: $tenantId) { nodes { id } } }';
    const answers = await Promise.all(
      [tenant.id, 'tnt_01k7ra3cp3fn78y00h48sm8nda'].map((tenantId) => service.graph(query, { tenantId }, other.key)),
    );
    for (const { data, errors } of answers) {
      expect(data).toEqual({ users: null });
      expect(errors).toMatchObject([
        { message: 'There is no such tenant.', extensions: { code: 'NOT_FOUND', argument: ['tenantId'] } },
      ]);
    }
  });

  it('have their personal keys, and no others', async () => {
    const person = await makeUser(service, tenant.key);
    const query = 'query ($id: ID!) { user(id: $id) { apiKeys { totalCount nodes { id owner { id } } } } }';
    const expected = { user: { apiKeys: { totalCount: 1, nodes: [{ id: person.keyId, owner: { id: person.id } }] } } };
    for (const key of [tenant.key, person.key, undefined]) {
      expect((await service.graph(query, { id: person.id }, key)).data).toEqual(expected);
    }
    expect((await service.graph(query, { id: ann.id }, tenant.key)).data).toEqual({
      user: { apiKeys: { totalCount: 0, nodes: [] } },
    });
  });
});

describe('a key’s owner and maker', () => {
  it('are told to whoever may read users, and to themselves', async () => {
    const person = await makeUser(service, tenant.key);
    const { apiKey } = await send(service, 'createApiKey', { name: 'of a person' }, person.key);
    const { secret } = await send(
      service,
      'createApiKey',
      { name: 'without users', scopes: ['keywright:keys:read'] },
      tenant.key,
    );
    const query = 'query ($id: ID!) { apiKey(id: $id) { owner { id } maker { id } } }';
    const both = { owner: { id: person.id }, maker: { id: person.id } };
    for (const key of [tenant.key, person.key, undefined]) {
      expect((await service.graph(query, { id: apiKey.id }, key)).data).toEqual({ apiKey: both });
    }
    const { data, errors } = await service.graph(query, { id: apiKey.id }, secret);
    expect([data, errors]).toEqual([{ apiKey: { owner: null, maker: null } }, []]);
  });
});

describe('user', () => {
  it('is found by whoever may read it, itself always, and is null for everybody else', async () => {
    const person = await makeUser(service, tenant.key, ['keywright:keys:read']);
    const other = await makeTenant(service);
    const expected = { id: person.id, email: null, tenant: { id: tenant.id } };
    for (const key of [tenant.key, person.key, undefined]) {
      expect((await service.graph(one, { id: person.id }, key)).data).toEqual({ user: expected });
    }
    expect(await service.graph(one, { id: person.id }, other.key)).toMatchObject({ data: { user: null }, errors: [] });
    const unknown = { id: 'usr_01k7ra3cp3fn78y00h48sm8nda' };
    expect(await service.graph(one, unknown, tenant.key)).toMatchObject({ data: { user: null }, errors: [] });
  });
});
