import type { ClientBase } from 'pg';
import { decodeUuid } from '../crypto/base32.ts';
import { idPrefixes } from '../lib/ids.ts';

/** An event, as far as it says what was done to what. */
export type Deed = { readonly id: string; readonly action: string; readonly target: string };

/** What brings a key into being. The view datawarehouse.api_users joins these events of each key. */
const makings = new Set(['createApiKey', 'importApiKeys']);
const prefix = `${idPrefixes.ApiKey}_`;

/** The ids of those events that tell of the making of a key that is still there. */
export async function makingsThatStay(db: ClientBase, events: readonly Deed[]): Promise<ReadonlySet<string>> {
  const made = events.flatMap(({ id, action, target }) => {
    const key = makings.has(action) && target.startsWith(prefix) ? decodeUuid(target.slice(prefix.length)) : undefined;
    return key === undefined ? [] : [{ id, key }];
  });
  if (made.length === 0) return new Set();
  const keys = made.map(({ key }) => key);
  const { rows } = await db.query<{ id: string }>('select id from api_keys where id = any($1::uuid[])', [keys]);
  const living = new Set(rows.map(({ id }) => id));
  return new Set(made.filter(({ key }) => living.has(key)).map(({ id }) => id));
}
