import type { Pool } from 'pg';
import type { RecoveryLock } from '../crypto/recoveryLock.ts';
import { SetupError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { asRole } from './asRole.ts';
import { type DatabaseAddress, describeAddress } from './DatabaseAddress.ts';
import { errorCode } from './errorCode.ts';
import { asking } from './outage.ts';

/** The lock of a live secret, and the hash that stands in its row at this moment. */
export type StoredLock = RecoveryLock & {
  readonly secretNo: number;
  readonly retiring: boolean;
  readonly hash: Buffer;
  readonly version: string;
};

type FoundLock = {
  readonly secret_no: number;
  readonly pre: Buffer;
  readonly secret_phc: string;
  readonly retiring: boolean;
  readonly token_hash: Buffer;
  readonly token_hash_key_version: string;
};

const locksOfKey = {
  name: 'locksOfKey',
  text: `select l.secret_no, l.pre, l.secret_phc, r.secret_no is not null as retiring,
      coalesce(r.token_hash, k.token_hash) as token_hash,
      coalesce(r.token_hash_key_version, k.token_hash_key_version) as token_hash_key_version
    from api_key_recovery l join api_keys k on k.id = l.api_key_id
      left join api_key_retiring_secrets r on r.api_key_id = l.api_key_id and r.secret_no = l.secret_no
    where l.api_key_id = $1 and k.status <> 'revoked'
      and case when r.secret_no is null then l.secret_no = k.secret_no else r.expires_at > $2 end`,
};

/** The locks of a key's current secret and of those whose grace is not over, each with its row's hash in one snapshot. */
export async function findLocks(pool: Pool, keyId: string, now: Date): Promise<readonly StoredLock[]> {
  const { rows } = await asking(() => pool.query<FoundLock>({ ...locksOfKey, values: [keyId, now] }));
  return rows.map((row) => ({
    secretNo: row.secret_no,
    retiring: row.retiring,
    pre: row.pre,
    phc: row.secret_phc,
    hash: row.token_hash,
    version: row.token_hash_key_version,
  }));
}

/** The `pre` of every lock whose secret was minted under a lost number, in eight bytes each. */
export type KnownPres = { readonly size: number; has(pre: Buffer): boolean };

/** All of them in one pass over the tables, fetched in parts, so that no more than one part is in memory as rows. */
const presMintedUnder = `declare pres no scroll cursor for select l.pre
  from api_key_recovery l join api_keys k on k.id = l.api_key_id
    left join api_key_retiring_secrets r on r.api_key_id = l.api_key_id and r.secret_no = l.secret_no
  where case when r.secret_no is null then k.minted_key_no else r.minted_key_no end = any($1::int[])`;

/** Reads them once: under a lost number nothing is minted any more, so none is ever added. */
export async function readKnownPres(address: DatabaseAddress, lostNos: readonly number[]): Promise<KnownPres> {
  const pages: bigint[][] = [];
  await asRecovery(address, async (client) => {
    await client.query('begin');
    // All rows are wanted, and not the first few soon.
    await client.query('set local cursor_tuple_fraction = 1');
    await client.query(presMintedUnder, [lostNos]);
    for (;;) {
      const { rows } = await client.query<{ pre: Buffer }>(`fetch ${limits.recoveryLocksPerRead} from pres`);
      if (rows.length === 0) break;
      pages.push(rows.map((row) => row.pre.readBigUInt64BE()));
    }
    await client.query('commit');
  });
  const sorted = new BigUint64Array(pages.reduce((sum, page) => sum + page.length, 0));
  let filled = 0;
  for (const page of pages) {
    sorted.set(page, filled);
    filled += page.length;
  }
  sorted.sort();
  return { size: sorted.length, has: (pre) => includes(sorted, pre.readBigUInt64BE()) };
}

/** By halves. That its time tells how far a guess was right helps nobody: a `pre` is the end of a SHA-256. */
function includes(sorted: BigUint64Array, wanted: bigint): boolean {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    const found = sorted[middle];
    if (found === wanted) return true;
    if (found !== undefined && found < wanted) from = middle + 1;
    else to = middle;
  }
  return false;
}

async function asRecovery(address: DatabaseAddress, ask: Parameters<typeof asRole<void>>[2]): Promise<void> {
  try {
    await asRole(address, 'keywright_recovery', ask);
  } catch (error) {
    if (errorCode(error) !== '42501') throw error;
    const { user } = describeAddress(address);
    throw new SetupError(
      `The login "${user}" may not take on the role keywright_recovery, which reads the locks of secrets. ` +
        'Run "npx keywright migrate" with RECOVERY_DATABASE_URL set as it is here.',
      { cause: error },
    );
  }
}
