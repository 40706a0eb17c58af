import type { Keyring } from '../../src/crypto/keyring.ts';
import { type Random, systemRandom } from '../../src/crypto/random.ts';
import { lockSecret } from '../../src/crypto/recoveryLock.ts';
import type { Secret } from '../../src/crypto/Secret.ts';
import { mintToken } from '../../src/crypto/token.ts';
import { hashSecret } from '../../src/crypto/tokenHash.ts';
import { newUuid } from '../../src/lib/ids.ts';
import type { TestDatabase } from './database.ts';
import { insertTenant } from './rows.ts';

/** A key as the service makes it, and the token of its one secret. */
export type MintedKey = { readonly keyId: string; readonly secret: Secret; readonly token: string };

/** Makes keys with the service's own crypto and plain SQL: without the argon2 of a creation, unless their locks are wanted. */
export async function insertMintedKeys(
  database: TestDatabase,
  ring: Keyring,
  { tenantId, count, locked = false }: { tenantId: string; count: number; locked?: boolean },
): Promise<readonly MintedKey[]> {
  const keys = Array.from({ length: count }, () => mintFor(ring, newUuid()));
  const n = ring.activeNo;
  await database.sql(
    `insert into api_keys (id, tenant_id, name, environment, token_hash, token_hash_key_version, minted_key_no)
     select id, $1, id::text, 'live', hash, $2, $3 from unnest($4::uuid[], $5::bytea[]) as made (id, hash)`,
    [
      tenantId,
      String(n),
      n,
      keys.map(({ keyId }) => keyId),
      keys.map(({ keyId, secret }) => hashSecret(ring, n, { keyId, tenantId, secret })),
    ],
  );
  if (locked) for (const key of keys) await insertLock(database, key, { tenantId, secretNo: 1 });
  return keys;
}

/** Another token of a key: of chosen bytes, or for the other environment. */
export function mintFor(
  ring: Keyring,
  keyId: string,
  { environment = 'live', random = systemRandom }: { environment?: 'live' | 'test'; random?: Random } = {},
): MintedKey {
  const { token, secret } = mintToken({ ring, prefix: 'kw', environment, keyId, random });
  return { keyId, secret, token: token.reveal() };
}

/** The argon2id lock of one secret. */
export async function insertLock(
  database: TestDatabase,
  { keyId, secret }: MintedKey,
  { tenantId, secretNo }: { tenantId: string; secretNo: number },
): Promise<void> {
  const { pre, phc } = await lockSecret({ keyId, secret, random: systemRandom });
  await database.sql(
    'insert into api_key_recovery (api_key_id, secret_no, tenant_id, pre, secret_phc) values ($1, $2, $3, $4, $5)',
    [keyId, secretNo, tenantId, pre, phc],
  );
}

/** The whole row of a key, as text: what must not change, and what must. */
export async function rowOf(database: TestDatabase, keyId: string): Promise<Record<string, string | null>> {
  const [row] = await database.sql<{ row: Record<string, string | null> }>(
    'select row_to_json(k) as row from api_keys k where id = $1',
    [keyId],
  );
  if (row === undefined) throw new Error('There is no such key.');
  return row.row;
}

/** What a key's row says of its hash, where nobody will present its token. */
export type KeyOf = {
  readonly version: string;
  readonly mintedNo?: number | null;
  readonly status?: 'active' | 'disabled' | 'revoked';
  readonly expired?: boolean;
  readonly retiring?: { readonly version: string; readonly ended?: boolean };
};

/** Makes keys of a tenant of their own with hashes of these versions; answers their ids. */
export async function insertKeysOf(database: TestDatabase, keys: readonly KeyOf[]): Promise<readonly string[]> {
  const tenantId = await insertTenant(database);
  const ids: string[] = [];
  for (const { version, mintedNo = 1, status = 'active', expired = false, retiring } of keys) {
    const id = newUuid();
    ids.push(id);
    await database.sql(
      `insert into api_keys (id, tenant_id, name, environment, token_hash, token_hash_key_version, minted_key_no, status, revoked_at, expires_at)
       values ($1::uuid, $2, $1::text, 'live', sha256($1::text::bytea), $3, $4, $5, case $5 when 'revoked' then now() end,
         case when $6 then now() - interval '1 second' end)`,
      [id, tenantId, version, mintedNo, status, expired],
    );
    if (retiring === undefined) continue;
    await database.sql(
      `insert into api_key_retiring_secrets
         (api_key_id, secret_no, tenant_id, token_hash, token_hash_key_version, minted_key_no, created_at, expires_at)
       values ($1::uuid, 0, $2, sha256(($1::text || 'old')::bytea), $3, 1, now(), now() + case when $4 then -1 else 1 end * interval '1 minute')`,
      [id, tenantId, retiring.version, retiring.ended === true],
    );
  }
  return ids;
}
