import type { Pool } from 'pg';
import { asking } from './outage.ts';

/** One stored hash as it was read, and what should stand in its place. */
export type HashReplacement = {
  readonly keyId: string;
  readonly secretNo: number;
  /** Whether the secret stands among the retiring ones. */
  readonly retiring: boolean;
  readonly from: Uint8Array;
  readonly to: { readonly version: string; readonly hash: Uint8Array };
};

const replaceCurrent = {
  name: 'replaceCurrentHash',
  text: `update api_keys set token_hash = $4, token_hash_key_version = $5 where id = $1 and secret_no = $2 and token_hash = $3`,
};
const replaceRetiring = {
  name: 'replaceRetiringHash',
  text: `update api_key_retiring_secrets set token_hash = $4, token_hash_key_version = $5
    where api_key_id = $1 and secret_no = $2 and token_hash = $3`,
};

/**
 * Puts another hash of the same secret into its row, if the row still has the one that was read. Guarded by the hash itself:
 * by its version alone, the hash of a secret that was rotated out meanwhile would come back. The key has not changed for
 * anybody, so its row version and the time of its last change stay as they are.
 */
export async function replaceHash(pool: Pool, replacement: HashReplacement): Promise<boolean> {
  const { keyId, secretNo, retiring, from, to } = replacement;
  const statement = retiring ? replaceRetiring : replaceCurrent;
  const values = [keyId, secretNo, from, to.hash, to.version];
  const { rowCount } = await asking(() => pool.query({ ...statement, values }));
  return rowCount === 1;
}
