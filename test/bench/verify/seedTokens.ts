import { Client } from 'pg';
import type { Keyring } from '../../../src/crypto/keyring.ts';
import { systemRandom } from '../../../src/crypto/random.ts';
import { mintToken } from '../../../src/crypto/token.ts';
import { hashSecret } from '../../../src/crypto/tokenHash.ts';
import { newUuid } from '../../../src/lib/ids.ts';
import type { BenchService } from '../startService.ts';
import { type Tokens, tokenStore } from './Tokens.ts';

/** Keys of one tenant. */
const tenantKeys = 1000;
const batchSize = 10_000;

/**
 * Makes keys with the service's own crypto and plain SQL, without the argon2 of a creation; answers their tokens, in the
 * order of their ids. Each has two scopes; one of ten is personal, one of ten has metadata, one of a hundred a retiring secret.
 */
export async function seedTokens(
  { database }: Pick<BenchService, 'database'>,
  ring: Keyring,
  { count, signal }: { readonly count: number; readonly signal: AbortSignal },
): Promise<Tokens> {
  const admin = new Client(database);
  await admin.connect();
  try {
    const tenants = Math.ceil(count / tenantKeys);
    await admin.query(
      `insert into tenants (id, name, slug, kind) select ${idOf('tenant', 'n')}, 'Tenant ' || n, 'tenant-' || n, 'organization'
       from generate_series(0, $1::int - 1) n`,
      [tenants],
    );
    await admin.query(
      `insert into users (id, tenant_id, email, name)
       select ${idOf('user', 'n')}, ${idOf('tenant', 'n')}, 'person' || n || '@example.com', 'Person ' || n
       from generate_series(0, $1::int - 1) n`,
      [tenants],
    );
    const tokens = tokenStore(count);
    let writing: Promise<unknown> = Promise.resolve();
    for (let from = 0; from < count; from += batchSize) {
      signal.throwIfAborted();
      const batch = mintBatch(ring, tokens, { from, to: Math.min(count, from + batchSize) });
      // The next are made while these are written.
      await writing;
      writing = insertBatch(admin, ring, batch);
      writing.catch(() => {});
    }
    await writing;
    await admin.query(
      `insert into api_key_retiring_secrets
         (api_key_id, secret_no, tenant_id, token_hash, token_hash_key_version, created_at, expires_at)
       select id, 1, tenant_id, sha256(token_hash), token_hash_key_version, created_at, date_trunc('day', now()) + interval '7 days'
       from api_keys where secret_no = 2`,
    );
    await admin.query('vacuum analyze');
    return tokens;
  } finally {
    await admin.end();
  }
}

type Batch = { readonly from: number; readonly ids: string[]; readonly hashes: string[] };

function mintBatch(ring: Keyring, tokens: Tokens, { from, to }: { from: number; to: number }): Batch {
  const ids: string[] = [];
  const hashes: string[] = [];
  for (let n = from; n < to; n++) {
    const keyId = newUuid();
    const { token, secret } = mintToken({ ring, prefix: 'kw', environment: 'live', keyId, random: systemRandom });
    tokens.put(n, token.reveal());
    ids.push(keyId);
    hashes.push(hashSecret(ring, ring.activeNo, { keyId, tenantId: tenantOf(n), secret }).toString('base64'));
  }
  return { from, ids, hashes };
}

function insertBatch(admin: Client, ring: Keyring, { from, ids, hashes }: Batch): Promise<unknown> {
  return admin.query({
    name: 'seed',
    text: `insert into api_keys (id, tenant_id, user_id, owner_user_id, name, environment, token_hash, token_hash_key_version,
        minted_key_no, scopes, metadata, secret_no)
      select id, tenant, owner, owner, 'Key ' || n, 'live', decode(hash, 'base64'), $3, $4,
        '["orders:read", "orders:write"]', case when n % 10 = 1 then '{"team": "checkout"}' else '{}' end::jsonb,
        case when n % 100 = 2 then 2 else 1 end
      from (select id, hash, $5 + ordinality - 1 as n from unnest($1::uuid[], $2::text[]) with ordinality as made (id, hash, ordinality)) made,
        lateral (select ${idOf('tenant', `n / ${tenantKeys}`)} as tenant,
          case when n % 10 = 0 then ${idOf('user', `n / ${tenantKeys}`)} end as owner) as of`,
    values: [ids, hashes, String(ring.activeNo), ring.activeNo, from],
  });
}

const groups = { tenant: '8001', user: '8002' } as const;

function idOf(what: keyof typeof groups, n: string): string {
  return `('01900000-0000-7000-${groups[what]}-' || lpad(to_hex((${n})::int), 12, '0'))::uuid`;
}

function tenantOf(n: number): string {
  return `01900000-0000-7000-${groups.tenant}-${Math.floor(n / tenantKeys)
    .toString(16)
    .padStart(12, '0')}`;
}
