import { Refusal } from '../lib/errors.ts';
import type { Ctx } from '../store/Ctx.ts';
import { refusalOf } from '../store/conflicts.ts';
import type { Decision, WantedChange } from './judgeImport.ts';
import { fieldOf } from './parseCredential.ts';
import type { WantedKey } from './parseImportRow.ts';

/** A row that was accepted, and its key. */
export type Accepted = Extract<Decision, { outcome: 'IMPORTED' | 'UPDATED' }>;

/**
 * Writes the keys of accepted rows, and answers those that only the database knew to refuse: somebody else took a name
 * or a token between our look and this. One statement each for the new keys and for the changed ones.
 */
export async function writeImported(ctx: Ctx, accepted: readonly Accepted[]): Promise<Map<Accepted, Refusal>> {
  const made = accepted.filter(({ outcome }) => outcome === 'IMPORTED');
  const changed = accepted.filter(({ outcome }) => outcome === 'UPDATED');
  return new Map([
    ...(await writeSplitting(ctx, made, (rows) => ctx.em.execute(insertKeys, [recordsOf(ctx, rows)]))),
    ...(await writeSplitting(ctx, changed, (rows) => updateKeys(ctx, rows))),
  ]);
}

type Write = (rows: readonly Accepted[]) => Promise<unknown>;

/** Writes all at once; where one of them cannot be, each half by itself, down to the row that cannot. */
async function writeSplitting(ctx: Ctx, rows: readonly Accepted[], write: Write): Promise<[Accepted, Refusal][]> {
  const [first] = rows;
  if (first === undefined) return [];
  const refusal = await inSavepoint(ctx, () => write(rows));
  if (refusal === undefined) return [];
  if (rows.length === 1) return [[first, refusalOfRow(first.key.wanted, refusal)]];
  const half = Math.ceil(rows.length / 2);
  return [
    ...(await writeSplitting(ctx, rows.slice(0, half), write)),
    ...(await writeSplitting(ctx, rows.slice(half), write)),
  ];
}

function refusalOfRow({ path, credential }: WantedKey, { code, message, inputPath: field }: Refusal): Refusal {
  return new Refusal(code, message, [...path, ...(code === 'TOKEN_TAKEN' ? [fieldOf(credential)] : field)]);
}

/** What is refused in here has not happened, and all that was written before it stands. */
async function inSavepoint({ em }: Ctx, write: () => Promise<unknown>): Promise<Refusal | undefined> {
  await em.execute('savepoint import_rows');
  try {
    await write();
    await em.execute('release savepoint import_rows');
    return undefined;
  } catch (error) {
    const refusal = refusalOf(error);
    // A tenant that is gone is no fault of a row, and an outage none of anybody's.
    if (refusal === undefined || refusal.inputPath[0] === 'tenantId') throw error;
    await em.execute('rollback to savepoint import_rows');
    await em.execute('release savepoint import_rows');
    return refusal;
  }
}

const revokedBefore = 'It was revoked before it was imported.';

/** As the columns are called, with the hash in hexadecimal; null where the secret stays. */
function recordsOf({ now }: Ctx, rows: readonly Accepted[]): string {
  return JSON.stringify(rows.map(({ keyId, key }) => recordOf(keyId, key, now.toISOString())));
}

function recordOf(id: string, { wanted, state, secret }: WantedChange, now: string) {
  const isRevoked = state.status === 'revoked';
  return {
    id,
    tenant_id: wanted.tenantId,
    user_id: state.makerUserId,
    owner_user_id: state.ownerUserId,
    name: state.name,
    environment: state.environment,
    token_hash: secret?.hash.toString('hex') ?? null,
    token_hash_key_version: secret?.version ?? null,
    scopes: state.scopes,
    status: state.status,
    not_before: state.notBefore,
    expires_at: state.expiresAt,
    last_used_at: state.lastUsedAt,
    revoked_at: isRevoked ? now : null,
    revocation_reason: isRevoked ? revokedBefore : null,
    metadata: state.metadata,
    external_key_id: state.externalKeyId,
    source: wanted.source,
    legacy_id: wanted.legacyId,
    created_at: state.createdAt,
    now,
  };
}

const records = `jsonb_to_recordset(?) as x (id uuid, tenant_id uuid, user_id uuid, owner_user_id uuid, name text, environment text,
  token_hash text, token_hash_key_version text, scopes jsonb, status text, not_before timestamptz(6), expires_at timestamptz(6),
  last_used_at timestamptz(6), revoked_at timestamptz(6), revocation_reason text, metadata jsonb, external_key_id text, source text,
  legacy_id text, created_at timestamptz(6), now timestamptz(6))`;

const insertKeys = `insert into api_keys (id, tenant_id, user_id, owner_user_id, name, environment, token_hash, token_hash_key_version,
    secret_created_at, secret_last_used_at, scopes, status, not_before, expires_at, last_used_at, revoked_at, revocation_reason, metadata,
    external_key_id, source, legacy_id, created_at)
  select x.id, x.tenant_id, x.user_id, x.owner_user_id, x.name, x.environment, decode(x.token_hash, 'hex'), x.token_hash_key_version,
    x.created_at, x.last_used_at, x.scopes, x.status, x.not_before, x.expires_at, x.last_used_at, x.revoked_at, x.revocation_reason, x.metadata,
    x.external_key_id, x.source, x.legacy_id, x.created_at
  from ${records}`;

/** A new token is a new secret: it counts as one, and nothing of the old one's is its own. */
const changeKeys = `update api_keys k set user_id = x.user_id, owner_user_id = x.owner_user_id, name = x.name, scopes = x.scopes,
    status = x.status, not_before = x.not_before, expires_at = x.expires_at, last_used_at = x.last_used_at, revoked_at = x.revoked_at,
    revocation_reason = x.revocation_reason, metadata = x.metadata, external_key_id = x.external_key_id, created_at = x.created_at,
    token_hash = coalesce(decode(x.token_hash, 'hex'), k.token_hash),
    token_hash_key_version = coalesce(x.token_hash_key_version, k.token_hash_key_version),
    secret_no = k.secret_no + case when x.token_hash is null then 0 else 1 end,
    secret_created_at = case when x.token_hash is null then k.secret_created_at else x.now end,
    secret_last_used_at = case when x.token_hash is null then k.secret_last_used_at end,
    updated_at = x.now, row_version = k.row_version + 1
  from ${records} where k.id = x.id`;

async function updateKeys(ctx: Ctx, rows: readonly Accepted[]): Promise<void> {
  await ctx.em.execute(changeKeys, [recordsOf(ctx, rows)]);
  const revoked = rows.filter(({ key }) => key.state.status === 'revoked').map(({ keyId }) => keyId);
  if (revoked.length === 0) return;
  // A revoked key is never recovered.
  await ctx.em.execute(
    'delete from api_key_recovery where api_key_id in (select id::uuid from jsonb_array_elements_text(?) as id)',
    [JSON.stringify(revoked)],
  );
}
