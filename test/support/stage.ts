import { randomBytes, randomUUID } from 'node:crypto';
import { systemRandom } from '../../src/crypto/random.ts';
import { mintToken } from '../../src/crypto/token.ts';
import { hashSecret } from '../../src/crypto/tokenHash.ts';
import { globalId } from '../../src/lib/ids.ts';
import type { TestService } from './service.ts';

/** A tenant of its own with one user and one key, as a race begins. */
export type Stage = {
  readonly tenantId: string;
  readonly userId: string;
  readonly keyId: string;
  /** Its id where it came from: from the system `old`. */
  readonly legacyId: string;
  /** A token that proves the key's current secret, its second; the first is retiring. */
  readonly token: string;
  /** The ids inside, for locks. */
  readonly uuids: { readonly tenant: string; readonly user: string; readonly key: string };
};

/** How it begins. */
export type Setting = {
  readonly tenant?: 'active' | 'suspended';
  readonly user?: 'none' | 'active' | 'disabled';
  readonly key?: 'none' | 'active' | 'disabled' | 'revoked';
  /** Whether the key is the user's own. */
  readonly isPersonal?: boolean;
};

/** Sets one by SQL alone: to make hundreds of keys one by one would take argon2's time for each. */
export async function setStage(service: TestService, setting: Setting = {}): Promise<Stage> {
  const { tenant = 'active', user = 'active', key = 'active', isPersonal = false } = setting;
  const uuids = { tenant: randomUUID(), user: randomUUID(), key: randomUUID() };
  const owned = { keyId: uuids.key, tenantId: uuids.tenant };
  const { keyring: ring, database } = service;
  const minted = mintToken({ ring, prefix: 'kw', environment: 'live', keyId: uuids.key, random: systemRandom });
  const { mintedKeyNo, secret } = minted;
  await database.sql(
    `with given (tenant, person, key, tenant_status, user_status, key_status, owner) as (
       values ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, case when $7 then $2::uuid end)),
     home as (insert into tenants (id, name, slug, kind, status) select tenant, 'the tenant', tenant, 'organization', tenant_status from given),
     person as (
       insert into users (id, tenant_id, email, status) select person, tenant, 'one@example.com', user_status from given where user_status <> 'none'),
     made as (
       insert into api_keys (id, tenant_id, owner_user_id, name, environment, token_hash, token_hash_key_version, minted_key_no, secret_no,
         status, revoked_at, scopes, source, legacy_id)
       select key, tenant, owner, 'the key', 'live', $8, $9::text, $9::text::int, 2,
         key_status, case key_status when 'revoked' then now() end, '["*", "keywright:*"]', 'old', key
       from given where key_status <> 'none' returning id, tenant_id, status),
     graced as (
       insert into api_key_retiring_secrets (api_key_id, secret_no, tenant_id, token_hash, token_hash_key_version, created_at, expires_at)
       select id, 1, tenant_id, $10, $9::text, now(), now() + interval '1 day' from made)
     insert into api_key_recovery (api_key_id, secret_no, tenant_id, pre, secret_phc)
     select id, no, tenant_id, $11, 'phc' from made, generate_series(1, 2) no where status <> 'revoked'`,
    [
      uuids.tenant,
      uuids.user,
      uuids.key,
      tenant,
      user,
      key,
      isPersonal,
      hashSecret(ring, mintedKeyNo, { ...owned, secret }),
      String(mintedKeyNo),
      randomBytes(32),
      randomBytes(8),
    ],
  );
  return {
    tenantId: globalId('Tenant', uuids.tenant),
    userId: globalId('User', uuids.user),
    keyId: globalId('ApiKey', uuids.key),
    legacyId: uuids.key,
    token: minted.token.reveal(),
    uuids,
  };
}

/** All that a tenant has and all that was told of it, without what differs from one run to the next: ids, times, hashes. */
export async function describeStage({ database }: TestService, { uuids }: Stage): Promise<readonly string[]> {
  const rows = await database.sql<{ what: string }>(
    `select concat('tenant ', jsonb_build_array(name, slug, kind, status, account_number)) as what from tenants where id = $1
     union all select concat('user ', jsonb_build_array(email, name, external_id, scope_ceiling, status)) from users where tenant_id = $1
     union all select concat('key ', jsonb_build_array(name, environment, owner_user_id, secret_no, scopes, metadata, status,
         revocation_reason, not_before, expires_at,
         (select jsonb_agg(secret_no order by secret_no) from api_key_retiring_secrets r where r.api_key_id = k.id),
         (select jsonb_agg(secret_no order by secret_no) from api_key_recovery l where l.api_key_id = k.id)))
       from api_keys k where tenant_id = $1
     union all select concat('event ', action, ' ', target, ' ', changes) from audit_events where tenant_id = $1
     union all select concat('change ', kind, ' ', subject_id) from revocation_log where tenant_id = $1`,
    [uuids.tenant],
  );
  return rows.map(({ what }) => withoutChance(what)).sort();
}

function withoutChance(text: string): string {
  return text
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(uuid)')
    .replace(/(?<![0-9a-z])[0-9a-hjkmnp-tv-z]{26}(?![0-9a-z])/g, '(id)')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)/g, '(time)');
}
