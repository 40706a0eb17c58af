import type { Pool } from 'pg';
import { assert } from '../lib/assert.ts';
import { limits } from '../lib/limits.ts';
import { asking } from './outage.ts';

/** One secret of one key, and when it was used last. */
export type Use = { readonly keyId: string; readonly secretNo: number; readonly atMs: number };

/** How many rows were written, and which uses belong to rows that somebody else was changing: try those again. */
export type Recorded = { readonly written: number; readonly kept: readonly Use[] };

type Found = { readonly written: number; readonly kept: readonly number[]; readonly retiring: readonly number[] };

/** The uses of a batch, each with its place in it. */
const used = `used as materialized (
    select key_id, secret_no, to_timestamp(at_ms / 1000) as at, place::int
    from unnest($1::uuid[], $2::int[], $3::float8[]) with ordinality as u (key_id, secret_no, at_ms, place)
  )`;
/** Whether a stored time is so far behind a use that it is written. */
const isBehind = (stored: string, at: string) =>
  `coalesce(${stored} <= ${at} - interval '${limits.lastUsedStepSeconds} seconds', ${at} is not null)`;

/**
 * Writes the times of keys, and those of their current secrets. What is less than a minute behind is not even locked.
 * Rows are taken in order of their ids, and none that somebody else holds is waited for: so two of these never lock each
 * other out. A row that is not as it was judged, because it was rotated or written since, is kept like one that is held.
 * Neither the row's version nor the time of its last change moves: for an entity that is being changed beside this,
 * nothing has happened.
 */
const recordOnKeys = {
  name: 'recordUsesOfKeys',
  text: `with ${used}, found as materialized (
    select k.id, k.secret_no, k.last_used_at, k.secret_last_used_at, max(used.at) as at,
      max(used.at) filter (where used.secret_no = k.secret_no) as secret_at
    from used join api_keys k on k.id = used.key_id group by k.id
  ), due as materialized (
    select * from found where ${isBehind('last_used_at', 'at')} or ${isBehind('secret_last_used_at', 'secret_at')}
  ), held as materialized (
    select due.* from due join api_keys k on k.id = due.id and k.secret_no = due.secret_no
      and k.last_used_at is not distinct from due.last_used_at
      and k.secret_last_used_at is not distinct from due.secret_last_used_at
    order by k.id for no key update of k skip locked
  ), written as (
    update api_keys k set last_used_at = greatest(k.last_used_at, held.at),
      secret_last_used_at = greatest(k.secret_last_used_at, held.secret_at)
    from held where k.id = held.id returning k.id
  )
  select count(distinct written.id)::int as written,
    coalesce(array_agg(used.place) filter (where due.id is not null and written.id is null), '{}') as kept,
    coalesce(array_agg(used.place) filter (where (due.id is null or written.id is not null)
      and used.secret_no <> found.secret_no), '{}') as retiring
  from used join found on found.id = used.key_id left join due on due.id = found.id left join written on written.id = found.id`,
};

/** The same for secrets that a rotation replaced; one whose grace was ended is gone, and its use with it. */
const recordOnRetiring = {
  name: 'recordUsesOfRetiringSecrets',
  text: `with ${used}, due as materialized (
    select r.api_key_id, r.secret_no, r.last_used_at, used.at, used.place
    from used join api_key_retiring_secrets r on r.api_key_id = used.key_id and r.secret_no = used.secret_no
    where ${isBehind('r.last_used_at', 'used.at')}
  ), held as materialized (
    select due.* from due join api_key_retiring_secrets r on r.api_key_id = due.api_key_id and r.secret_no = due.secret_no
      and r.last_used_at is not distinct from due.last_used_at
    order by r.api_key_id, r.secret_no for no key update of r skip locked
  ), written as (
    update api_key_retiring_secrets r set last_used_at = held.at
    from held where r.api_key_id = held.api_key_id and r.secret_no = held.secret_no returning held.place
  )
  select count(written.place)::int as written,
    coalesce(array_agg(due.place) filter (where written.place is null), '{}') as kept, '{}'::int[] as retiring
  from due left join written on written.place = due.place`,
};

/**
 * Writes when secrets were used last, to the minute and never backwards: one statement for the keys, and one more where
 * a use was of a secret that is not its key's current one. Keys that are gone are passed over. Done twice, it changes
 * nothing more.
 */
export async function recordUses(pool: Pool, uses: readonly Use[]): Promise<Recorded> {
  const keys = await record(pool, recordOnKeys, uses);
  // By what the rows say now, and not by what they said when the secrets were used: a rotation may have come between.
  const ofOthers = pick(uses, keys.retiring);
  if (ofOthers.length === 0) return { written: keys.written, kept: pick(uses, keys.kept) };
  const retiring = await record(pool, recordOnRetiring, ofOthers);
  return {
    written: keys.written + retiring.written,
    kept: [...pick(uses, keys.kept), ...pick(ofOthers, retiring.kept)],
  };
}

async function record(pool: Pool, statement: typeof recordOnKeys, uses: readonly Use[]): Promise<Found> {
  const values = [uses.map(({ keyId }) => keyId), uses.map(({ secretNo }) => secretNo), uses.map(({ atMs }) => atMs)];
  const { rows } = await asking(() => pool.query<Found>({ ...statement, values }));
  const [found] = rows;
  assert(found !== undefined, 'a count answers one row');
  return found;
}

/** By their places, counted from 1. */
function pick(uses: readonly Use[], places: readonly number[]): Use[] {
  return places.flatMap((place) => uses[place - 1] ?? []);
}
