import type { MikroORM } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import type { Keyring } from '../crypto/keyring.ts';
import type { Caller } from '../lib/Caller.ts';
import { type ApiKeyStats, readApiKeyStats, type StatsOf } from './apiKeyStats.ts';
import { countRows, type Page, type PageRequest, pageKey, readPages, selectionKey } from './pages.ts';
import { createReadQueue, type ReadQueue } from './readQueue.ts';
import { type Relatives, readRelatives, type Wanted } from './relatives.ts';
import type { ApiKeyRow } from './rows/ApiKeyRow.ts';
import type { RetiringSecretRow } from './rows/RetiringSecretRow.ts';
import type { TenantRow } from './rows/TenantRow.ts';
import type { UserRow } from './rows/UserRow.ts';
import type { Selection } from './Selection.ts';
import { beginReading, roleFor } from './tenancy.ts';

/**
 * What one request reads, as its caller: Postgres shows it that caller's rows and no others. What is asked for in one
 * moment is read by one statement, so what a page costs does not depend on its length.
 */
export type Reading = {
  readonly caller: Caller;
  readonly now: Date;
  /** Seals the cursors of pages. */
  readonly keyring: Keyring;
  tenant(id: string): Promise<TenantRow | null>;
  user(id: string): Promise<UserRow | null>;
  apiKey(id: string): Promise<ApiKeyRow | null>;
  /** The live retiring secrets of a key, newest first. */
  retiringSecrets(keyId: string): Promise<readonly RetiringSecretRow[]>;
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
  const relatives = new DataLoader<Wanted, Relatives[keyof Relatives], string>(
    (wanted) => read((query) => readRelatives(query, wanted, now)),
    { cacheKeyFn: ({ kind, id }) => kind + id },
  );
  // The promise as it is: one that waits for it would be a second one, for each of a page's fields.
  const relative = <Kind extends keyof Relatives>(kind: Kind, id: string) =>
    relatives.load({ kind, id }) as Promise<Relatives[Kind]>;
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
    tenant: (id) => relative('tenant', id),
    user: (id) => relative('user', id),
    apiKey: (id) => relative('apiKey', id),
    retiringSecrets: (keyId) => relative('retiringSecrets', keyId),
    page: <Row>(request: PageRequest<Row>) => pages.load(request) as Promise<Page<Row>>,
    count: (selection) => counts.load(selection),
    apiKeyStats: (of) => stats.load({ of }),
  };
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
