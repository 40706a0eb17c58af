import type { Pool } from 'pg';
import { encodeUuid } from '../crypto/base32.ts';
import { assert } from '../lib/assert.ts';
import { limits } from '../lib/limits.ts';
import { asking } from '../store/outage.ts';
import type { KeyRow, SecretRow } from './KeyRow.ts';

/** Reads what verifications judge by: those of the keys that there are, by one indexed statement. */
export type ReadRows = (keyIds: readonly string[]) => Promise<ReadonlyMap<string, KeyRow>>;

/** A time as milliseconds, exactly: as a float before the multiplication it might lose one. */
const ms = (time: string) => `extract(epoch from ${time}) * 1000`;

/**
 * The key `k` with its tenant, its owner and its retiring secrets: whoever uses it says which key. It is one text of lines,
 * because seventeen columns cost the database a third more and this process twice as much; nothing in it has a line break,
 * which JSON escapes. Tenant and owner are looked up for each key, since a join reads all tenants where there are few.
 */
export const selectKeyRow = `select concat_ws(E'\\n', k.id, k.tenant_id,
      (select concat_ws(E'\\n', t.kind, t.status) from tenants t where t.id = k.tenant_id),
      case when k.owner_user_id is null then E'\\n\\n' else concat(k.owner_user_id, E'\\n',
        (select concat(u.status, E'\\n', u.scope_ceiling) from users u where u.id = k.owner_user_id)) end,
      k.environment, k.status, k.scopes, k.metadata, coalesce((${ms('k.not_before')})::text, ''), coalesce((${ms('k.expires_at')})::text, ''),
      k.secret_no, encode(k.token_hash, 'hex'), k.token_hash_key_version, ${linesOf(`
        select concat_ws(E'\\n', r.secret_no, encode(r.token_hash, 'hex'), r.token_hash_key_version, ${ms('r.expires_at')})
        from api_key_retiring_secrets r where r.api_key_id = k.id`)}) as key_row
    from api_keys k`;

/** Rows of one text each as lines; null, which adds no line, where there is none. */
function linesOf(select: string): string {
  return `nullif(array_to_string(array(${select}), E'\\n'), '')`;
}

/** Prepared once for each connection. For a single key the equality is twice as fast as a list of one. */
const keyRowById = { name: 'keyRowById', text: `${selectKeyRow} where k.id = $1` };
const keyRowsById = { name: 'keyRowsById', text: `${selectKeyRow} where k.id = any($1::uuid[])` };

/** A row of `selectKeyRow`. */
export type FoundKey = { readonly key_row: string };

/** Reads on the verifying role's own pool: single autocommit statements on the primary, so that nothing is older than they are. */
export function createReadRows(pool: Pool): ReadRows {
  return async (keyIds) => {
    const [only] = keyIds;
    // The list as PostgreSQL writes it: the driver would look at each id for quotes.
    const query =
      keyIds.length === 1 ? { ...keyRowById, values: [only] } : { ...keyRowsById, values: [`{${keyIds.join()}}`] };
    const { rows } = await asking(() => pool.query<FoundKey>(query));
    const byId = new Map<string, KeyRow>();
    for (const found of rows) {
      const row = toKeyRow(found);
      byId.set(row.keyId, row);
    }
    return byId;
  };
}

/** Lines of a key, and of each retiring secret behind it. */
const keyLines = 16;
const secretLines = 4;

/** What a verification judges by, from a row of `selectKeyRow`. */
export function toKeyRow({ key_row: text }: FoundKey): KeyRow {
  const lines = text.split('\n');
  assert(
    lines.length >= keyLines && lines.length % secretLines === 0,
    'a key is read in as many lines as it was written',
  );
  const line = (at: number) => lines[at] ?? '';
  const [keyId, ownerUserId, ownerStatus, ceiling] = [line(0), line(4), line(5), line(6)];
  const [environment, status] = [line(7) as KeyRow['environment'], line(8) as KeyRow['status']];
  // A reference always leads somewhere: an owner that is not seen would pass for one that is not disabled.
  assert((ownerUserId === '') === (ownerStatus === ''), 'whoever reads a key reads its owner');
  return {
    keyId,
    kid: encodeUuid(keyId),
    tenantId: line(1),
    tenantKind: line(2) as KeyRow['tenantKind'],
    tenantStatus: line(3) as KeyRow['tenantStatus'],
    ownerUserId: ownerUserId === '' ? null : ownerUserId,
    ownerStatus: ownerStatus === '' ? null : (ownerStatus as KeyRow['ownerStatus']),
    ownerCeiling: ceiling === '' ? null : scopesIn(ceiling),
    environment: oneOf(environment, 'live', 'test'),
    status: oneOf(status, 'active', 'revoked'),
    notBeforeMs: numberOf(line(11)),
    expiresAtMs: numberOf(line(12)),
    scopes: scopesIn(line(9)),
    metadata: line(10) === '{}' ? noMetadata : JSON.parse(line(10)),
    secrets: secretsIn(lines),
  };
}

const noMetadata: KeyRow['metadata'] = Object.freeze({});

/** Lists as JSON, as they come: most keys have one that many have, and to read it takes longer than to look it up. */
const scopeLists = new Map<string, readonly string[]>();

function scopesIn(json: string): readonly string[] {
  const known = scopeLists.get(json);
  if (known !== undefined) return known;
  const scopes: readonly string[] = JSON.parse(json);
  if (json.length > limits.sharedScopesCharsMax) return scopes;
  if (scopeLists.size >= limits.scopeListsReadMax) scopeLists.clear();
  // In one piece: as it comes, it holds on to the row that it is a part of.
  scopeLists.set(Buffer.from(json).toString(), scopes);
  return scopes;
}

/** The one copy of a word that nearly all keys have: each row brings its own, and memory would keep a million of them. */
function oneOf<Word extends string>(word: Word, first: Word, second: Word): Word {
  if (word === first) return first;
  return word === second ? second : word;
}

/** The current one, which ends with its key, and behind the lines of the key the retiring ones. */
function secretsIn(lines: readonly string[]): SecretRow[] {
  const secrets = [secretAt(lines, keyLines - secretLines + 1, null)];
  for (let at = keyLines; at < lines.length; at += secretLines) {
    secrets.push(secretAt(lines, at, Number(lines[at + secretLines - 1])));
  }
  return secrets;
}

function secretAt(lines: readonly string[], at: number, endsAtMs: number | null): SecretRow {
  const hash = Buffer.from(lines[at + 1] ?? '', 'hex');
  return { no: Number(lines[at]), hash, version: lines[at + 2] ?? '', endsAtMs };
}

function numberOf(text: string): number | null {
  return text === '' ? null : Number(text);
}
