import type { Pool } from 'pg';
import { limits } from '../lib/limits.ts';
import { asking } from './outage.ts';
import type { NodeStates } from './propagation.ts';

/** In autocommit, so that each answer is of its own moment. */
const readNodes = {
  name: 'readNodes',
  text: `select h.seq::float8 as head, (extract(epoch from clock_timestamp()) * 1000)::float8 as "databaseMs",
      h.timeline = keywright_timeline() and h.timeline_since + make_interval(
        secs => $1 + coalesce((select max(outage_grace_seconds) from verifier_node), 0)) <= clock_timestamp() as "isSettled",
      (select coalesce(json_agg(json_build_object('acked', acked, 'outageGraceSeconds', outage_grace_seconds)), '[]')
         from verifier_node) as nodes
    from revocation_head h`,
};

/** How far every node has read. */
export function createReadNodes(pool: Pool): () => Promise<NodeStates> {
  return async () => {
    const { rows } = await asking(() => pool.query<NodeStates>({ ...readNodes, values: [limits.leaseMs / 1000] }));
    const [states] = rows;
    if (states === undefined) throw new Error('The change log has no head: was the row of revocation_head deleted?');
    return states;
  };
}
