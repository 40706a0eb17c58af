import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertManyKeys, uuidOf } from '../support/manyKeys.ts';
import { page, walk } from '../support/pages.ts';
import { scansOf } from '../support/plans.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { makeTenant, send } from '../support/verbs.ts';

const keys = { field: 'apiKeys', types: { filter: 'ApiKeyFilter', tenantId: 'ID' }, row: 'name' };

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

describe('a filter of keys', () => {
  let tenant: Awaited<ReturnType<typeof makeTenant>>;
  let ann: string;
  let ben: string;
  const found = async (filter: Record<string, unknown>) => {
    const { nodes } = await page(service, keys, { filter, first: 100 }, tenant.key);
    return nodes.map(({ name }: { name: string }) => name).sort();
  };
  const set = (name: string, assignments: string, values: unknown[] = []) =>
    service.database.sql(`update api_keys set ${assignments} where name = $1 and tenant_id = $2`, [
      name,
      uuidOf(tenant.id),
      ...values,
    ]);

  beforeAll(async () => {
    service.clock.now = new Date('2026-11-20T08:00:00Z');
    tenant = await makeTenant(service);
    [ann, ben] = (await Promise.all(
      ['ann', 'ben'].map(async (name) => {
        const { user } = await send(service, 'createUser', { email: `${name}@example.com` }, tenant.key);
        return user.id as string;
      }),
    )) as [string, string];
    const names = [
      'Plain',
      'ÉCLAIR',
      '100 %',
      'under_score',
      'back\\slash',
      'test one',
      'asleep',
      'ended',
      'early',
      'gone',
    ];
    const list = names.map((name) => `'${name}'`).join(', ');
    await insertManyKeys(service.database, { tenantId: tenant.id, count: names.length, name: `(array[${list}])[n]` });
    await set('Plain', 'owner_user_id = $3, user_id = $4, scopes = $5', [
      uuidOf(ann),
      uuidOf(ben),
      '["orders:read", "a:*"]',
    ]);
    await set('ÉCLAIR', 'owner_user_id = $3, user_id = $3, scopes = $4', [uuidOf(ben), '["orders:*"]']);
    await set('test one', "environment = 'test', last_used_at = '2026-11-19T00:00:00Z'");
    await set('asleep', "status = 'disabled', last_used_at = '2026-11-18T00:00:00Z'");
    await set('ended', "expires_at = '2026-11-20T08:00:00Z'");
    await set('early', "not_before = '2026-11-20T08:00:00.001Z', expires_at = '2026-12-01T00:00:00Z'");
    await set('gone', "status = 'revoked', revoked_at = now()");
  });

  it.each([
    [{ status: 'DISABLED' }, ['asleep']],
    [{ status: 'REVOKED' }, ['gone']],
    [{ isActive: false }, ['asleep', 'early', 'ended', 'gone']],
    [{ isActive: true, environment: 'TEST' }, ['test one']],
    [{ environment: 'TEST' }, ['test one']],
    [{ scope: 'orders:read' }, ['Plain']],
    [{ scope: 'orders:*' }, ['ÉCLAIR']],
    [{ scope: 'orders:write' }, []],
    [{ createdAfter: '2026-01-01T00:00:09Z' }, ['admin', 'early', 'gone']],
    [{ createdAfter: '2026-01-01T00:00:03Z', createdBefore: '2026-01-01T00:00:05Z' }, ['100 %', 'under_score']],
    [{ createdBefore: '2026-01-01T00:00:01Z' }, []],
    [{ expiresAfter: '2026-11-20T08:00:00Z' }, ['early', 'ended']],
    [{ expiresBefore: '2026-11-20T08:00:00Z' }, []],
    [{ expiresBefore: '2026-11-20T08:00:00.001Z' }, ['ended']],
    [{ lastUsedAfter: '2026-11-19T00:00:00Z' }, ['test one']],
    [{ lastUsedBefore: '2026-11-19T00:00:00Z' }, ['asleep']],
    [{ neverUsed: false }, ['asleep', 'test one']],
    [{ neverUsed: true, status: 'ACTIVE', createdBefore: '2026-01-01T00:00:03Z' }, ['Plain', 'ÉCLAIR']],
  ])('%j finds %j', async (filter, names) => {
    expect(await found(filter)).toEqual(names.sort());
  });

  it('finds what is in a name whatever its case, and takes every character for itself', async () => {
    expect(await found({ nameContains: 'éCLA' })).toEqual(['ÉCLAIR']);
    expect(await found({ nameContains: 'e\u0301cla' })).toEqual(['ÉCLAIR']);
    expect(await found({ nameContains: '%' })).toEqual(['100 %']);
    expect(await found({ nameContains: 'r_s' })).toEqual(['under_score']);
    expect(await found({ nameContains: '\\' })).toEqual(['back\\slash']);
    expect(await found({ nameContains: ' ' })).toEqual(['100 %', 'test one']);
    expect(await found({ nameContains: '__' })).toEqual([]);
  });

  it('finds by owner and by maker, and nothing by a stranger or by two owners at once', async () => {
    expect(await found({ ownerUserId: ann })).toEqual(['Plain']);
    expect(await found({ makerUserId: ben })).toEqual(['Plain', 'ÉCLAIR']);
    expect(await found({ makerUserId: ben, ownerUserId: ben })).toEqual(['ÉCLAIR']);
    expect(await found({ ownerUserId: ben, status: 'REVOKED' })).toEqual([]);
    const other = await makeTenant(service);
    const { user } = await send(service, 'createUser', { email: 'x@example.com' }, other.key);
    expect(await found({ ownerUserId: user.id })).toEqual([]);
    expect(await found({ ownerUserId: 'usr_01k7ra3cp3fn78y00h48sm8nda' })).toEqual([]);
    const ofAnn = `{ user(id: "${ann}") { apiKeys(filter: { ownerUserId: "${ben}" }) { nodes { name } totalCount } } }`;
    expect((await service.graph(ofAnn, {}, tenant.key)).data).toEqual({
      user: { apiKeys: { nodes: [], totalCount: 0 } },
    });
  });

  it('that is null, empty or full of nulls narrows nothing', async () => {
    const all = await found({});
    expect(all).toHaveLength(11);
    for (const filter of [{ nameContains: '' }, { status: null, nameContains: null, neverUsed: null }]) {
      expect(await found(filter)).toEqual(all);
    }
    expect((await page(service, keys, { filter: null }, tenant.key)).nodes).toHaveLength(11);
  });

  it.each([
    [
      { ownerUserId: 'key_01k7ra3cp3fn78y00h48sm8nda' },
      ['filter', 'ownerUserId'],
      'Expected an id that begins with usr_.',
    ],
    [{ makerUserId: '' }, ['filter', 'makerUserId'], 'Expected an id that begins with usr_.'],
    [{ scope: 'no scope' }, ['filter', 'scope', '0'], '"no scope" is not a scope'],
    [
      { nameContains: 'a\u0000b' },
      ['filter', 'nameContains'],
      'A text to search for must not contain control characters',
    ],
    [{ nameContains: 'x'.repeat(256) }, ['filter', 'nameContains'], 'A text to search for has at most 255 characters'],
  ])('%j is refused at %j', async (filter, argument, message) => {
    const query = 'query ($filter: ApiKeyFilter) { apiKeys(filter: $filter) { nodes { name } } }';
    const { data, errors } = await service.graph(query, { filter }, tenant.key);
    expect(data).toEqual({ apiKeys: null });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument } }]);
    expect(errors[0]?.message).toContain(message);
  });

  it('counts what it finds, and for nobody who does not ask', async () => {
    const counted = async (filter: Record<string, unknown>) => {
      const query = 'query ($filter: ApiKeyFilter) { apiKeys(filter: $filter, first: 1) { totalCount } }';
      return (await service.graph(query, { filter }, tenant.key)).data.apiKeys.totalCount;
    };
    expect(await counted({})).toBe(11);
    expect(await counted({ status: 'ACTIVE' })).toBe(9);
    expect(await counted({ nameContains: 'e' })).toBe(6);
    expect(await counted({ makerUserId: ben })).toBe(2);
  });
});

describe('a page of very many keys', () => {
  const count = 12_000;
  let tenant: Awaited<ReturnType<typeof makeTenant>>;
  let owner: string;
  beforeAll(async () => {
    service.clock.now = new Date('2026-11-20T08:00:00Z');
    tenant = await makeTenant(service);
    const { user } = await send(service, 'createUser', { email: 'owner@example.com' }, tenant.key);
    owner = user.id;
    // The oldest are disabled, and owned: whoever walked along all keys would look at thousands before it came to them.
    await insertManyKeys(service.database, {
      tenantId: tenant.id,
      count,
      columns: {
        status: "case when n <= 100 then 'disabled' else 'active' end",
        owner_user_id: `case when n <= 5000 then '${uuidOf(owner)}'::uuid end`,
        user_id: `case when n <= 5000 then '${uuidOf(owner)}'::uuid end`,
      },
    });
    await service.database.sql('vacuum analyze api_keys');
  });

  it.each([
    ['of all', {}, 'ix_api_keys_tenant_created'],
    ['of one status', { status: 'DISABLED' }, 'ix_api_keys_tenant_status'],
    ['of one owner', { ownerUserId: '' }, 'ix_api_keys_owner'],
    ['of one maker', { makerUserId: '' }, 'ix_api_keys_maker'],
    ['of a span of time', { createdBefore: '2026-01-01T00:01:41Z' }, 'ix_api_keys_tenant_created'],
  ])('%s looks at the rows that it shows, and one more', async (_, wanted, index) => {
    const filter = Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, value || owner]));
    const scans = await scansOf(service.database, 'api_keys', async () => {
      const { nodes } = await page(service, keys, { filter, first: 20 }, tenant.key);
      expect(nodes).toHaveLength(20);
      if ('createdBefore' in wanted || 'status' in wanted) expect(nodes[0].name).toBe('key 100');
    });
    expect(scans).toEqual([{ index, rows: 21 }]);
    const byPlatform = await scansOf(service.database, 'api_keys', () =>
      page(service, keys, { filter, tenantId: tenant.id, first: 20 }),
    );
    expect(byPlatform).toEqual([{ index, rows: 21 }]);
    if (!('ownerUserId' in wanted || 'makerUserId' in wanted)) return;
    const inAnyTenant = await scansOf(service.database, 'api_keys', () => page(service, keys, { filter, first: 20 }));
    expect(inAnyTenant).toEqual([{ index, rows: 21 }]);
  });

  it('by anything else looks at ten thousand rows, says that there may be more, and goes on from where it stopped', async () => {
    // Of 12,001 keys, these are the 10,000th and the 10,001st, both ways.
    for (const [backwards, within, beyond] of [
      [false, 'key 2002', 'key 2001'],
      [true, 'key 10000', 'key 10001'],
    ] as const) {
      const [way, cursor] = backwards ? ['last', 'before'] : ['first', 'after'];
      const more = backwards ? 'hasPreviousPage' : 'hasNextPage';
      const ask = async (name: string, at: string | null = null) => {
        const { nodes, pageInfo } = await page(
          service,
          keys,
          { filter: { nameContains: name }, [way]: 5, [cursor]: at },
          tenant.key,
        );
        return { names: nodes.map((node: { name: string }) => node.name), pageInfo };
      };
      const found = await ask(within);
      expect(found).toMatchObject({ names: [within], pageInfo: { [more]: true } });
      const empty = await ask(beyond);
      expect(empty).toMatchObject({ names: [], pageInfo: { [more]: true } });
      expect(empty.pageInfo.startCursor).toBe(empty.pageInfo.endCursor);
      const next = await ask(beyond, empty.pageInfo.endCursor);
      expect(next).toMatchObject({ names: [beyond], pageInfo: { [more]: false } });
    }
  });

  it('by anything else loses and doubles nothing on the whole way, in both directions', async () => {
    const filter = { nameContains: 'KEY 7' };
    const names = Array.from({ length: count }, (_, n) => `key ${count - n}`).filter((name) =>
      name.startsWith('key 7'),
    );
    for (const way of [{ backwards: false }, { backwards: true }]) {
      const { rows, pages } = await walk(service, keys, { size: 100, args: { filter }, ...way }, tenant.key);
      expect(rows.map(({ name }) => name)).toEqual(names);
      expect(pages).toBe(12);
    }
  });

  it('by anything else goes on behind what was looked at, and not behind what was found', async () => {
    // Key 11999 is the third of 12,001, and of the rest none matches: two pages look at all of them.
    const { rows, pages } = await walk(
      service,
      keys,
      { size: 5, args: { filter: { nameContains: 'key 11999' } } },
      tenant.key,
    );
    expect([rows, pages]).toEqual([[{ name: 'key 11999' }], 2]);
    const args = { filter: { nameContains: 'key 11999' }, first: 5 };
    const { pageInfo } = await page(service, keys, args, tenant.key);
    const next = await scansOf(service.database, 'api_keys', () =>
      page(service, keys, { ...args, after: pageInfo.endCursor }, tenant.key),
    );
    for (const { rows: looked } of next) expect(looked).toBeLessThanOrEqual(2_001);
  });

  it('ends exactly where its ten thousandth row is the last', async () => {
    const filter = { nameContains: 'nothing', createdAfter: '2026-01-01T00:33:21Z' };
    const cut = await page(service, keys, { filter }, tenant.key);
    expect(cut.pageInfo).toMatchObject({ hasNextPage: true });
    const whole = await page(
      service,
      keys,
      { filter: { ...filter, createdAfter: '2026-01-01T00:33:22Z' } },
      tenant.key,
    );
    expect(whole.pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null });
  });

  it('counts by one index however many there are, and says nothing where it would have to look at more', async () => {
    const counted = async (filter: Record<string, unknown>) => {
      const query = 'query ($filter: ApiKeyFilter) { apiKeys(filter: $filter, first: 1) { totalCount } }';
      return (await service.graph(query, { filter }, tenant.key)).data.apiKeys.totalCount;
    };
    expect(await counted({})).toBe(count + 1);
    expect(await counted({ status: 'ACTIVE' })).toBe(count - 99);
    expect(await counted({ nameContains: 'key' })).toBeNull();
    expect(await counted({ nameContains: 'key', createdAfter: '2026-01-01T00:33:22Z' })).toBe(9_999);
    expect(await counted({ nameContains: 'key', createdAfter: '2026-01-01T00:33:21Z' })).toBeNull();
  });
});
