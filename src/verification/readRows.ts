import type { Pool } from 'pg';
import { encodeUuid } from '../crypto/base32.ts';
import { assert } from '../lib/assert.ts';
import { asking } from '../store/outage.ts';
import type { KeyRow, SecretRow } from './KeyRow.ts';

/** Reads what verifications judge by: those of the keys that there are, by one indexed statement. */
export type ReadRows = (keyIds: readonly string[]) => Promise<ReadonlyMap<string, KeyRow>>;

/** The key `k` with its tenant, its owner and its retiring secrets: whoever uses it says which key. */
export const selectKeyRow = `select k.id, k.tenant_id, t.kind as tenant_kind, t.status as tenant_status,
      k.owner_user_id, u.status as owner_status, u.scope_ceiling as owner_ceiling,
      k.environment, k.status, k.scopes, k.metadata,
      (extract(epoch from k.not_before) * 1000)::float8 as not_before_ms,
      (extract(epoch from k.expires_at) * 1000)::float8 as expires_at_ms,
      k.secret_no, k.token_hash, k.token_hash_key_version,
      (select json_agg(json_build_object('no', r.secret_no, 'hash', encode(r.token_hash, 'hex'), 'version', r.token_hash_key_version,
                'endsAtMs', (extract(epoch from r.expires_at) * 1000)::float8))
         from api_key_retiring_secrets r where r.api_key_id = k.id) as retiring
    from api_keys k join tenants t on t.id = k.tenant_id left join users u on u.id = k.owner_user_id`;

/** Prepared once for each connection. For a single key the equality is twice as fast as a list of one. */
const keyRowById = { name: 'keyRowById', text: `${selectKeyRow} where k.id = $1` };
const keyRowsById = { name: 'keyRowsById', text: `${selectKeyRow} where k.id = any($1::uuid[])` };

/** A row of `selectKeyRow`. */
export type FoundKey = {
  readonly id: string;
  readonly tenant_id: string;
  readonly tenant_kind: KeyRow['tenantKind'];
  readonly tenant_status: KeyRow['tenantStatus'];
  readonly owner_user_id: string | null;
  readonly owner_status: KeyRow['ownerStatus'];
  readonly owner_ceiling: readonly string[] | null;
  readonly environment: KeyRow['environment'];
  readonly status: KeyRow['status'];
  readonly scopes: readonly string[];
  readonly metadata: KeyRow['metadata'];
  readonly not_before_ms: number | null;
  readonly expires_at_ms: number | null;
  readonly secret_no: number;
  readonly token_hash: Buffer;
  readonly token_hash_key_version: string;
  readonly retiring: readonly { no: number; hash: string; version: string; endsAtMs: number }[] | null;
};

/** Reads on the verifying role's own pool: single autocommit statements on the primary, so that nothing is older than they are. */
export function createReadRows(pool: Pool): ReadRows {
  return async (keyIds) => {
    const [only] = keyIds;
    const query = keyIds.length === 1 ? { ...keyRowById, values: [only] } : { ...keyRowsById, values: [keyIds] };
    const { rows } = await asking(() => pool.query<FoundKey>(query));
    return new Map(rows.map((found) => [found.id, toKeyRow(found)]));
  };
}

/** What a verification judges by, from a row of `selectKeyRow`. */
export function toKeyRow(found: FoundKey): KeyRow {
  // A reference always leads somewhere: an owner that is not seen would pass for one that is not disabled.
  assert((found.owner_user_id === null) === (found.owner_status === null), 'whoever reads a key reads its owner');
  const retiring = (found.retiring ?? []).map(
    ({ no, hash, version, endsAtMs }): SecretRow => ({ no, hash: Buffer.from(hash, 'hex'), version, endsAtMs }),
  );
  return {
    keyId: found.id,
    kid: encodeUuid(found.id),
    tenantId: found.tenant_id,
    tenantKind: found.tenant_kind,
    tenantStatus: found.tenant_status,
    ownerUserId: found.owner_user_id,
    ownerStatus: found.owner_status,
    ownerCeiling: found.owner_ceiling,
    environment: found.environment,
    status: found.status,
    notBeforeMs: found.not_before_ms,
    expiresAtMs: found.expires_at_ms,
    scopes: found.scopes,
    metadata: found.metadata,
    secrets: [
      { no: found.secret_no, hash: found.token_hash, version: found.token_hash_key_version, endsAtMs: null },
      ...retiring,
    ],
  };
}
