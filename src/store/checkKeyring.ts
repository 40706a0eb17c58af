import type { Client, Pool } from 'pg';
import type { Keyring } from '../crypto/keyring.ts';
import { SetupError } from '../lib/errors.ts';
import { asRole } from './asRole.ts';
import type { DatabaseAddress } from './DatabaseAddress.ts';
import { neededNumbers, neededPeppers, type RingUse, ringUse } from './ringUse.ts';

/**
 * Do this ring and this database belong together? A wrong ring would refuse every customer, politely and one by one:
 * it must be caught before the first request. Remembers the fingerprints of numbers that the database sees for the first time.
 */
export async function checkKeyring(
  address: DatabaseAddress,
  ring: Keyring,
  { recovery }: { readonly recovery: boolean } = { recovery: false },
): Promise<void> {
  await asRole(address, 'keywright_verify', async (client) => {
    const use = await ringUse(client, ring);
    refuseMissing(ring, use);
    if (!recovery) refuseLost(ring, use);
    // In one transaction: what a wrong ring says of itself must not be remembered.
    await client.query('begin');
    await compareFingerprints(client, ring, use);
    await client.query('commit');
  });
}

/** Whether a database has ever been served with a key ring: a new ring beside it would be the wrong one. */
export async function knowsKeyring(address: DatabaseAddress): Promise<boolean> {
  return asRole(address, 'keywright_verify', async (client) => {
    const { rows } = await client.query<{ known: boolean }>('select exists (select from keyring_fingerprint) as known');
    return rows[0]?.known === true;
  });
}

/** Whether the ring that mints is still the one that this database knows; asked at each readiness probe. */
export async function checkFingerprint(verifierPool: Pool, ring: Keyring): Promise<void> {
  const { rows } = await verifierPool.query<{ fingerprint: Buffer }>(
    'select fingerprint from keyring_fingerprint where n = $1',
    [ring.activeNo],
  );
  const own = ring.fingerprint(ring.activeNo);
  if (own === undefined || rows[0]?.fingerprint.equals(own) !== true)
    throw new Error('the active ring key is not the one that this database knows');
}

/** Refuses a ring without a number or a pepper that live secrets, or the search for imported tokens, need. */
function refuseMissing(ring: Keyring, use: RingUse): void {
  const missing = neededNumbers(use).filter((n) => ring.stateOf(n) === undefined);
  if (missing.length > 0) {
    throw new SetupError(
      `The key ring lacks ${missing.length === 1 ? 'number' : 'numbers'} ${listed(missing)}, under which live secrets of this database ` +
        'were minted or hashed. Put the ring back that the service ran with: without it those secrets cannot be verified. ' +
        `Only if nobody has that ring any more: npx keywright keyring lose ${listed(missing, ',')} FILE`,
    );
  }
  const peppers = neededPeppers(use).filter((name) => ring.pepper(name) === undefined);
  if (peppers.length > 0) {
    throw new SetupError(
      `The key ring lacks ${peppers.map((name) => `import:${name}`).join(', ')}, with which tokens of this database were hashed before they ` +
        'were imported. Put it back: without it those tokens cannot be looked for.',
    );
  }
}

/** What is lost comes back in recovery alone: to serve without it would refuse good keys. */
function refuseLost(ring: Keyring, { numbers }: RingUse): void {
  const lost = [...numbers].filter(([n]) => ring.stateOf(n) === 'lost');
  if (lost.length === 0) return;
  const hashed = lost.reduce((sum, [, use]) => sum + use.hashed, 0);
  const minted = lost.reduce((sum, [, use]) => sum + use.minted, 0);
  const which = lost.length === 1 ? 'Key' : 'Keys';
  throw new SetupError(
    `${which} ${listed(lost.map(([n]) => n))} of this ring ${lost.length === 1 ? 'is' : 'are'} declared lost, and live secrets of this ` +
      `database need what is lost: ${hashed} for their hash, ${minted} for the tag of their token. ` +
      'Start with RECOVERY=on: each is proven by its lock when it is next presented.',
  );
}

/** Remembers first and compares then: of two rings that meet a new database at one moment, one is the wrong one. */
async function compareFingerprints(client: Client, ring: Keyring, use: RingUse): Promise<void> {
  const known = new Set(use.numbers.keys());
  for (const { n } of (await client.query<{ n: number }>('select n from keyring_fingerprint')).rows) known.add(n);
  for (const n of ring.numbers) {
    await client.query('insert into keyring_fingerprint (n, fingerprint) values ($1, $2) on conflict (n) do nothing', [
      n,
      ring.fingerprint(n),
    ]);
  }
  const { rows } = await client.query<{ n: number; fingerprint: Buffer }>(
    'select n, fingerprint from keyring_fingerprint',
  );
  for (const { n, fingerprint } of rows) {
    const own = ring.fingerprint(n);
    if (own === undefined || fingerprint.equals(own)) continue;
    throw new SetupError(
      `Key ${n} of this ring is not the key ${n} that this database was served with. This ring belongs to another deployment: ` +
        'point KEYRING_FILE or KEYRING_JSON at the right one. ' +
        `Only if nobody has that one any more: npx keywright keyring init FILE --lost ${listed([...known], ',')}`,
    );
  }
}

function listed(numbers: readonly number[], comma = ', '): string {
  return numbers.toSorted((left, right) => left - right).join(comma);
}
