import type { Query } from './readQueue.ts';
import { type ApiKeyRow, apiKeyColumns, apiKeyTimes, toApiKeyRow } from './rows/ApiKeyRow.ts';
import { fromJson } from './rows/fromJson.ts';
import { type RetiringSecretRow, retiringSecretColumns, retiringSecretTimes } from './rows/RetiringSecretRow.ts';
import { type TenantRow, tenantColumns, tenantTimes } from './rows/TenantRow.ts';
import { toUserRow, type UserRow, userColumns, userTimes } from './rows/UserRow.ts';
import { join, type Sql, sql } from './sql.ts';

/** What is looked up by an id, singly or by the hundred. */
export type Relatives = {
  readonly tenant: TenantRow | null;
  readonly user: UserRow | null;
  readonly apiKey: ApiKeyRow | null;
  /** The live ones of a key, newest first. */
  readonly retiringSecrets: readonly RetiringSecretRow[];
};
type Kind = keyof Relatives;

/** What of one kind has this id. */
export type Wanted = { readonly kind: Kind; readonly id: string };

type Reads<Row> = {
  select(ids: readonly string[], now: Date): Sql;
  toRow(selected: never): Row;
  idOf(row: Row): string;
};

const reads: {
  readonly tenant: Reads<TenantRow>;
  readonly user: Reads<UserRow>;
  readonly apiKey: Reads<ApiKeyRow>;
  readonly retiringSecrets: Reads<RetiringSecretRow>;
} = {
  tenant: {
    select: (ids) => sql`select ${tenantColumns} from tenants where id = any(${ids}::uuid[])`,
    toRow: fromJson(tenantTimes, (tenant: TenantRow) => tenant),
    idOf: ({ id }) => id,
  },
  user: {
    select: (ids) => sql`select ${userColumns} from users where id = any(${ids}::uuid[])`,
    toRow: fromJson(userTimes, toUserRow),
    idOf: ({ id }) => id,
  },
  apiKey: {
    select: (ids) => sql`select ${apiKeyColumns} from api_keys where id = any(${ids}::uuid[])`,
    toRow: fromJson(apiKeyTimes, toApiKeyRow),
    idOf: ({ id }) => id,
  },
  retiringSecrets: {
    select: (ids, now) => sql`select ${retiringSecretColumns} from api_key_retiring_secrets
      where api_key_id = any(${ids}::uuid[]) and expires_at > ${now.toISOString()}::timestamptz order by secret_no desc`,
    toRow: fromJson(retiringSecretTimes, (secret: RetiringSecretRow) => secret),
    idOf: ({ keyId }) => keyId,
  },
};

/**
 * Reads all that is wanted, of whatever kinds, by one statement, whose one row has a JSON list for each kind: what a
 * statement for each would cost is mostly their number.
 */
export async function readRelatives(
  query: Query,
  wanted: readonly Wanted[],
  now: Date,
): Promise<readonly Relatives[Kind][]> {
  const byKind = Map.groupBy(wanted, ({ kind }) => kind);
  // In one order, whoever asks first: then the database knows the statement again.
  const kinds = (Object.keys(reads) as Kind[]).filter((kind) => byKind.has(kind));
  const lists = kinds.map((kind) => {
    const ids = (byKind.get(kind) ?? []).map(({ id }) => id);
    const name = { texts: [`"${kind}"`], values: [] };
    return sql`(select json_agg(one) from (${reads[kind].select(ids, now)}) one) as ${name}`;
  });
  const [row] = await query<Record<string, never[] | null>>(sql`select ${join(lists, sql`, `)}`, { isCommon: true });
  const found = new Map(kinds.map((kind) => [kind, grouped(reads[kind], row?.[kind] ?? [])]));
  return wanted.map(({ kind, id }) => {
    const rows = found.get(kind)?.get(id) ?? [];
    return (kind === 'retiringSecrets' ? rows : (rows[0] ?? null)) as Relatives[Kind];
  });
}

function grouped({ toRow, idOf }: Reads<unknown>, selected: readonly never[]): Map<string, unknown[]> {
  return Map.groupBy(
    selected.map((one) => toRow(one)),
    idOf,
  );
}
