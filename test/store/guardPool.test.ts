import { Pool } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardPool } from '../../src/store/guardPool.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let pool: Pool;
beforeEach(async () => {
  database = await createDatabase();
  pool = new Pool({ ...database.admin, max: 1 });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

describe('a guarded pool', () => {
  it('gives up a connection on which nothing moves for too long, and has another in its place', async () => {
    guardPool(pool, 50);
    await expect(pool.query('select pg_sleep(10)')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('waits for as long as a statement takes where nothing limits it: a migration indexes a million rows in silence', async () => {
    guardPool(pool, null);
    expect((await pool.query('select 1 as one from pg_sleep(0.2)')).rows).toEqual([{ one: 1 }]);
  });
});
