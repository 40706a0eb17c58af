import { randomUUID } from 'node:crypto';
import { decodeUuid } from '../../src/crypto/base32.ts';
import type { TestDatabase } from './database.ts';

/** The UUID inside a global id. */
export function uuidOf(globalId: string): string {
  const uuid = decodeUuid(globalId.slice(4));
  if (uuid === undefined) throw new Error(`${globalId} is no global id.`);
  return uuid;
}

/** How many keys, and what is special about key `n` of them, in SQL. */
export type ManyKeys = {
  readonly tenantId: string;
  readonly count: number;
  readonly name?: string;
  readonly createdAt?: string;
  readonly columns?: Readonly<Record<string, string>>;
};

/**
 * Inserts keys by SQL alone: to make them one by one would take argon2's time for each. Answers their names, newest first.
 * Without `createdAt` they are a second apart, key 1 the oldest.
 */
export async function insertManyKeys(
  database: TestDatabase,
  {
    tenantId,
    count,
    name = "'key ' || n",
    createdAt = "timestamptz '2026-01-01' + n * interval '1 second'",
    columns = {},
  }: ManyKeys,
): Promise<string[]> {
  const more = Object.entries(columns);
  const inserted = await database.sql<{ name: string }>(
    `with made as (
       insert into api_keys (id, tenant_id, name, environment, token_hash, token_hash_key_version, created_at
         ${more.map(([column]) => `, ${column}`).join('')})
       select gen_random_uuid(), $1, ${name}, 'live', sha256(($2 || n)::bytea), '1', ${createdAt}
         ${more.map(([, value]) => `, ${value}`).join('')}
       from generate_series(1, $3) n returning name, created_at, id)
     select name from made order by created_at desc, id desc`,
    [uuidOf(tenantId), randomUUID(), count],
  );
  return inserted.map((row) => row.name);
}
