import type { MikroORM } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import type { Keyring } from '../crypto/keyring.ts';
import type { Caller } from '../lib/Caller.ts';
import { type ApiKeyStats, readApiKeyStats, type StatsOf } from './apiKeyStats.ts';
import { countRows, type Page, type PageRequest, pageKey, readPages, type Selection, selectionKey } from './pages.ts';
import { createReadQueue, type ReadQueue } from './readQueue.ts';
import { type ApiKeyRow, apiKeyColumns, toApiKeyRow } from './rows/ApiKeyRow.ts';
import { type RetiringSecretRow, retiringSecretColumns } from './rows/RetiringSecretRow.ts';
import { type TenantRow, tenantColumns } from './rows/TenantRow.ts';
import { toUserRow, type UserRow, userColumns } from './rows/UserRow.ts';
import { type Sql, sql } from './sql.ts';
import { beginReading, roleFor } from './tenancy.ts';

/**
 * What one request reads, as its caller: Postgres shows it that caller's rows and no others. Each kind is read by one
 * statement for all who ask in the same moment, so what a page costs does not depend on its length.
 */
export type Reading = {
  readonly caller: Caller;
  readonly now: Date;
  /** Seals the cursors of pages. */
  readonly keyring: Keyring;
  readonly tenant: DataLoader<string, TenantRow | null>;
  readonly user: DataLoader<string, UserRow | null>;
  readonly apiKey: DataLoader<string, ApiKeyRow | null>;
  /** The live retiring secrets of a key, newest first. */
  readonly retiringSecrets: DataLoader<string, readonly RetiringSecretRow[]>;
  page<Row>(request: PageRequest<Row>): Promise<Page<Row>>;
  /** How many rows there are; null where more would have to be looked at than a page may. */
  count(selection: Selection<unknown>): Promise<number | null>;
  /** Counts about the keys of one tenant or owner, or of all. */
  apiKeyStats(of: StatsOf): Promise<ApiKeyStats>;
  readonly read: ReadQueue;
};

/** What a reading is made of. */
export type ReadingParts = Pick<Reading, 'caller' | 'now' | 'keyring'> & {
  readonly orm: MikroORM;
  readonly signal?: AbortSignal | undefined;
};

/** Begins the reads of one request; nothing is sent before somebody asks. */
export function openReading({ orm, caller, now, keyring, signal }: ReadingParts): Reading {
  const read = createReadQueue({
    pool: () => orm.em.getConnection().getNativeClient(),
    begin: beginReading(caller),
    role: roleFor(caller),
    signal,
  });
  const pages = grouped<PageRequest<unknown>, Page<unknown>>(pageKey, (requests) =>
    read((query) => readPages(query, requests)),
  );
  const counts = grouped<Selection<unknown>, number | null>(selectionKey, (selections) =>
    read((query) => countRows(query, selections)),
  );
  const stats = grouped<{ readonly of: StatsOf }, ApiKeyStats>(
    ({ of }) => of?.column ?? '',
    (asked) =>
      read((query) =>
        readApiKeyStats(
          query,
          asked.map(({ of }) => of),
        ),
      ),
  );
  return {
    caller,
    now,
    keyring,
    read,
    tenant: byId<TenantRow>(read, (ids) => sql`select ${tenantColumns} from tenants where id = any(${ids}::uuid[])`),
    user: byId(read, (ids) => sql`select ${userColumns} from users where id = any(${ids}::uuid[])`, toUserRow),
    apiKey: byId(read, (ids) => sql`select ${apiKeyColumns} from api_keys where id = any(${ids}::uuid[])`, toApiKeyRow),
    retiringSecrets: retiringSecrets(read, now),
    page: <Row>(request: PageRequest<Row>) => pages.load(request) as Promise<Page<Row>>,
    count: (selection) => counts.load(selection),
    apiKeyStats: (of) => stats.load({ of }),
  };
}

function byId<Row extends { readonly id: string }, Selected = Row>(
  read: ReadQueue,
  select: (ids: readonly string[]) => Sql,
  toRow: (selected: Selected) => Row = (selected) => selected as unknown as Row,
): DataLoader<string, Row | null> {
  return new DataLoader(async (ids) => {
    const selected = await read((query) => query(select(ids), { isCommon: true }));
    const found = new Map(selected.map((one) => toRow(one as Selected)).map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  });
}

function retiringSecrets(read: ReadQueue, now: Date): Reading['retiringSecrets'] {
  return new DataLoader(async (keyIds) => {
    const selected = await read((query) =>
      query<RetiringSecretRow>(
        sql`select ${retiringSecretColumns} from api_key_retiring_secrets
            where api_key_id = any(${keyIds}::uuid[]) and expires_at > ${now.toISOString()}::timestamptz order by secret_no desc`,
        { isCommon: true },
      ),
    );
    const byKey = Map.groupBy(selected, ({ keyId }) => keyId);
    return keyIds.map((keyId) => byKey.get(keyId) ?? []);
  });
}

/** Answers all who ask in one moment, by one read for each group of a common key. */
function grouped<Asked, Answer>(
  keyOf: (asked: Asked) => string,
  readAll: (asked: readonly Asked[]) => Promise<readonly Answer[]>,
) {
  const batch = async (asked: readonly Asked[]) => {
    const answers = new Map<Asked, Answer | Error>();
    const groups = [...Map.groupBy(asked, keyOf).values()];
    await Promise.all(
      groups.map(async (group) => {
        const read = await readAll(group).catch((error: unknown) => group.map(() => asError(error)));
        for (const [index, one] of group.entries()) answers.set(one, read[index] as Answer | Error);
      }),
    );
    return asked.map((one) => answers.get(one) as Answer | Error);
  };
  // Each question is asked once: what it would be remembered by is as long as itself.
  return new DataLoader<Asked, Answer>(batch, { cache: false });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('A read failed.', { cause: error });
}
