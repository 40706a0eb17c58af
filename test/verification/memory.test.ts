import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeUuid } from '../../src/crypto/base32.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { createTokenDigest } from '../../src/crypto/tokenDigest.ts';
import { newUuid } from '../../src/lib/ids.ts';
import { limits } from '../../src/lib/limits.ts';
import { openChangeLog } from '../../src/store/changeLog.ts';
import { type LeaseConnection, openLeaseConnection } from '../../src/store/leaseConnection.ts';
import { hearsItself } from '../../src/store/listenTrial.ts';
import { removeOldChanges } from '../../src/store/removeOldChanges.ts';
import { openVerifierPool } from '../../src/store/verifierPool.ts';
import type { Proof } from '../../src/verification/KeyRow.ts';
import { createMemory } from '../../src/verification/memory.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createDatabase();
  pool = openVerifierPool(database.service);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

/** Clocks that stand still until a test moves them, apart from each other if it likes. */
const clock = { monotonicMs: 1_000_000, wallMs: 1_700_000_000_000 };
const pass = (ms: number) => {
  clock.monotonicMs += ms;
  clock.wallMs += ms;
};

/** A node on the real change log, which renews its lease when the test says so. */
async function openNode({ graceSeconds = 0, changesMax = 100 } = {}) {
  const connection = openLeaseConnection(database.service);
  const log = openChangeLog(connection, { ringFingerprint: Buffer.alloc(32), tickMs: () => 1000, changesMax });
  let imports = 0;
  let nap: PromiseWithResolvers<void> | undefined;
  let sleeping = Promise.withResolvers<void>();
  const memory = createMemory({
    log,
    clocks: { monotonicMs: () => clock.monotonicMs, wallMs: () => clock.wallMs },
    newId: randomUUID,
    sleep: () => {
      nap = Promise.withResolvers<void>();
      sleeping.resolve();
      return { done: nap.promise, end: nap.resolve };
    },
    outageGraceSeconds: graceSeconds,
    digestOf: createTokenDigest(systemRandom),
    keysMax: 1000,
    onImport: () => void imports++,
    onFault: (error) => expect.fail(String(error)),
  });
  opened.push(connection);
  await memory.lease.start();
  await sleeping.promise;
  const close = async () => {
    await memory.lease.leave();
  };
  opened.push({ close });
  return {
    memory,
    imports: () => imports,
    /** One renewal, from its first question to its last answer. */
    async renew() {
      sleeping = Promise.withResolvers<void>();
      nap?.resolve();
      await sleeping.promise;
    },
  };
}

const nodes = () => database.sql<{ id: string; renewal: string; acked: string }>('select * from verifier_node');
const change = (kind: string, id: string) =>
  database.sql("select log_revocation($1, '0199f0a1-0000-7000-8000-000000000001', $2)", [kind, id]);

function proofOf(facts: Partial<Proof> = {}): Proof {
  const keyId = newUuid();
  return {
    keyId,
    kid: encodeUuid(keyId),
    tenantId: newUuid(),
    tenantKind: 'organization',
    tenantStatus: 'active',
    ownerUserId: newUuid(),
    ownerStatus: 'active',
    ownerCeiling: null,
    environment: 'live',
    status: 'active',
    notBeforeMs: null,
    expiresAtMs: null,
    scopes: [],
    metadata: {},
    secretNo: 1,
    secretEndsAtMs: null,
    notedSeconds: 0,
    ...facts,
  };
}

type Node = Awaited<ReturnType<typeof openNode>>;

function keep({ memory }: Node, proof = proofOf(), read = memory.beginRead()): { proof: Proof; known: () => boolean } {
  const token = `kw_live_${proof.kid}_${'x'.repeat(62)}`;
  const digest = memory.digestOf(token);
  memory.remember(digest, proof, read, { imported: false });
  return { proof, known: () => memory.recall(token, digest) !== undefined };
}

describe('a lease', () => {
  it('is a row from the first renewal on, which each renewal changes, and which a clean leave removes', async () => {
    const node = await openNode();
    const [first] = await nodes();
    expect(await nodes()).toHaveLength(1);
    await node.renew();
    const [second] = await nodes();
    expect([second?.id, second?.renewal === first?.renewal]).toEqual([first?.id, false]);
    await node.memory.lease.leave();
    expect(await nodes()).toEqual([]);
    expect(node.memory.lease.isAlive()).toBe(false);
  });

  it.each([0, 7])(
    'counts for nine tenths of its time, and of its grace of %i seconds, by either clock',
    async (grace) => {
      const node = await openNode({ graceSeconds: grace });
      const endsMs = (limits.leaseMs + grace * 1000) * 0.9;
      const one = keep(node);
      pass(endsMs - 1);
      expect(one.known()).toBe(true);
      clock.monotonicMs += 1;
      expect([one.known(), node.memory.lease.isAlive()]).toEqual([false, false]);
      await node.renew();
      const other = keep(node);
      clock.wallMs += endsMs;
      expect([one.known(), other.known()]).toEqual([false, false]);
    },
  );

  it('acknowledges what it has read and forgotten, and nothing that it only did itself', async () => {
    const node = await openNode();
    const acked = async () => (await nodes()).map((row) => Number(row.acked));
    const before = node.memory.lease.acked;
    const { proof, known } = keep(node);
    node.memory.changed({ kind: 'key', subjectId: proof.keyId }, before + 1);
    expect([known(), node.memory.lease.acked]).toEqual([false, before]);
    await change('key', newUuid());
    await node.renew();
    expect([node.memory.lease.acked, await acked()]).toEqual([before + 1, [before + 1]]);
  });

  it('whose row another took away begins anew, with nothing in memory', async () => {
    const node = await openNode();
    const { known } = keep(node);
    await database.sql('delete from verifier_node');
    await node.renew();
    expect([known(), node.memory.lease.isAlive(), (await nodes()).length]).toEqual([false, true, 1]);
  });

  it('of a node that died is removed after a lease by another, which has seen it stand still for as long', async () => {
    await database.sql(
      `insert into verifier_node (id, renewal, lease_until, acked, ring_fingerprint, outage_grace_seconds)
       values (gen_random_uuid(), gen_random_uuid(), 'infinity', 0, 'x', 2)`,
    );
    const node = await openNode();
    expect(await nodes()).toHaveLength(2);
    for (const [ms, left] of [
      [limits.leaseMs, 2],
      [2_000, 2],
      [1, 1],
    ] as const) {
      pass(ms);
      await node.renew();
      expect(await nodes()).toHaveLength(left);
    }
  });
});

describe('what a node remembers', () => {
  it('goes with a change of its key, its tenant or its owner, and stays with those of others', async () => {
    const node = await openNode();
    const [one, two, three, four] = [keep(node), keep(node), keep(node), keep(node)];
    await change('key', one.proof.keyId);
    await change('tenant', two.proof.tenantId);
    await change('user', three.proof.ownerUserId ?? '');
    await node.renew();
    expect([one, two, three, four].map(({ known }) => known())).toEqual([false, false, false, true]);
  });

  it('is nothing that was read before a change of it, or under an earlier lease', async () => {
    const node = await openNode();
    const read = node.memory.beginRead();
    const proof = proofOf();
    await change('tenant', proof.tenantId);
    await node.renew();
    expect([keep(node, proof, read).known(), keep(node, proof).known()]).toEqual([false, true]);
    const old = node.memory.beginRead();
    pass(limits.leaseMs);
    await node.renew();
    expect([keep(node, proofOf(), old).known(), keep(node).known()]).toEqual([false, true]);
  });

  it('is nothing any more where changes are missing, or are too many to be read one by one', async () => {
    const node = await openNode({ changesMax: 3 });
    const one = keep(node);
    for (let n = 0; n < 3; n++) await change('key', newUuid());
    await node.renew();
    expect(one.known()).toBe(true);
    for (let n = 0; n < 4; n++) await change('key', newUuid());
    await node.renew();
    expect([one.known(), node.memory.lease.isAlive()]).toEqual([false, true]);
    const other = keep(node);
    for (let n = 0; n < 2; n++) await change('key', newUuid());
    await database.sql('delete from revocation_log where seq = (select seq - 1 from revocation_head)');
    await node.renew();
    expect([other.known(), node.memory.lease.acked]).toEqual([false, Number((await head())[0]?.seq)]);
  });

  it('of tokens that nobody knows it is for five seconds, and of so many', async () => {
    const node = await openNode();
    const { memory } = node;
    const recall = (name: string) => memory.recall(name, memory.digestOf(name));
    const forget = (name: string) => memory.rememberUnknown(memory.digestOf(name), memory.beginRead());
    for (let n = 0; n < limits.unknownTokensMax; n++) forget(`token ${n}`);
    expect([recall('token 0'), recall('token 10000')]).toEqual(['unknown', undefined]);
    forget('token 10000');
    expect([recall('token 0'), recall('token 1'), recall('token 10000')]).toEqual([undefined, 'unknown', 'unknown']);
    pass(2_000);
    await node.renew();
    pass(limits.unknownTokenMs - 2_001);
    expect(recall('token 1')).toBe('unknown');
    pass(1);
    expect(recall('token 1')).toBeUndefined();
  });

  it('an import is told to those who believe that nothing was imported, and so is a lapse', async () => {
    const node = await openNode();
    const before = node.imports();
    await change('import', newUuid());
    await node.renew();
    expect(node.imports()).toBe(before + 1);
    pass(limits.leaseMs);
    expect(node.memory.lease.isAlive()).toBe(false);
    expect(node.imports()).toBe(before + 2);
  });
});

const head = () => database.sql<{ seq: string }>('select seq from revocation_head');

describe('the change log', () => {
  it('loses what is older than an hour, and never its last entry', async () => {
    for (let n = 0; n < 3; n++) await change('key', newUuid());
    await database.sql("update revocation_log set at = clock_timestamp() - interval '59 minutes'");
    const count = async () => (await database.sql('select from revocation_log')).length;
    const all = await count();
    await removeOldChanges(pool);
    expect(await count()).toBe(all);
    await database.sql("update revocation_log set at = clock_timestamp() - interval '61 minutes'");
    await removeOldChanges(pool);
    expect(await database.sql('select seq from revocation_log')).toEqual(await head());
  });

  it('calls a node that listens; one whose connection listens no more finds out', async () => {
    const connection: LeaseConnection = openLeaseConnection(database.service);
    opened.push(connection);
    expect(await hearsItself(connection, pool)).toBe(true);
    await connection.ask({ text: 'unlisten *' });
    expect(await hearsItself(connection, pool)).toBe(false);
  });

  it('a connection that is ended is replaced, and whoever listens is told that something may have been missed', async () => {
    const connection = openLeaseConnection(database.service);
    opened.push(connection);
    await connection.ask({ text: 'select 1' });
    const told = new Promise<string>((resolve) => connection.onNotice(resolve));
    await database.sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'keywright lease' and datname = current_database()",
    );
    expect(await told).toBe('');
    expect((await connection.ask<{ one: number }>({ text: 'select 1 as one' })).rows).toEqual([{ one: 1 }]);
    expect(await hearsItself(connection, pool)).toBe(true);
  });
});
