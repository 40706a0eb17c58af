import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Unavailable } from '../../src/lib/errors.ts';
import { newUuid } from '../../src/lib/ids.ts';
import { limits } from '../../src/lib/limits.ts';
import { openVerifierPool } from '../../src/store/verifierPool.ts';
import { createFlights } from '../../src/verification/flights.ts';
import { createReadRows, type ReadRows } from '../../src/verification/readRows.ts';
import { ringOf } from '../crypto/samples.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertMintedKeys } from '../support/mintedKeys.ts';
import { insertTenant } from '../support/rows.ts';
import { countStatements } from '../support/statements.ts';

let database: TestDatabase;
let pool: Pool;
let keyIds: string[];
beforeAll(async () => {
  database = await createDatabase();
  pool = openVerifierPool(database.service);
  const tenantId = await insertTenant(database);
  const keys = await insertMintedKeys(database, ringOf({ 1: 'active' }), { tenantId, count: 250 });
  keyIds = keys.map(({ keyId }) => keyId);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

type World = { readonly mayJoin?: boolean; readonly readRows?: ReadRows; readonly statementsMax?: number };

/** Flights on the real table; `land` sends what has gathered. */
function flightsIn({ mayJoin = true, readRows = createReadRows(pool), statementsMax = 4 }: World = {}) {
  let gathered: (() => void)[] = [];
  let begun = 0;
  const memory = { beginRead: () => ({ epoch: 1, seq: ++begun }), mayJoin: () => mayJoin };
  const flights = createFlights({ memory, readRows, statementsMax, defer: (work) => void gathered.push(work) });
  const land = () => {
    const works = gathered;
    gathered = [];
    for (const work of works) work();
  };
  const find = async (keyId: string) => (await flights.find(keyId).found).row?.keyId;
  return { flights, land, find };
}

const first = () => keyIds[0] ?? '';

describe('keys that are looked up', () => {
  it('all of one moment are one statement, a hundred at most, and each is found or not by itself', async () => {
    const { find, land } = flightsIn();
    const unknown = newUuid();
    const sent = await countStatements(async () => {
      const found = Promise.all([...keyIds, unknown].map(find));
      land();
      expect(await found).toEqual([...keyIds, undefined]);
    });
    expect(sent).toHaveLength(Math.ceil(251 / limits.lookupBatchMax));
    expect(sent.every((text) => text.endsWith('where k.id = any($1::uuid[])'))).toBe(true);
  });

  it('one alone is asked for by itself', async () => {
    const { find, land } = flightsIn();
    const sent = await countStatements(async () => {
      const found = find(first());
      land();
      expect(await found).toBe(first());
    });
    expect(sent.map((text) => text.slice(-15))).toEqual(['where k.id = $1']);
  });

  it('one that many ask for at one moment is asked for once', async () => {
    const { find, land } = flightsIn();
    const sent = await countStatements(async () => {
      const found = Promise.all(Array.from({ length: 1000 }, () => find(first())));
      land();
      expect(new Set(await found)).toEqual(new Set([first()]));
    });
    expect(sent).toHaveLength(1);
  });

  it('who comes after a question was sent shares its answer only while nothing has changed', async () => {
    for (const [mayJoin, statements] of [
      [true, 1],
      [false, 2],
    ] as const) {
      const { flights, land } = flightsIn({ mayJoin });
      const sent = await countStatements(async () => {
        const before = flights.find(first());
        expect(before.isFresh).toBe(true);
        land();
        const after = flights.find(first());
        expect(after.isFresh).toBe(!mayJoin);
        land();
        const [one, other] = await Promise.all([before.found, after.found]);
        expect([one.read.seq, other.read.seq]).toEqual(mayJoin ? [1, 1] : [1, 2]);
      });
      expect(sent).toHaveLength(statements);
    }
  });

  it('asked for afresh, it never has the answer to a question from before', async () => {
    const { flights, land } = flightsIn();
    const before = flights.find(first());
    land();
    const fresh = flights.findFresh(first());
    land();
    expect([(await before.found).read.seq, (await fresh).read.seq]).toEqual([1, 2]);
  });

  it('so many wait and no more; who comes then is told to try again, and the others are answered', async () => {
    const { flights, land, find } = flightsIn({ readRows: async () => new Map() });
    const waiting = Array.from({ length: limits.lookupsWaitingMax }, () => find(newUuid()));
    await expect(flights.find(newUuid()).found).rejects.toBeInstanceOf(Unavailable);
    land();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([undefined]));
    const next = find(newUuid());
    land();
    expect(await next).toBeUndefined();
  });

  it('no more statements are sent at once than there are connections', async () => {
    let running = 0;
    let most = 0;
    const read = createReadRows(pool);
    const readRows: ReadRows = async (ids) => {
      most = Math.max(most, ++running);
      try {
        return await read(ids);
      } finally {
        running--;
      }
    };
    const { find, land } = flightsIn({ readRows, statementsMax: 2 });
    const found = Promise.all(keyIds.map(find));
    land();
    expect(await found).toEqual(keyIds);
    expect(most).toBe(2);
  });

  it('a question that fails fails for all who asked it, and for nobody after them', async () => {
    const outage = new Unavailable('not now');
    let fails = true;
    const read = createReadRows(pool);
    const readRows: ReadRows = (ids) => (fails ? Promise.reject(outage) : read(ids));
    const { find, land } = flightsIn({ readRows });
    const failed = Promise.allSettled([find(first()), find(first()), find(newUuid())]);
    land();
    expect(await failed).toEqual(Array.from({ length: 3 }, () => ({ status: 'rejected', reason: outage })));
    fails = false;
    const found = find(first());
    land();
    expect(await found).toBe(first());
  });
});
