import { Pool } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '../../src/lib/errors.ts';
import { createReadQueue } from '../../src/store/readQueue.ts';
import { sql } from '../../src/store/sql.ts';
import { beginReading } from '../../src/store/tenancy.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertTenant } from '../support/rows.ts';
import { countStatements } from '../support/statements.ts';

let database: TestDatabase;
let pool: Pool;
let tenantId: string;
beforeEach(async () => {
  database = await createDatabase();
  pool = new Pool({ ...database.service, max: 1 });
  // As the ORM does for the pool that the service reads on.
  pool.on('connect', (client) => client.on('error', () => {}));
  tenantId = await insertTenant(database);
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

function queueFor(standing: 'platform' | 'tenant', signal?: AbortSignal) {
  return createReadQueue({
    pool: async () => pool,
    begin: beginReading({ standing, tenantId }),
    role: standing,
    signal,
  });
}
const one = sql`select 1 as one`;
/** Waits until the one connection is given back. */
const settled = async () => (await pool.connect()).release();
const names = (texts: string[]) => texts.map((text) => text.split(/[ ;]/, 1)[0]);

describe('the reads of a request', () => {
  it('that follow one another without a pause are one transaction, however many levels they have', async () => {
    const read = queueFor('tenant');
    const sent = await countStatements(async () => {
      const rows = await Promise.all([read((query) => query(one)), read((query) => query(one))]);
      expect(rows).toEqual([[{ one: 1 }], [{ one: 1 }]]);
      await Promise.resolve();
      await read((query) => query(one));
      await settled();
    });
    expect(names(sent)).toEqual(['begin', 'select', 'select', 'select', 'commit']);
  });

  it('see one snapshot, and those after a pause what has changed meanwhile', async () => {
    const read = queueFor('platform');
    const count = () => read((query) => query<{ n: number }>(sql`select count(*)::int as n from tenants`));
    const both = await read(async (query) => {
      const before = await query<{ n: number }>(sql`select count(*)::int as n from tenants`);
      await insertTenant(database);
      return [...before, ...(await query<{ n: number }>(sql`select count(*)::int as n from tenants`))];
    });
    expect(both).toEqual([{ n: 1 }, { n: 1 }]);
    await settled();
    expect(await count()).toEqual([{ n: 2 }]);
  });

  it('see what their caller may see, and can change nothing', async () => {
    await insertTenant(database);
    const seen = await queueFor('tenant')((query) => query(sql`select id from tenants`));
    expect(seen).toEqual([{ id: tenantId }]);
    expect(await queueFor('platform')((query) => query(sql`select id from tenants`))).toHaveLength(2);
    const write = queueFor('platform')((query) => query(sql`update tenants set name = 'changed'`));
    await expect(write).rejects.toThrow(Unavailable);
    await expect(write).rejects.toMatchObject({ cause: { code: '25006' } });
  });

  it('one that fails takes no other along, and leaves the connection whole', async () => {
    const read = queueFor('tenant');
    const [before, failed, after] = await Promise.allSettled([
      read((query) => query(one)),
      read((query) => query(sql`select 1 / 0`)),
      read((query) => query(one)),
    ]);
    expect([before.status, failed.status, after.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await settled();
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
    expect((await pool.query('select current_user = session_user as itself')).rows).toEqual([{ itself: true }]);
  });

  it('of a broken connection are an outage, and the next has another connection', async () => {
    const read = queueFor('tenant');
    const broken = read(async (query) => {
      const [backend] = await query<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await database.sql('select pg_terminate_backend($1)', [backend?.pid]);
      return query(one);
    });
    await expect(broken).rejects.toThrow(Unavailable);
    expect(await read((query) => query(one))).toEqual([{ one: 1 }]);
    expect(pool.totalCount).toBe(1);
  });

  it('whose client has left are not begun', async () => {
    const left = new AbortController();
    const read = queueFor('tenant', left.signal);
    const sent = await countStatements(async () => {
      const running = read(async (query) => {
        left.abort(new Error('gone'));
        return query(one);
      });
      const waiting = read((query) => query(one));
      expect(await running).toEqual([{ one: 1 }]);
      await expect(waiting).rejects.toThrow('gone');
      await expect(read((query) => query(one))).rejects.toThrow('gone');
    });
    expect(names(sent)).toEqual(['begin', 'select', 'rollback']);
  });

  it('a value is never text of its statement', async () => {
    const nasty = `'; drop table tenants; --`;
    const read = queueFor('tenant');
    const rows = await read((query) =>
      query(sql`select ${nasty}::text as value, ${sql`${1}::int`} + ${2}::int as sum`),
    );
    expect(rows).toEqual([{ value: nasty, sum: 3 }]);
    expect(() => beginReading({ standing: 'tenant', tenantId: `${tenantId}'` })).toThrow('a tenant id is a UUID');
  });
});
