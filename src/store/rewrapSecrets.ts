import type { Client } from 'pg';
import { outermostOf, parseHashVersion } from '../crypto/hashVersion.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { wrapHash } from '../crypto/tokenHash.ts';
import { limits } from '../lib/limits.ts';
import { asRole } from './asRole.ts';
import type { DatabaseAddress } from './DatabaseAddress.ts';
import { asking } from './outage.ts';

/** Which hashes are wrapped with which key, and who hears how far it is. */
export type RewrapInput = {
  readonly ring: Keyring;
  readonly from: number;
  readonly to: number;
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
  /** An argument for tests alone. */
  readonly batchRows?: number;
};

/** What came of it. */
export type Rewrapped = {
  readonly rewrapped: number;
  /** Hashes that need four ring keys already and were left; of their keys the first are named. */
  readonly tooDeep: { readonly count: number; readonly keyIds: readonly string[] };
  /** Hashes that others held locked each time; another run gets them. */
  readonly busy: number;
};

type Row = {
  readonly id: string;
  readonly secret_no: number;
  readonly tenant_id: string;
  readonly token_hash: Buffer;
  readonly token_hash_key_version: string;
};

/**
 * Both tables, page by page along their primary keys. A page's rows are written in one statement, each only if it still has
 * the hash that was read. Rows that others hold are passed over: waiting for one would hold back whoever wants another.
 */
const tables = [
  { name: 'api_keys', id: 'id' },
  { name: 'api_key_retiring_secrets', id: 'api_key_id' },
].map(({ name, id }) => ({
  read: `select ${id} as id, secret_no, tenant_id, token_hash, token_hash_key_version from ${name}
      where (${id}, secret_no) > ($1, $2) order by ${id}, secret_no limit $3`,
  write: `with wrapped as (
        select * from unnest($1::uuid[], $2::int[], $3::bytea[], $4::bytea[], $5::text[]) as w (id, no, old, hash, version)
      ), free as (
        select w.*
        from ${name} s join wrapped w on s.${id} = w.id and s.secret_no = w.no and s.token_hash = w.old
        for update of s skip locked
      )
      update ${name} s set token_hash = free.hash, token_hash_key_version = free.version
      from free where s.${id} = free.id and s.secret_no = free.no and s.token_hash = free.old`,
}));

/**
 * Puts the key `to` around every hash whose outermost key is `from`: a rotation that needs no customer and no secret.
 * Each page is a transaction of its own, and what is done is not `from`'s any more: interrupted, it is simply run again.
 * Nothing that a verification judges by changes, and the service verifies meanwhile.
 */
export function rewrapSecrets(address: DatabaseAddress, input: RewrapInput): Promise<Rewrapped> {
  return asking(() => asRole(address, 'keywright_verify', (client) => rewrapAll(client, input)));
}

async function rewrapAll(client: Client, input: RewrapInput): Promise<Rewrapped> {
  const total = await countFrom(client, input.from);
  let rewrapped = 0;
  for (let round = 1; ; round++) {
    const tooDeep = { count: 0, keyIds: [] as string[] };
    let busy = 0;
    for (const table of tables) {
      for await (const page of pages(client, table.read, input)) {
        const { wrapped, deep } = wrapPage(page, input);
        for (const id of deep) if (tooDeep.count++ < limits.namedKeysMax) tooDeep.keyIds.push(id);
        const written = await write(client, table.write, wrapped);
        busy += wrapped.length - written;
        rewrapped += written;
        input.onProgress({ done: rewrapped, total });
      }
    }
    if (busy === 0 || round === limits.rewrapRoundsMax) return { rewrapped, tooDeep, busy };
  }
}

/** How many hashes there are to wrap, those that are too deep among them. */
async function countFrom(client: Client, from: number): Promise<number> {
  const { rows } = await client.query<{ version: string; count: number }>(
    `select version, count(*)::int as count from (
       select token_hash_key_version as version from api_keys union all select token_hash_key_version from api_key_retiring_secrets
     ) as stored group by version`,
  );
  return rows.reduce((sum, { version, count }) => (isFrom(version, from) ? sum + count : sum), 0);
}

/** A hash of a version that only a newer release knows is not this one's to touch. */
function isFrom(version: string, from: number): boolean {
  const parsed = parseHashVersion(version);
  return parsed !== undefined && outermostOf(parsed) === from;
}

async function* pages(client: Client, read: string, { from, batchRows = limits.rewrapBatchRows }: RewrapInput) {
  let after: readonly [string, number] = ['00000000-0000-0000-0000-000000000000', 0];
  for (;;) {
    const { rows } = await client.query<Row>(read, [...after, batchRows]);
    yield rows.filter((row) => isFrom(row.token_hash_key_version, from));
    const last = rows.at(-1);
    if (last === undefined || rows.length < batchRows) return;
    after = [last.id, last.secret_no];
  }
}

type Wrapped = { readonly row: Row; readonly hash: Buffer; readonly version: string };

function wrapPage(page: readonly Row[], { ring, to }: RewrapInput): { wrapped: Wrapped[]; deep: string[] } {
  const wrapped: Wrapped[] = [];
  const deep: string[] = [];
  for (const row of page) {
    const { id: keyId, tenant_id: tenantId, token_hash: hash, token_hash_key_version: version } = row;
    const made = wrapHash(ring, to, { keyId, tenantId, version, hash });
    if (made === 'too-deep') deep.push(keyId);
    else wrapped.push({ row, ...made });
  }
  return { wrapped, deep };
}

async function write(client: Client, statement: string, wrapped: readonly Wrapped[]): Promise<number> {
  if (wrapped.length === 0) return 0;
  const { rowCount } = await client.query(statement, [
    wrapped.map(({ row }) => row.id),
    wrapped.map(({ row }) => row.secret_no),
    wrapped.map(({ row }) => row.token_hash),
    wrapped.map(({ hash }) => hash),
    wrapped.map(({ version }) => version),
  ]);
  return rowCount ?? 0;
}
