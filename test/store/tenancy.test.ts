import { Pool, type PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertKey, insertTenant, insertUser } from '../support/rows.ts';

const tenantTables = ['tenants', 'users', 'api_keys', 'api_key_retiring_secrets', 'audit_events', 'idempotency'];

let database: TestDatabase;
/** One connection: every transaction of these tests runs on the same pooled one, as in service. */
let pool: Pool;
let a: { tenantId: string; userId: string; keyId: string };
let b: typeof a;

beforeAll(async () => {
  database = await createDatabase();
  pool = new Pool({ ...database.service, max: 1 });
  [a, b] = [await populate(), await populate()];
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function populate() {
  const tenantId = await insertTenant(database);
  const userId = await insertUser(database, tenantId);
  const keyId = await insertKey(database, { tenantId, userId, ownerUserId: userId });
  await database.sql(
    "insert into audit_events (id, tenant_id, actor, action, target) values (gen_random_uuid(), $1, 'x', 'x', 'x')",
    [tenantId],
  );
  await database.sql(
    `insert into idempotency (key, tenant_id, request_hash, target_id, created_at)
     values (sha256($1::text::bytea), $1::uuid, sha256('x'), gen_random_uuid(), now())`,
    [tenantId],
  );
  return { tenantId, userId, keyId };
}

async function as<T>(role: string, tenantId: string | null, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query("select set_config('role', $1, true)", [role]);
    if (tenantId !== null) await client.query("select set_config('app.tenant_id', $1, true)", [tenantId]);
    return await work(client);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

async function visible(client: PoolClient, table: string): Promise<string[]> {
  const column = table === 'tenants' ? 'id' : 'tenant_id';
  const { rows } = await client.query<{ tenant: string }>(`select distinct ${column} as tenant from ${table}`);
  return rows.map((row) => row.tenant).sort();
}

describe('row-level security', () => {
  it.each(tenantTables)('on one pooled connection, two tenants in turn never see each other in %s', async (table) => {
    for (const { tenantId } of [a, b, a]) {
      expect(await as('keywright_app', tenantId, (client) => visible(client, table))).toEqual([tenantId]);
    }
  });

  it.each(tenantTables)(
    'a transaction that did not say its tenant sees nothing in %s, even after one that did',
    async (table) => {
      await as('keywright_app', a.tenantId, (client) => visible(client, table));
      expect(await as('keywright_app', null, (client) => visible(client, table))).toEqual([]);
    },
  );

  it.each(tenantTables)('the platform sees every tenant in %s', async (table) => {
    const seen = await as('keywright_platform', null, (client) => visible(client, table));
    expect(seen).toEqual(expect.arrayContaining([a.tenantId, b.tenantId]));
  });

  it('a tenant can neither change, nor delete, nor plant rows of another', async () => {
    await as('keywright_app', a.tenantId, async (client) => {
      const changed = await client.query("update api_keys set name = 'stolen' where id = $1", [b.keyId]);
      const deleted = await client.query('delete from users where id = $1', [b.userId]);
      const unlocked = await client.query('delete from api_key_recovery where api_key_id = $1', [b.keyId]);
      expect([changed.rowCount, deleted.rowCount, unlocked.rowCount]).toEqual([0, 0, 0]);
      await expect(
        client.query('update users set tenant_id = $1 where id = $2', [b.tenantId, a.userId]),
      ).rejects.toMatchObject({ code: '42501' });
    });
  });

  it('the login itself, without a role, may read nothing', async () => {
    for (const table of [...tenantTables, 'api_key_recovery', 'revocation_log']) {
      await expect(pool.query(`select 1 from ${table}`)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it.each([
    "update tenants set kind = 'platform'",
    "update tenants set status = 'active'",
    'update tenants set account_number = 42',
    "update tenants set slug = 'x'",
    "update api_keys set external_key_id = 'x'",
    "update api_keys set legacy_id = 'x'",
    'update api_keys set last_used_at = now()',
  ])('a tenant cannot say: %s', async (statement) => {
    await as('keywright_app', a.tenantId, (client) =>
      expect(client.query(statement)).rejects.toMatchObject({ code: '42501' }),
    );
  });

  it('only roles that change what a verification judges by may write to the change log', async () => {
    const statement = `select log_revocation('key', '${a.tenantId}', '${a.keyId}')`;
    await expect(pool.query(statement)).rejects.toMatchObject({ code: '42501' });
    for (const role of ['keywright_verify', 'keywright_reader']) {
      await as(role, null, (client) => expect(client.query(statement)).rejects.toMatchObject({ code: '42501' }));
    }
    expect((await as('keywright_app', a.tenantId, (client) => client.query(statement))).rowCount).toBe(1);
    await as('keywright_app', b.tenantId, (client) =>
      expect(client.query(statement)).rejects.toMatchObject({ code: '42501' }),
    );
    await as('keywright_app', a.tenantId, (client) =>
      expect(client.query('select 1 from revocation_log')).rejects.toMatchObject({ code: '42501' }),
    );
  });

  it.each(['keywright_app', 'keywright_platform', 'keywright_verify', 'keywright_reader'])(
    '%s cannot read the recovery locks',
    async (role) => {
      await as(role, a.tenantId, (client) =>
        expect(client.query('select secret_phc from api_key_recovery')).rejects.toMatchObject({ code: '42501' }),
      );
    },
  );

  it.each(['keywright_app', 'keywright_platform', 'keywright_verify', 'keywright_recovery'])(
    '%s can neither change nor delete an event of the audit',
    async (role) => {
      for (const statement of ["update audit_events set actor = 'nobody'", 'delete from audit_events']) {
        await as(role, a.tenantId, (client) =>
          expect(client.query(statement)).rejects.toMatchObject({ code: '42501' }),
        );
      }
    },
  );

  it('the verifying role may write hashes and times of use, and nothing else', async () => {
    await as('keywright_verify', null, async (client) => {
      const used = await client.query('update api_keys set last_used_at = now() where id = $1', [a.keyId]);
      expect(used.rowCount).toBe(1);
      await expect(
        client.query("update api_keys set status = 'active' where id = $1", [a.keyId]),
      ).rejects.toMatchObject({ code: '42501' });
    });
  });

  it('every table with a tenant has forced row-level security, and every view asks with its reader’s rights', async () => {
    const unforced = await database.sql(
      `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
         and exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'tenant_id')
         and relname <> 'revocation_log' and not (relrowsecurity and relforcerowsecurity)`,
    );
    expect(unforced).toEqual([]);
    const views = await database.sql<{ relname: string; invoker: boolean }>(
      `select relname, coalesce('security_invoker=true' = any (reloptions), false) as invoker from pg_class
       where relkind = 'v' and relnamespace in ('public'::regnamespace, 'datawarehouse'::regnamespace) order by relname`,
    );
    expect(views).toEqual(['api_users', 'user_api_key', 'vw_api_keys'].map((relname) => ({ relname, invoker: true })));
  });

  it.each(['vw_api_keys', 'user_api_key'])(
    'holds through the view %s, and shows a reader every tenant',
    async (view) => {
      const ids = async (client: PoolClient) => {
        const column = view === 'vw_api_keys' ? 'id' : 'api_key_id';
        const { rows } = await client.query<{ id: string }>(`select ${column} as id from ${view}`);
        return rows.map((row) => row.id).sort();
      };
      expect(await as('keywright_app', a.tenantId, ids)).toEqual([a.keyId]);
      expect(await as('keywright_reader', null, ids)).toEqual([a.keyId, b.keyId].sort());
    },
  );
});
