import type { Pool } from 'pg';
import { limits } from '../lib/limits.ts';
import { asking } from './outage.ts';

const pruneChanges = {
  name: 'pruneChanges',
  text: `delete from revocation_log where seq in (
      select seq from revocation_log where at < clock_timestamp() - make_interval(secs => $1) order by seq limit $2)
    and seq < (select seq from revocation_head)`,
};

/** Removes old entries of the change log, from its beginning: whoever sees a gap there empties its memory. */
export async function removeOldChanges(pool: Pool): Promise<void> {
  const values = [limits.changesKeptSeconds, limits.changesPruneRows];
  await asking(() => pool.query({ ...pruneChanges, values }));
}
