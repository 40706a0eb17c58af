import { randomBytes, randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.ts';

/** Rows by SQL alone, for tests of what the database itself promises. */
export async function insertTenant(
  database: TestDatabase,
  { kind = 'organization' }: { kind?: string } = {},
): Promise<string> {
  const id = randomUUID();
  await database.sql('insert into tenants (id, name, slug, kind) values ($1, $2, $2, $3)', [id, `t-${id}`, kind]);
  return id;
}

/** A user of a tenant. */
export async function insertUser(database: TestDatabase, tenantId: string): Promise<string> {
  const id = randomUUID();
  await database.sql('insert into users (id, tenant_id, email) values ($1, $2, $3)', [
    id,
    tenantId,
    `${id}@example.com`,
  ]);
  return id;
}

/** A key of a tenant, with a retiring secret and a lock beside it. */
export async function insertKey(
  database: TestDatabase,
  key: { tenantId: string; userId?: string; ownerUserId?: string; name?: string },
): Promise<string> {
  const id = randomUUID();
  const { tenantId, userId = null, ownerUserId = null, name = `k-${id}` } = key;
  await database.sql(
    `insert into api_keys (id, tenant_id, user_id, owner_user_id, name, environment, token_hash, token_hash_key_version)
     values ($1, $2, $3, $4, $5, 'live', $6, '1')`,
    [id, tenantId, userId, ownerUserId, name, randomBytes(32)],
  );
  await database.sql(
    `insert into api_key_retiring_secrets (api_key_id, secret_no, tenant_id, token_hash, token_hash_key_version, created_at, expires_at)
     values ($1, 1, $2, $3, '1', now(), now() + interval '1 day')`,
    [id, tenantId, randomBytes(32)],
  );
  await database.sql(
    'insert into api_key_recovery (api_key_id, secret_no, tenant_id, pre, secret_phc) values ($1, 1, $2, $3, $4)',
    [id, tenantId, randomBytes(8), 'phc'],
  );
  return id;
}
