import { Client, type Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newUuid } from '../../src/lib/ids.ts';
import { limits } from '../../src/lib/limits.ts';
import type { Use } from '../../src/store/recordUses.ts';
import { openVerifierPool } from '../../src/store/verifierPool.ts';
import { createUses, type UsesParts } from '../../src/verification/uses.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertKey, insertTenant } from '../support/rows.ts';
import { countStatements } from '../support/statements.ts';

let database: TestDatabase;
let pool: Pool;
let ids: string[];
const start = Date.parse('2026-11-20T08:00:00.123Z');
const minuteMs = 60_000;
beforeAll(async () => {
  database = await createDatabase();
  pool = openVerifierPool(database.service);
  const tenantId = await insertTenant(database);
  ids = [];
  while (ids.length < 4) ids.push(await insertKey(database, { tenantId }));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await database.sql('update api_keys set last_used_at = null, secret_last_used_at = null');
});

/** A queue whose timer a test cranks by hand; what is told, and the times that are waited. */
function openUses(parts: Partial<UsesParts> = {}) {
  const faults: unknown[] = [];
  const timers: { readonly work: () => Promise<unknown>; readonly ms: number }[] = [];
  const uses = createUses({
    pool,
    onFault: (error) => faults.push(error),
    later: (work, ms) => void timers.push({ work, ms }),
    ...parts,
  });
  return {
    uses,
    faults,
    timers,
    /** Lets the time pass for which a timer was set; one at a time, or the queue asks the database twice. */
    async turn() {
      expect(timers).toHaveLength(1);
      await timers.pop()?.work();
    },
  };
}

const use = (at: number, atMs: number, secretNo = 1): Use => ({ keyId: ids[at] ?? '', secretNo, atMs });

/** When the keys were last used, in their order. */
async function times(): Promise<(number | null)[]> {
  const rows = await database.sql<{ at: number | null }>(
    `select (extract(epoch from last_used_at) * 1000)::float8 as at from api_keys order by array_position($1::uuid[], id)`,
    [ids],
  );
  return rows.map(({ at }) => at);
}

const holders: Client[] = [];
afterEach(async () => {
  for (const holder of holders.splice(0)) await holder.end();
});

async function holding(sql: string, values: readonly unknown[] = []): Promise<{ letGo(): Promise<void> }> {
  const holder = new Client(database.admin);
  holders.push(holder);
  await holder.connect();
  await holder.query('begin');
  await holder.query(sql, [...values]);
  return { letGo: () => holder.end() };
}
const holdFirst = () => holding('select from api_keys where id = $1 for update', [ids[0]]);
const holdTable = () => holding('lock table api_keys in exclusive mode');

describe('uses', () => {
  it('of one secret become one, the latest, and those of a key one write of its row', async () => {
    const { uses, turn, timers } = openUses();
    expect(timers).toEqual([]);
    for (const atMs of [start, start + 9, start + 5]) expect(uses.note(use(0, atMs))).toBe(true);
    uses.note(use(0, start + 7, 2));
    uses.note(use(1, start));
    expect(uses.waiting).toBe(3);
    expect(timers.map(({ ms }) => ms)).toEqual([limits.usesFlushMs]);
    const sent = await countStatements(turn);
    // The one of the keys, and one for the use of a secret that is not the current one.
    expect(sent).toHaveLength(2);
    expect(await times()).toEqual([start + 9, start, null, null]);
    expect([uses.waiting, uses.written, uses.dropped]).toEqual([0, 2, 0]);
    expect(timers).toEqual([]);
  });

  it('cost no statement when they are noted, and none while none waits', async () => {
    const { uses } = openUses();
    expect(await countStatements(async () => void uses.note(use(0, start)))).toEqual([]);
    await uses.drain();
    expect(await countStatements(() => uses.drain())).toEqual([]);
  });

  it('are written five hundred in a statement', async () => {
    const { uses, turn } = openUses();
    for (let n = 0; n < 2 * limits.usesBatchRows + 1; n++) uses.note({ keyId: newUuid(), secretNo: 1, atMs: start });
    expect(await countStatements(turn)).toHaveLength(3);
    expect(uses.waiting).toBe(0);
  });

  it('that come while others are written wait for the next time, and the later one stands', async () => {
    const { uses, turn, timers } = openUses();
    uses.note(use(0, start));
    const { letGo } = await holdTable();
    const writing = turn();
    // It is on its way: still counted, and a new use of the same secret is one of its own.
    expect([uses.waiting, timers.length]).toEqual([1, 0]);
    await Promise.resolve();
    uses.note(use(0, start + minuteMs));
    expect([uses.waiting, timers.length]).toEqual([2, 1]);
    await letGo();
    await writing;
    expect(await times()).toEqual([start, null, null, null]);
    expect([uses.waiting, timers.length]).toEqual([1, 1]);
    await turn();
    expect(await times()).toEqual([start + minuteMs, null, null, null]);
    expect(timers).toEqual([]);
  });

  it('of a row that somebody holds keep no other waiting, and come later, with what came meanwhile', async () => {
    const { uses, turn, faults } = openUses();
    const { letGo } = await holdFirst();
    uses.note(use(0, start));
    uses.note(use(1, start));
    await turn();
    expect(await times()).toEqual([null, start, null, null]);
    expect([uses.waiting, uses.written]).toEqual([1, 1]);
    uses.note(use(0, start + 1));
    expect(uses.waiting).toBe(1);
    await letGo();
    await turn();
    expect(await times()).toEqual([start + 1, start, null, null]);
    expect([uses.waiting, uses.dropped, faults]).toEqual([0, 0, []]);
  });
});

describe('the room', () => {
  it('is bounded: beyond it a use is counted and not kept, and a secret that waits already still moves', async () => {
    const { uses, turn } = openUses();
    const strangers = limits.usesWaitingMax - 1;
    for (let n = 0; n < strangers; n++) uses.note({ keyId: newUuid(), secretNo: 1, atMs: start });
    expect(uses.note(use(0, start))).toBe(true);
    expect(uses.note(use(1, start))).toBe(false);
    // Another secret of a key that waits is one more, too.
    expect(uses.note(use(0, start, 2))).toBe(false);
    expect(uses.note(use(0, start + 2))).toBe(true);
    expect([uses.waiting, uses.dropped]).toEqual([limits.usesWaitingMax, 2]);
    const writing = turn();
    await Promise.resolve();
    // What is being written takes its room until it is.
    expect(uses.note(use(1, start))).toBe(false);
    await writing;
    expect(await times()).toEqual([start + 2, null, null, null]);
    expect(uses.note(use(1, start))).toBe(true);
    expect([uses.waiting, uses.dropped]).toEqual([1, 3]);
  });
});

describe('a database that is away', () => {
  it('is asked no oftener than a queue is written, told of once for each outage, and costs no use', async () => {
    const { uses, turn, faults, timers } = openUses();
    for (const outage of [1, 2]) {
      const at = start + outage * minuteMs;
      uses.note(use(0, at));
      uses.note(use(1, at));
      const { letGo } = await holdTable();
      for (let round = 0; round < 2; round++) {
        expect(await countStatements(turn)).toHaveLength(1);
        expect([uses.waiting, faults.length, timers.length]).toEqual([2, outage, 1]);
      }
      expect(faults.at(-1)).toMatchObject({ name: 'Unavailable' });
      await letGo();
      await turn();
      expect(await times()).toEqual([at, at, null, null]);
      expect([uses.waiting, uses.dropped, timers.length]).toEqual([0, 0, 0]);
    }
  });

  it('keeps no stopping process waiting, which says how many uses are lost with it', async () => {
    const away = openVerifierPool({ host: '127.0.0.1', port: 1, user: 'nobody', database: 'none' });
    const query = away.query.bind(away) as (...args: unknown[]) => unknown;
    let tries = 0;
    away.query = ((...args: unknown[]) => {
      tries++;
      return query(...args);
    }) as typeof away.query;
    const { uses, faults } = openUses({ pool: away });
    // More than one batch: each further try would be a wait for a connection that nobody answers.
    const count = limits.usesBatchRows + 1;
    for (let n = 0; n < count; n++) uses.note({ keyId: newUuid(), secretNo: 1, atMs: start });
    await uses.drain();
    expect(tries).toBe(1);
    expect(faults).toMatchObject([
      { name: 'Unavailable' },
      { message: 'Last uses that were not written in time, and are lost: 501.' },
    ]);
    expect([uses.waiting, uses.dropped]).toEqual([0, count]);
    await away.end();
  });
});

it('what the database refuses for good is told, counted, and keeps nothing else from being written', async () => {
  const { uses, turn, faults } = openUses();
  uses.note(use(0, start, 2 ** 40));
  await turn();
  uses.note(use(1, start));
  await turn();
  expect(faults).toMatchObject([{ message: expect.stringContaining('out of range') }]);
  expect(await times()).toEqual([null, start, null, null]);
  expect([uses.waiting, uses.written, uses.dropped]).toEqual([0, 1, 1]);
});

describe('a process that stops', () => {
  it('writes all that waits, more than one batch of it, before its timer would', async () => {
    const { uses, timers } = openUses();
    for (let n = 0; n < limits.usesBatchRows; n++) uses.note({ keyId: newUuid(), secretNo: 1, atMs: start });
    for (let at = 0; at < ids.length; at++) uses.note(use(at, start));
    expect(timers).toHaveLength(1);
    await uses.drain();
    expect(await times()).toEqual(ids.map(() => start));
    expect(uses.waiting).toBe(0);
    // The timer that was set finds nothing to do.
    expect(await countStatements(async () => timers.pop()?.work())).toEqual([]);
  });

  it('waits for a row that somebody holds, as long as that is not too long', async () => {
    const { uses } = openUses();
    const { letGo } = await holdFirst();
    uses.note(use(0, start));
    uses.note(use(1, start));
    const draining = uses.drain();
    // The free row is written, and the other was tried.
    while (uses.written < 1 || uses.waiting > 1) await database.sql('select 1');
    await letGo();
    await draining;
    expect(await times()).toEqual([start, start, null, null]);
  });

  it('ends in the midst of a long queue when its time is over', async () => {
    const { uses } = openUses({ drainMs: 1 });
    for (let n = 0; n < 40 * limits.usesBatchRows; n++) uses.note({ keyId: newUuid(), secretNo: 1, atMs: start });
    const sent = await countStatements(() => uses.drain());
    expect(sent.length).toBeLessThan(40);
    expect(uses.waiting).toBe(0);
    expect(uses.dropped).toBe((40 - sent.length) * limits.usesBatchRows);
  });

  it('gives up in the end, and says so', async () => {
    const { uses, faults } = openUses({ drainMs: 1 });
    const { letGo } = await holdFirst();
    uses.note(use(0, start));
    uses.note(use(1, start));
    await uses.drain();
    await letGo();
    expect(await times()).toEqual([null, start, null, null]);
    expect([uses.waiting, uses.dropped]).toEqual([0, 1]);
    expect(faults).toMatchObject([{ message: 'Last uses that were not written in time, and are lost: 1.' }]);
  });
});
