import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertManyKeys, uuidOf } from '../support/manyKeys.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { countStatements } from '../support/statements.ts';
import { makeTenant, makeUser, send } from '../support/verbs.ts';

const counts = 'keys activeKeys disabledKeys revokedKeys tokens accounts emailAddresses scopeCombinations';
const ofAll = `{ apiKeyStats { ${counts} } }`;
const ofTenant = `query ($id: ID!) { tenant(id: $id) { apiKeyStats { ${counts} } } }`;

let service: TestService;
let a: Awaited<ReturnType<typeof makeTenant>>;
let b: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  a = await makeTenant(service);
  b = await makeTenant(service);
  const { database } = service;
  const { user } = await send(service, 'createUser', { email: 'Same@example.com' }, a.key);
  const { user: twin } = await send(service, 'createUser', { email: 'same@EXAMPLE.com' }, b.key);
  const { user: other } = await send(service, 'createUser', { email: 'other@example.com' }, b.key);
  await database.sql('update tenants set account_number = 189 where id = $1', [uuidOf(a.id)]);
  await insertManyKeys(database, {
    tenantId: a.id,
    count: 10,
    columns: {
      user_id: `'${uuidOf(user.id)}'::uuid`,
      // Four lists, of which two are one set in another order.
      scopes: `(array['["x", "y"]', '["y", "x"]', '["x"]', '[]'])[n % 4 + 1]::jsonb`,
      status: "case when n <= 3 then 'revoked' when n = 4 then 'disabled' else 'active' end",
      revoked_at: 'case when n <= 3 then now() end',
    },
  });
  await insertManyKeys(database, {
    tenantId: b.id,
    count: 2,
    columns: {
      user_id: `case when n = 1 then '${uuidOf(twin.id)}'::uuid else '${uuidOf(other.id)}'::uuid end`,
      scopes: `'["x"]'::jsonb`,
    },
  });
});
afterAll(() => service.close());

// Each tenant has the key of its admin besides, of the scopes "*" and "keywright:*", made by the platform.
const inA = {
  keys: 11,
  activeKeys: 7,
  disabledKeys: 1,
  revokedKeys: 3,
  tokens: 11,
  accounts: 1,
  emailAddresses: 1,
  scopeCombinations: 4,
};
const inB = {
  ...inA,
  keys: 3,
  activeKeys: 3,
  disabledKeys: 0,
  revokedKeys: 0,
  tokens: 3,
  accounts: 0,
  emailAddresses: 2,
};

describe('apiKeyStats', () => {
  it('count a tenant’s keys for itself, and for the platform that asks for it', async () => {
    expect((await service.graph(ofAll, {}, a.key)).data).toEqual({ apiKeyStats: inA });
    for (const key of [a.key, undefined]) {
      expect((await service.graph(ofTenant, { id: a.id }, key)).data).toEqual({ tenant: { apiKeyStats: inA } });
    }
    expect((await service.graph(ofAll, {}, b.key)).data).toEqual({ apiKeyStats: { ...inB, scopeCombinations: 2 } });
  });

  it('count every tenant’s for the platform: an address is one, whoever has it and whatever its case', async () => {
    expect((await service.graph(ofAll)).data).toEqual({
      // With the platform's own key.
      apiKeyStats: { ...inA, keys: 15, activeKeys: 11, tokens: 15, emailAddresses: 2 },
    });
  });

  it('count its own for a person, and nothing for a tenant without keys', async () => {
    const person = await makeUser(service, b.key, ['keywright:keys:read']);
    const own = { ...inB, keys: 1, activeKeys: 1, tokens: 1, emailAddresses: 0, scopeCombinations: 1 };
    expect((await service.graph(ofAll, {}, person.key)).data).toEqual({ apiKeyStats: own });
    const { tenant } = await send(service, 'createTenant', { name: 'Empty' });
    const none = Object.fromEntries(Object.keys(inA).map((name) => [name, 0]));
    expect((await service.graph(ofTenant, { id: tenant.id })).data).toEqual({ tenant: { apiKeyStats: none } });
  });

  it('cost one statement, for one tenant, for all, and for each tenant of a list together', async () => {
    const cost = async (query: string) => (await countStatements(() => service.graph(query))).length;
    await service.graph(ofAll);
    // Begin, the statement, the end: the caller is known already.
    expect(await cost(ofAll)).toBe(3);
    expect(await cost(`{ one: apiKeyStats { keys } two: apiKeyStats { keys } }`)).toBe(3);
    expect(await cost(`{ tenants { nodes { apiKeyStats { keys } } } }`)).toBe(4);
  });

  it('are nobody’s without the scope', async () => {
    const narrow = await makeUser(service, a.key, ['keywright:tenants:read']);
    const { data, errors } = await service.graph(
      `{ apiKeyStats { keys } tenants { nodes { apiKeyStats { keys } } } }`,
      {},
      narrow.key,
    );
    expect(data).toEqual({ apiKeyStats: null, tenants: { nodes: [{ apiKeyStats: null }] } });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });
});
