import type { Pool } from 'pg';
import { importFormsSql } from '../store/importForms.ts';
import { asking } from '../store/outage.ts';
import type { KeyRow } from './KeyRow.ts';
import { type FoundKey, selectKeyRow, toKeyRow } from './readRows.ts';

/** What one look finds: the keys of which a current or retiring secret has one of the hashes, and all forms there are. */
export type FoundImported = { readonly rows: readonly KeyRow[]; readonly forms: readonly string[] };

/** Finds imported keys by the hashes that a presented token would have. */
export type ImportedLookup = (hashes: readonly Buffer[]) => Promise<FoundImported>;

/**
 * Hashes and forms in one statement, and so in one snapshot: that none was found means something only if the token was
 * hashed in every form that the rows had at that moment. The left join keeps the forms where there is no key.
 */
const keyRowsByHash = {
  name: 'keyRowsByHash',
  text: `with hit as (
      select id from api_keys where token_hash = any($1::bytea[])
      union
      select api_key_id from api_key_retiring_secrets where token_hash = any($1::bytea[])
    )
    select ${importFormsSql} as forms, found.*
    from (select) as once left join (${selectKeyRow} where k.id in (select id from hit)) as found on true`,
};

type Found = { readonly forms: readonly string[] } & (FoundKey | { readonly key_row: null });

/** A look-up on a pool of its own: strangers who present nonsense must not keep native tokens waiting. */
export function createImportedLookup(pool: Pool): ImportedLookup {
  return async (hashes) => {
    const { rows } = await asking(() => pool.query<Found>({ ...keyRowsByHash, values: [hashes] }));
    return {
      rows: rows.flatMap((row) => (row.key_row === null ? [] : [toKeyRow(row)])),
      forms: rows[0]?.forms ?? [],
    };
  };
}
