import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { type AuditPruneInput, auditPrune } from '../../src/audit/auditPrune.ts';
import { limits } from '../../src/lib/limits.ts';
import { asOwner } from '../../src/store/asOwner.ts';
import { type DatabaseAddress, describeAddress } from '../../src/store/DatabaseAddress.ts';
import { migrate } from '../../src/store/migrate.ts';
import { atDatabase, withLogin } from '../support/addresses.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertKey, insertTenant, insertUser } from '../support/rows.ts';

const batch = limits.auditPruneBatchRows;
let database: TestDatabase;
let platformId: string;

beforeEach(async () => {
  database = await createDatabase();
  platformId = await insertTenant(database, { kind: 'platform' });
});
afterEach(() => database.drop());

/** Events of one age, each a millisecond younger than the one before. */
async function insertEvents(ageDays: number, count = 1, action = 'updateApiKey', target = 'key_gone'): Promise<void> {
  await database.sql(
    `insert into audit_events (id, tenant_id, actor, action, target, at)
     select gen_random_uuid(), $1, 'x', $2, $3, now() - make_interval(days => $4) + n * interval '1 ms' from generate_series(1, $5) as n`,
    [platformId, action, target, ageDays, count],
  );
}

const prune = (input: Partial<AuditPruneInput> = {}, address: DatabaseAddress = database.admin) =>
  asOwner(address, (db) =>
    auditPrune(db, { ageDays: 400, dryRun: false, signal: new AbortController().signal, onBatch: () => {}, ...input }),
  );

const eventsOf = (action: string) =>
  database.sql<{ tenant_id: string; actor: string; target: string; changes: unknown }>(
    'select tenant_id, actor, target, changes from audit_events where action = $1 order by seq',
    [action],
  );
const everything = async () =>
  (await database.sql("select md5(string_agg(e::text, '|' order by e::text)) as sum from audit_events e"))[0];

describe('auditPrune', () => {
  it('removes what is older than the age and nothing that is younger, and its own event says so', async () => {
    await insertEvents(401, 3);
    await insertEvents(399, 2);
    const { before, ...counts } = await prune();
    expect(counts).toEqual({ removed: 3, kept: 0, complete: true, upTo: expect.any(String) });
    expect(Math.abs(before.getTime() + 400 * 86_400_000 - Date.now())).toBeLessThan(60_000);
    expect(await eventsOf('updateApiKey')).toHaveLength(2);
    const [{ id = '' } = {}] = await database.sql<{ id: string }>('select keywright_base32($1::uuid) as id', [
      platformId,
    ]);
    expect(await eventsOf('auditPrune')).toEqual([
      {
        tenant_id: platformId,
        actor: 'system:prune',
        target: `tnt_${id}`,
        changes: { after: { before: before.toISOString(), removed: 3 } },
      },
    ]);
  });

  it('with nothing to remove it leaves no event', async () => {
    await insertEvents(399);
    const sum = await everything();
    expect(await prune()).toMatchObject({ removed: 0, kept: 0, upTo: null, complete: true });
    expect(await everything()).toEqual(sum);
  });

  it('keeps the event of the making of each key that is there, so that the warehouse sees the same rows', async () => {
    const tenantId = await insertTenant(database);
    await database.sql('update tenants set account_number = 7 where id = $1', [tenantId]);
    const userId = await insertUser(database, tenantId);
    const made: string[] = [];
    for (const action of ['createApiKey', 'importApiKeys', 'createApiKey']) {
      const keyId = await insertKey(database, { tenantId, userId });
      const [{ target = '' } = {}] = await database.sql<{ target: string }>(
        "select 'key_' || keywright_base32($1::uuid) as target",
        [keyId],
      );
      await database.sql(
        `insert into audit_events (id, tenant_id, actor, action, target, at)
         select gen_random_uuid(), $1, 'x', action, $2, now() - interval '500 days' from unnest($3::text[]) as action`,
        [tenantId, target, [action, 'rotateApiKey']],
      );
      made.push(keyId);
    }
    // Whatever looks like a making and is none of a key that is there goes: keys of another time, and other targets.
    await insertEvents(500, 1, 'createApiKey', 'key_01k7ra3cp3fn78y00h48sm8nda');
    await insertEvents(500, 1, 'createApiKey', 'tnt_01k7ra3cp3fn78y00h48sm8nda');
    await insertEvents(500, 1, 'createTenant');
    const warehouse = () =>
      database.sql(
        'select _id, email, eventn_ctx_event_id, hdaccountid, scopes, src, token from datawarehouse.api_users order by _id',
      );
    const rows = await warehouse();
    expect(rows).toHaveLength(3);
    expect(await prune()).toMatchObject({ removed: 6, kept: 3 });
    expect(await warehouse()).toEqual(rows);

    await database.sql('delete from api_keys where id = $1', [made[0]]);
    expect(await prune()).toMatchObject({ removed: 1, kept: 2 });
    expect(await warehouse()).toHaveLength(2);
  });

  it('a dry run counts what a run would remove, and changes nothing', async () => {
    await insertEvents(401, batch + 1);
    const sum = await everything();
    expect(await prune({ dryRun: true })).toMatchObject({ removed: batch + 1, complete: true });
    expect(await everything()).toEqual(sum);
    expect(await prune()).toMatchObject({ removed: batch + 1 });
  });

  it('interrupted, it has done whole batches and says how many; the next run does the rest', async () => {
    await insertEvents(401, 2 * batch + 500);
    const stop = new AbortController();
    const told: number[] = [];
    const onBatch = ({ removed }: { removed: number }) => {
      told.push(removed);
      if (told.length === 2) stop.abort();
    };
    expect(await prune({ signal: stop.signal, onBatch })).toMatchObject({ removed: 2 * batch, complete: false });
    expect(told).toEqual([batch, 2 * batch]);
    expect(await eventsOf('updateApiKey')).toHaveLength(500);
    expect(await prune()).toMatchObject({ removed: 500, complete: true });
    expect((await eventsOf('auditPrune')).map(({ changes }) => changes)).toEqual(
      [2 * batch, 500].map((removed) => ({ after: { before: expect.any(String), removed } })),
    );
  });

  it('a batch whose record cannot be written removes nothing, and those before it stay on record', async () => {
    await insertEvents(401, batch + 1);
    await database.sql(`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'no more' using errcode = 'disk_full'; end $$`);
    await database.sql(`
      create trigger refuse before insert or update on audit_events for each row
      when (new.action = 'auditPrune' and new.changes -> 'after' ->> 'removed' <> '${batch}') execute function refuse()`);
    await expect(prune()).rejects.toMatchObject({ code: '53100' });
    expect(await eventsOf('updateApiKey')).toHaveLength(1);
    expect(await eventsOf('auditPrune')).toMatchObject([{ changes: { after: { removed: batch } } }]);
  });

  it('a second run at the same moment is told to wait, and does nothing', async () => {
    await insertEvents(401);
    const { signal } = new AbortController();
    await asOwner(database.admin, async (db) => {
      await auditPrune(db, { ageDays: 400, dryRun: true, signal, onBatch: () => {} });
      await expect(prune()).rejects.toMatchObject({ name: 'Unavailable' });
    });
    expect(await eventsOf('updateApiKey')).toHaveLength(1);
  });

  it('a database without a platform is refused with the command that makes one', async () => {
    await database.sql('delete from tenants');
    await expect(prune()).rejects.toThrow(/npx keywright bootstrap/);
  });
});

describe('who may', () => {
  it('the login of the service may not, and is told who does', async () => {
    await insertEvents(401);
    await expect(prune({}, database.service)).rejects.toThrow(
      /^The login "keywright_test_\w+" may not remove events of the audit: only the login that migrates, in MIGRATE_DATABASE_URL, may\.$/,
    );
    expect(await eventsOf('updateApiKey')).toHaveLength(1);
  });

  it('a database that was never migrated is refused with the command', async () => {
    const empty = `${inject('server').prefix}_${randomBytes(4).toString('hex')}`;
    await database.sql(`create database ${empty} template template0 encoding 'UTF8' locale 'C.UTF-8'`);
    try {
      await expect(prune({}, atDatabase(database.admin, empty))).rejects.toThrow(/npx keywright migrate/);
    } finally {
      await database.sql(`drop database ${empty} with (force)`);
    }
  });

  it('an owner that is no superuser may, sees the keys whose making has to stay, and another owner is refused', async () => {
    const { prefix } = inject('server');
    const [name, owner, other] = ['db', 'owner', 'other'].map(
      (part) => `${prefix}_${part}_${randomBytes(4).toString('hex')}`,
    );
    const password = randomBytes(16).toString('hex');
    await database.sql(`create role ${owner} login createrole password '${password}'`);
    await database.sql(`create role ${other} login password '${password}'`);
    await database.sql(
      `grant keywright_app, keywright_platform, keywright_verify, keywright_recovery, keywright_reader to ${owner} with admin option`,
    );
    await database.sql(`create database ${name} owner ${owner} template template0 encoding 'UTF8' locale 'C.UTF-8'`);
    const admin = atDatabase(database.admin, String(name));
    const as = (user = '') => withLogin(admin, { user, password });
    const client = new Client(admin);
    try {
      // For a service that logs in as the superuser: then nothing of the server's roles has to be given back.
      await migrate(as(owner), describeAddress(database.admin).user);
      await client.connect();
      const sql = async (text: string, values: unknown[] = []) => (await client.query(text, values)).rows;
      const own = { ...database, sql } as TestDatabase;
      const tenantId = await insertTenant(own, { kind: 'platform' });
      const keyId = await insertKey(own, { tenantId });
      await sql(
        `insert into audit_events (id, tenant_id, actor, action, target, at)
         select gen_random_uuid(), $1, 'x', 'createApiKey', target, now() - interval '500 days'
         from unnest(array['key_' || keywright_base32($2), 'key_01k7ra3cp3fn78y00h48sm8nda']) as target`,
        [tenantId, keyId],
      );
      expect(await prune({}, as(owner))).toMatchObject({ removed: 1, kept: 1 });

      await sql(`alter table audit_events owner to ${other}`);
      await expect(prune({}, as(other))).rejects.toThrow(/lacks a migration, or another login than .* ran them/);
      expect(await sql("select count(*)::int as left from audit_events where action = 'createApiKey'")).toEqual([
        { left: 1 },
      ]);
    } finally {
      await client.end();
      await database.sql(`drop database if exists ${name} with (force)`);
      await database.sql(`drop role ${owner}, ${other}`);
    }
  });
});
