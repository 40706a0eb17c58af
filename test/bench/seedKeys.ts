import { Client } from 'pg';
import type { BenchService } from './startService.ts';

/** What is put into a tenant: keys a millisecond apart, each of one of its people, and every tenth with a retiring secret. */
export type Seed = { readonly tenantId: string; readonly keys: number; readonly people: number };

/** Fills a tenant by SQL alone: to make its keys one by one would take argon2's time for each of them. */
export async function seedKeys({ database }: BenchService, { tenantId, keys, people }: Seed): Promise<void> {
  const admin = new Client(database);
  await admin.connect();
  try {
    await admin.query(`create function person(n int) returns uuid immutable language sql
      return ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid`);
    await admin.query(
      `insert into users (id, tenant_id, email, name, created_at)
       select person(n), $1, 'person' || n || '@example.com', 'Person ' || n, timestamptz '2026-01-01' from generate_series(1, $2) n`,
      [tenantId, people],
    );
    await admin.query(
      `insert into api_keys (id, tenant_id, user_id, owner_user_id, name, environment, token_hash, token_hash_key_version,
         scopes, metadata, secret_no, secret_created_at, created_at)
       select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, person(n % $2 + 1), person(n % $2 + 1),
         'Key ' || n, 'live', sha256(n::text::bytea), '1', '["orders:read", "orders:write"]', '{"team": "checkout"}',
         case when n % 10 = 0 then 2 else 1 end, at, at
       from generate_series(1, $3) n, lateral (select timestamptz '2026-01-01' + n * interval '1 millisecond' as at)`,
      [tenantId, people, keys],
    );
    await admin.query(
      `insert into api_key_retiring_secrets
         (api_key_id, secret_no, tenant_id, token_hash, token_hash_key_version, created_at, expires_at)
       select id, 1, tenant_id, sha256(token_hash), '1', created_at, date_trunc('day', now()) + interval '7 days'
       from api_keys where tenant_id = $1 and secret_no = 2`,
      [tenantId],
    );
    await admin.query('drop function person(int)');
    await admin.query('vacuum analyze');
  } finally {
    await admin.end();
  }
}
