import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertManyKeys } from '../support/manyKeys.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { countStatements } from '../support/statements.ts';
import { makeTenant, send } from '../support/verbs.ts';

const page = `query ($first: Int, $tenantId: ID) { apiKeys(first: $first, tenantId: $tenantId) {
  nodes { name tenant { id name } owner { email } maker { email } secrets { no } } pageInfo { hasNextPage } } }`;

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
  const { user } = await send(service, 'createUser', { email: 'owner@example.com' }, tenant.key);
  for (let n = 1; n <= 24; n++) {
    service.clock.now = new Date(service.clock.now.getTime() + 1);
    const ownerUserId = n % 2 ? user.id : null;
    const { apiKey } = await send(service, 'createApiKey', { name: `key ${n}`, ownerUserId }, tenant.key);
    if (n % 3 === 0) await send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: 60 }, tenant.key);
  }
});
afterAll(() => service.close());

const names = (answer: { data: { apiKeys: { nodes: { name: string }[] } } }) =>
  answer.data.apiKeys.nodes.map((node) => node.name);

describe('apiKeys', () => {
  it('shows twenty, newest first, and says that there are more', async () => {
    const answer = await service.graph(page, {}, tenant.key);
    expect(names(answer)).toEqual(Array.from({ length: 20 }, (_, n) => `key ${24 - n}`));
    expect(answer.data.apiKeys.pageInfo).toEqual({ hasNextPage: true });
  });

  it('shows all that there are where they fit', async () => {
    const answer = await service.graph(page, { first: 100 }, tenant.key);
    expect(names(answer)).toHaveLength(25);
    expect(answer.data.apiKeys.pageInfo).toEqual({ hasNextPage: false });
  });

  it('a page with tenant, owner, maker and secrets costs the same statements, whatever its length', async () => {
    await insertManyKeys(service.database, { tenantId: tenant.id, count: 80, name: "'old ' || n" });
    const cost = async (first: number, key?: string) => {
      const sent = await countStatements(async () => {
        const { data } = await service.graph(page, { first }, key);
        expect(data.apiKeys.nodes).toHaveLength(first);
      });
      return sent.length;
    };
    // One transaction: its begin, the keys, all that belongs to them, and its end. The caller is known already.
    await service.graph(page, { first: 1 });
    for (const key of [tenant.key, undefined]) {
      expect([await cost(1, key), await cost(20, key), await cost(100, key)]).toEqual([4, 4, 4]);
    }
    const counting = '{ apiKeys(first: 1) { totalCount nodes { name tenant { id } } } }';
    expect(await countStatements(() => service.graph(counting, {}, tenant.key))).toHaveLength(5);
    await service.database.sql("delete from api_keys where name like 'old %'");
  });

  it('shows a tenant its own keys, a person theirs, and the platform every tenant’s or the one it asks for', async () => {
    const other = await makeTenant(service);
    const { user } = await send(service, 'createUser', { email: 'me@example.com' }, other.key);
    const { secret } = await send(
      service,
      'createApiKey',
      { name: 'personal', ownerUserId: user.id, scopes: ['keywright:keys:read'] },
      other.key,
    );
    expect(names(await service.graph(page, {}, other.key)).sort()).toEqual(['admin', 'personal']);
    expect(names(await service.graph(page, {}, secret))).toEqual(['personal']);
    expect(names(await service.graph(page, { tenantId: other.id })).sort()).toEqual(['admin', 'personal']);
    expect(names(await service.graph(page, { first: 100 }))).toHaveLength(28);
  });

  it.each([0, -1, 101])('refuses a page of %d with a sentence', async (first) => {
    const { data, errors } = await service.graph(page, { first }, tenant.key);
    expect(data).toEqual({ apiKeys: null });
    expect(errors).toMatchObject([
      {
        message: `A page has from 1 to 100 items, not ${first}.`,
        extensions: { code: 'BAD_USER_INPUT', argument: ['first'] },
      },
    ]);
  });

  it('another tenant’s list is refused in the same bytes as that of a tenant that is not there', async () => {
    const other = await makeTenant(service);
    const [foreign, unknown] = await Promise.all(
      [other.id, 'tnt_01k7ra3cp3fn78y00h48sm8nda'].map((tenantId) => service.graph(page, { tenantId }, tenant.key)),
    );
    const bare = (answer: typeof foreign) =>
      JSON.stringify(answer?.errors.map(({ message, extensions }) => [message, extensions.code]));
    expect(bare(foreign)).toBe(bare(unknown));
    expect(foreign?.data).toEqual({ apiKeys: null });
  });
});

describe('apiKey', () => {
  it('is found by its id, the public id of its token or a gateway’s identifier, and by exactly one of them', async () => {
    const { apiKey } = await send(service, 'createApiKey', { name: 'found' }, tenant.key);
    await service.database.sql("update api_keys set external_key_id = 'gw-1' where name = 'found'");
    const query = `query ($id: ID, $publicId: ID, $externalKeyId: ID) {
      apiKey(id: $id, publicId: $publicId, externalKeyId: $externalKeyId) { name externalKeyId } }`;
    const other = await makeTenant(service);
    for (const by of [{ id: apiKey.id }, { publicId: apiKey.publicId }, { externalKeyId: 'gw-1' }]) {
      const found = { apiKey: { name: 'found', externalKeyId: 'gw-1' } };
      for (const key of [tenant.key, undefined]) expect((await service.graph(query, by, key)).data).toEqual(found);
      expect((await service.graph(query, by, other.key)).data).toEqual({ apiKey: null });
    }
    expect((await service.graph(query, { externalKeyId: 'gw-2' }, tenant.key)).data).toEqual({ apiKey: null });
    for (const by of [{}, { id: apiKey.id, publicId: apiKey.publicId }, { id: apiKey.id, externalKeyId: 'gw-1' }]) {
      expect((await service.graph(query, by, tenant.key)).errors).toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    }
  });

  it('a stranger’s key, a colleague’s and one that is not there are null', async () => {
    const { apiKey } = await send(service, 'createApiKey', { name: 'hidden' }, tenant.key);
    const other = await makeTenant(service);
    const { user } = await send(service, 'createUser', { email: 'narrow@example.com' }, tenant.key);
    const { secret } = await send(
      service,
      'createApiKey',
      { name: 'narrow', ownerUserId: user.id, scopes: ['keywright:keys:read'] },
      tenant.key,
    );
    const query = 'query ($id: ID) { apiKey(id: $id) { name } }';
    for (const [id, key] of [
      [apiKey.id, other.key],
      [apiKey.id, secret],
      ['key_01k7ra3cp3fn78y00h48sm8nda', tenant.key],
    ]) {
      expect(await service.graph(query, { id }, key)).toMatchObject({ data: { apiKey: null }, errors: [] });
    }
  });
});
