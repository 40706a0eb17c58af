import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertManyKeys, uuidOf } from '../support/manyKeys.ts';
import { page, walk } from '../support/pages.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { makeTenant } from '../support/verbs.ts';

const keys = { field: 'apiKeys', types: {}, row: 'name createdAt' };
const named = (rows: { name: string }[]) => rows.map((row) => row.name);

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());
beforeEach(async () => {
  // Its own key is the newest, and in every list the first.
  service.clock.now = new Date('2026-11-20T08:00:00Z');
  tenant = await makeTenant(service);
});

const both = [{ backwards: false }, { backwards: true }];

describe('pages of a list', () => {
  it.each(both)('lose and double no row that an import gave microseconds within one millisecond: %j', async (way) => {
    const createdAt = "timestamptz '2026-01-01 08:00:00.123' + (n * 37 % 50) * interval '1 microsecond'";
    const newestFirst = await insertManyKeys(service.database, { tenantId: tenant.id, count: 50, createdAt });
    const { rows, pages } = await walk(service, keys, { size: 7, ...way }, tenant.key);
    expect(named(rows)).toEqual(['admin', ...newestFirst]);
    expect(pages).toBe(8);
    expect(rows[1].createdAt).toBe('2026-01-01T08:00:00.123049Z');
  });

  it.each(both)('lose and double no row of those made at one moment: %j', async (way) => {
    const createdAt = "timestamptz '2026-01-01 08:00:00.5'";
    const newestFirst = await insertManyKeys(service.database, { tenantId: tenant.id, count: 30, createdAt });
    for (const size of [1, 10, 31]) {
      const { rows, pages } = await walk(service, keys, { size, ...way }, tenant.key);
      expect(named(rows)).toEqual(['admin', ...newestFirst]);
      expect(pages).toBe(31 / size === 3.1 ? 4 : 31 / size);
    }
  });

  it.each(both)('show every row that stays, once, while others come and go between the pages: %j', async (way) => {
    const all = await insertManyKeys(service.database, { tenantId: tenant.id, count: 40 });
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let round = 1; ; round++) {
      const [count, at] = way.backwards ? ['last', 'before'] : ['first', 'after'];
      const { nodes, pageInfo } = await page(
        service,
        keys,
        { [count as string]: 4, [at as string]: cursor },
        tenant.key,
      );
      seen.push(...named(way.backwards ? nodes.toReversed() : nodes));
      cursor = way.backwards ? pageInfo.startCursor : pageInfo.endCursor;
      if (!(way.backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) break;
      // The row that the cursor stands on goes, and others come where the reader has been and where it has not.
      await service.database.sql('delete from api_keys where tenant_id = $1 and name = $2', [
        uuidOf(tenant.id),
        seen.at(-1),
      ]);
      await insertManyKeys(service.database, {
        tenantId: tenant.id,
        count: 1,
        name: `'new ${round}'`,
        createdAt: "timestamptz '2026-01-01' + interval '20.5 seconds'",
      });
    }
    const stayed = seen.filter((name) => !name.startsWith('new'));
    expect(stayed).toEqual(way.backwards ? [...all.toReversed(), 'admin'] : ['admin', ...all]);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('go on and back: each way leads to the page that one came from', async () => {
    await insertManyKeys(service.database, { tenantId: tenant.id, count: 9 });
    const first = await page(service, keys, { first: 4 }, tenant.key);
    const second = await page(service, keys, { first: 4, after: first.pageInfo.endCursor }, tenant.key);
    const third = await page(service, keys, { first: 4, after: second.pageInfo.endCursor }, tenant.key);
    expect([first, second, third].map(({ nodes }) => named(nodes))).toEqual([
      ['admin', 'key 9', 'key 8', 'key 7'],
      ['key 6', 'key 5', 'key 4', 'key 3'],
      ['key 2', 'key 1'],
    ]);
    const flags = [first, second, third].map(({ pageInfo }) => [pageInfo.hasPreviousPage, pageInfo.hasNextPage]);
    expect(flags).toEqual([
      [false, true],
      [true, true],
      [true, false],
    ]);
    const back = await page(service, keys, { last: 4, before: third.pageInfo.startCursor }, tenant.key);
    expect(back.nodes).toEqual(second.nodes);
    expect(back.pageInfo).toEqual({ ...second.pageInfo, hasNextPage: true, hasPreviousPage: true });
    const start = await page(service, keys, { before: back.pageInfo.startCursor }, tenant.key);
    expect(start.nodes).toEqual(first.nodes);
    expect([start.pageInfo.hasPreviousPage, start.pageInfo.hasNextPage]).toEqual([false, true]);
  });

  it('end where the list ends: nothing after the last row, and an empty list has no cursors', async () => {
    const last = await page(service, keys, { last: 1 }, tenant.key);
    const beyond = await page(service, keys, { after: last.pageInfo.endCursor }, tenant.key);
    expect(beyond).toEqual({
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
    const empty = await page(service, { ...keys, field: 'users', row: 'id' }, {}, tenant.key);
    expect(empty).toEqual({
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it('exactly as long as the list say that there is no more', async () => {
    await insertManyKeys(service.database, { tenantId: tenant.id, count: 19 });
    const { nodes, pageInfo } = await page(service, keys, {}, tenant.key);
    expect([nodes.length, pageInfo.hasNextPage]).toEqual([20, false]);
    await insertManyKeys(service.database, { tenantId: tenant.id, count: 1, name: "'one more'" });
    expect((await page(service, keys, {}, tenant.key)).pageInfo.hasNextPage).toBe(true);
  });

  it('have edges with the same rows, and the cursor of each leads on from it', async () => {
    await insertManyKeys(service.database, { tenantId: tenant.id, count: 5 });
    const query =
      '{ apiKeys(first: 4) { edges { cursor node { name } } nodes { name } pageInfo { startCursor endCursor } } }';
    const { apiKeys } = (await service.graph(query, {}, tenant.key)).data;
    expect(apiKeys.edges.map((edge: { node: unknown }) => edge.node)).toEqual(apiKeys.nodes);
    expect(apiKeys.pageInfo).toEqual({ startCursor: apiKeys.edges[0].cursor, endCursor: apiKeys.edges[3].cursor });
    const after = await page(service, keys, { after: apiKeys.edges[1].cursor }, tenant.key);
    expect(named(after.nodes)).toEqual(['key 4', 'key 3', 'key 2', 'key 1']);
  });
});
