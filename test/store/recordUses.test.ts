import { Client, type Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordUses, type Use } from '../../src/store/recordUses.ts';
import { openVerifierPool } from '../../src/store/verifierPool.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { rowOf } from '../support/mintedKeys.ts';
import { insertKey, insertTenant } from '../support/rows.ts';
import { countStatements } from '../support/statements.ts';

let database: TestDatabase;
let pool: Pool;
let tenantId: string;
beforeAll(async () => {
  database = await createDatabase();
  pool = openVerifierPool(database.service, { name: 'verify', connectionsMax: 1 });
  tenantId = await insertTenant(database);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const minuteMs = 60_000;
const start = Date.parse('2026-11-20T08:00:00.123Z');

/** A key whose second secret is the current one, and whose first is retiring. */
async function oneKey(): Promise<string> {
  const id = await insertKey(database, { tenantId });
  await database.sql('update api_keys set secret_no = 2 where id = $1', [id]);
  return id;
}

async function someKeys(count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await oneKey());
  return ids;
}

/** Does something while a transaction holds what a statement has locked. */
async function whileHeld<T>(lock: string, values: readonly unknown[], work: () => Promise<T>): Promise<T> {
  const holder = new Client(database.admin);
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query(lock, [...values]);
    return await work();
  } finally {
    await holder.end();
  }
}

/** What the rows say, in milliseconds: of the key, of its current secret, of its first. */
async function timesOf(keyId: string) {
  const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
  const [times] = await database.sql<{ key: number | null; current: number | null; first: number | null }>(
    `select ${ms('k.last_used_at')} as key, ${ms('k.secret_last_used_at')} as current, ${ms('r.last_used_at')} as first
     from api_keys k left join api_key_retiring_secrets r on r.api_key_id = k.id where k.id = $1`,
    [keyId],
  );
  return times;
}

/** Which versions of its rows there are, and who has locked them: nothing of it moves unless something is written. */
async function marksOf(keyId: string) {
  return database.sql(
    `select xmin::text, xmax::text, ctid::text from api_keys where id = $1
     union all select xmin::text, xmax::text, ctid::text from api_key_retiring_secrets where api_key_id = $1`,
    [keyId],
  );
}

const use = (keyId: string, secretNo: number, atMs: number): Use => ({ keyId, secretNo, atMs });

describe('a use', () => {
  it('of the current secret is written to its key and to it, in one statement, and nothing else of the row changes', async () => {
    const id = await oneKey();
    const before = await rowOf(database, id);
    const sent = await countStatements(async () => {
      expect(await recordUses(pool, [use(id, 2, start)])).toEqual({ written: 1, kept: [] });
    });
    expect(sent).toHaveLength(1);
    expect(await timesOf(id)).toEqual({ key: start, current: start, first: null });
    const { last_used_at, secret_last_used_at } = await rowOf(database, id);
    expect(await rowOf(database, id)).toEqual({ ...before, last_used_at, secret_last_used_at });
  });

  it('of a secret that was rotated out since is not the new one’s', async () => {
    const id = await oneKey();
    const sent = await countStatements(async () => {
      expect(await recordUses(pool, [use(id, 1, start)])).toEqual({ written: 2, kept: [] });
    });
    expect(sent).toHaveLength(2);
    expect(await timesOf(id)).toEqual({ key: start, current: null, first: start });
  });

  it('of a secret that is gone is still one of its key', async () => {
    const id = await oneKey();
    await database.sql('delete from api_key_retiring_secrets where api_key_id = $1', [id]);
    expect(await recordUses(pool, [use(id, 1, start)])).toEqual({ written: 1, kept: [] });
    expect(await timesOf(id)).toEqual({ key: start, current: null, first: null });
  });

  it('of a key that is gone is forgotten, and keeps no other from being written', async () => {
    const [gone, id] = [await oneKey(), await oneKey()];
    await database.sql('delete from api_keys where id = $1', [gone]);
    expect(await recordUses(pool, [use(gone, 2, start), use(gone, 1, start), use(id, 2, start)])).toEqual({
      written: 1,
      kept: [],
    });
    expect(await timesOf(id)).toMatchObject({ key: start });
  });

  it('of both secrets of a key is one write of its row, with the later time', async () => {
    const id = await oneKey();
    expect(await recordUses(pool, [use(id, 2, start), use(id, 1, start + 500)])).toEqual({ written: 2, kept: [] });
    expect(await timesOf(id)).toEqual({ key: start + 500, current: start, first: start + 500 });
  });
});

describe('a stored time', () => {
  it('that is less than a minute behind stays, and its row is not so much as locked', async () => {
    const id = await oneKey();
    await recordUses(pool, [use(id, 2, start), use(id, 1, start)]);
    const marks = await marksOf(id);
    const soon = start + minuteMs - 1;
    expect(await recordUses(pool, [use(id, 2, soon), use(id, 1, soon)])).toEqual({ written: 0, kept: [] });
    expect(await marksOf(id)).toEqual(marks);
    expect(await timesOf(id)).toEqual({ key: start, current: start, first: start });
    const due = start + minuteMs;
    expect(await recordUses(pool, [use(id, 2, due), use(id, 1, due)])).toEqual({ written: 2, kept: [] });
    expect(await timesOf(id)).toEqual({ key: due, current: due, first: due });
  });

  it('never goes back, whoever writes last', async () => {
    const id = await oneKey();
    await recordUses(pool, [use(id, 2, start), use(id, 1, start)]);
    const marks = await marksOf(id);
    const hourAgo = start - 60 * minuteMs;
    expect(await recordUses(pool, [use(id, 2, hourAgo), use(id, 1, hourAgo)])).toEqual({ written: 0, kept: [] });
    expect(await marksOf(id)).toEqual(marks);
  });

  it('of a key stays where only its secret’s is behind', async () => {
    const id = await oneKey();
    await recordUses(pool, [use(id, 1, start)]);
    const earlier = start - 10 * minuteMs;
    expect(await recordUses(pool, [use(id, 2, earlier)])).toEqual({ written: 1, kept: [] });
    expect(await timesOf(id)).toEqual({ key: start, current: earlier, first: start });
    // The other way round, too: a retiring secret's use moves the key's time and leaves the current one's.
    expect(await recordUses(pool, [use(id, 1, start + minuteMs)])).toEqual({ written: 2, kept: [] });
    expect(await timesOf(id)).toEqual({ key: start + minuteMs, current: earlier, first: start + minuteMs });
  });
});

describe('a row that somebody holds', () => {
  it.each([
    ['a key', 'select from api_keys where id = $1 for update', { written: 2, kept: 2 }],
    [
      'a retiring secret',
      'select from api_key_retiring_secrets where api_key_id = $1 for update',
      { written: 3, kept: 1 },
    ],
  ])('is not waited for, but kept, and the others are written: %s', async (_, lock, { written, kept }) => {
    const [held, free] = [await oneKey(), await oneKey()];
    const uses = [use(free, 2, start), use(held, 1, start), use(held, 2, start), use(free, 1, start)];
    const recorded = await whileHeld(lock, [held], () => recordUses(pool, uses));
    expect(recorded.written).toBe(written);
    expect(recorded.kept.map(({ keyId }) => keyId)).toEqual(Array.from({ length: kept }, () => held));
    expect(await timesOf(free)).toEqual({ key: start, current: start, first: start });
    expect(await recordUses(pool, recorded.kept)).toEqual({ written: 4 - written, kept: [] });
    expect(await timesOf(held)).toEqual({ key: start, current: start, first: start });
  });
});

describe('many at once', () => {
  it('two nodes that write the same keys from opposite ends never lock each other out', async () => {
    const ids = await someKeys(40);
    const other = openVerifierPool(database.service, { name: 'verify', connectionsMax: 1 });
    const rounds = 60;
    const node = async (on: Pool, keys: readonly string[]) => {
      for (let round = 1; round <= rounds; round++) {
        const at = start + round * minuteMs;
        let left: readonly Use[] = keys.flatMap((id) => [use(id, 2, at), use(id, 1, at)]);
        while (left.length > 0) left = (await recordUses(on, left)).kept;
      }
    };
    await Promise.all([node(pool, ids), node(other, ids.toReversed())]);
    await other.end();
    const last = start + rounds * minuteMs;
    for (const id of ids) expect(await timesOf(id)).toEqual({ key: last, current: last, first: last });
  });

  it('no rotation that comes between gives its new secret the use of the old one', async () => {
    const ids = await someKeys(40);
    const rotator = new Client(database.admin);
    await rotator.connect();
    const rotated = `with old as (select id from api_keys where id = $1 for update)
      update api_keys k set secret_no = secret_no + 1, secret_last_used_at = null from old where k.id = old.id`;
    for (let no = 2; no < 32; no++) {
      // Key by key, so that the writer finds some of them rotated, some not, and some in the midst of it.
      const rotate = async () => {
        for (const id of ids) await rotator.query(rotated, [id]);
      };
      const record = async () => {
        for (let part = 0; part < 8; part++) {
          const at = start + (no * 8 + part) * minuteMs;
          const uses = ids.map((id) => use(id, no, at));
          await recordUses(pool, uses);
        }
      };
      await Promise.all([rotate(), record()]);
      const wrong =
        'select id from api_keys where id = any($1) and (secret_no <> $2 or secret_last_used_at is not null)';
      expect(await database.sql(wrong, [ids, no + 1])).toEqual([]);
    }
    await rotator.end();
  });

  it('is written in place, however often: no index has a new entry', async () => {
    const fresh = await createDatabase();
    const writer = openVerifierPool(fresh.service, { name: 'verify', connectionsMax: 1 });
    // Room for every version on its page: what else runs on this server may keep the old ones from being cleared away.
    await fresh.sql('alter table api_keys set (fillfactor = 10)');
    const tenant = await insertTenant(fresh);
    const ids: string[] = [];
    while (ids.length < 30) ids.push(await insertKey(fresh, { tenantId: tenant }));
    for (let round = 0; round < 5; round++) {
      const uses = ids.map((id) => use(id, 1, start + round * minuteMs));
      expect(await recordUses(writer, uses)).toEqual({ written: 30, kept: [] });
      expect(await recordUses(writer, uses)).toEqual({ written: 0, kept: [] });
    }
    await writer.query('select pg_stat_force_next_flush()');
    await writer.query('select 1');
    const [counts] = await fresh.sql<{ updated: number; hot: number }>(
      "select n_tup_upd::int as updated, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = 'api_keys'",
    );
    await writer.end();
    await fresh.drop();
    expect(counts).toEqual({ updated: 150, hot: 150 });
  });
});
