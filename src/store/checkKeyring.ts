import { Client, type Pool } from 'pg';
import { parseHashVersion } from '../crypto/hashVersion.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { SetupError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { DatabaseAddress } from './DatabaseAddress.ts';
import { importFormsSql } from './importForms.ts';
import { connectionSettings } from './orm.ts';

/**
 * Do this ring and this database belong together? A wrong ring would refuse every customer, politely and one by one:
 * it must be caught before the first request. Remembers the fingerprints of numbers that the database sees for the first time.
 */
export async function checkKeyring(address: DatabaseAddress, ring: Keyring): Promise<void> {
  await asVerifier(address, async (client) => {
    const missing = await missingNumbers(client, ring);
    if (missing.length > 0) {
      throw new SetupError(
        `The key ring lacks ${missing.length === 1 ? 'number' : 'numbers'} ${missing.join(', ')}, under which live secrets of this database ` +
          'were minted or hashed. Put the ring back that the service ran with: without it those secrets cannot be verified.',
      );
    }
    const peppers = await missingPeppers(client, ring);
    if (peppers.length > 0) {
      throw new SetupError(
        `The key ring lacks ${peppers.map((name) => `import:${name}`).join(', ')}, with which tokens of this database were hashed before they ` +
          'were imported. Put it back: without it those tokens cannot be looked for.',
      );
    }
    // In one transaction: what a wrong ring says of itself must not be remembered.
    await client.query('begin');
    await compareFingerprints(client, ring);
    await client.query('commit');
  });
}

/** Whether a database has ever been served with a key ring: a new ring beside it would be the wrong one. */
export async function knowsKeyring(address: DatabaseAddress): Promise<boolean> {
  return asVerifier(address, async (client) => {
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

async function asVerifier<T>(address: DatabaseAddress, ask: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...connectionSettings(address), statement_timeout: limits.startStatementTimeoutMs });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('set role keywright_verify');
    return await ask(client);
  } finally {
    await client.end();
  }
}

/** The numbers that live secrets need and that this ring has no material for. */
async function missingNumbers(client: Client, ring: Keyring): Promise<readonly number[]> {
  const { rows } = await client.query<{ minted: number | null; version: string }>(
    `select distinct minted_key_no as minted, token_hash_key_version as version from api_keys where status <> 'revoked' and (expires_at is null or expires_at > now())
     union
     select distinct r.minted_key_no, r.token_hash_key_version from api_key_retiring_secrets r join api_keys k on k.id = r.api_key_id
       where r.expires_at > now() and k.status <> 'revoked'`,
  );
  const missing = new Set<number>();
  for (const { minted, version } of rows) {
    const parsed = parseHashVersion(version);
    if (parsed === undefined)
      throw new SetupError(
        `This database holds hashes of the version "${version}", which this release does not know. Run the release that wrote them, or a newer one.`,
      );
    for (const no of [parsed.base, ...parsed.wraps]) if (ring.hashKey(no) === undefined) missing.add(no);
    // A number that is declared lost mints nothing and tags nothing; its tokens have a way of their own.
    if (minted !== null && ring.stateOf(minted) === undefined) missing.add(minted);
  }
  return [...missing].sort((a, b) => a - b);
}

/** The old systems' peppers that imported rows need, live or not: without one, no unknown token could be told from those. */
async function missingPeppers(client: Client, ring: Keyring): Promise<readonly string[]> {
  const { rows } = await client.query<{ forms: string[] }>(`select ${importFormsSql} as forms`);
  const schemes = new Set((rows[0]?.forms ?? []).map((form) => parseHashVersion(form)?.scheme ?? ''));
  return [...schemes]
    .filter((scheme) => scheme.startsWith('hmac:'))
    .map((scheme) => scheme.slice('hmac:'.length))
    .filter((name) => ring.pepper(name) === undefined);
}

/** Remembers first and compares then: of two rings that meet a new database at one moment, one is the wrong one. */
async function compareFingerprints(client: Client, ring: Keyring): Promise<void> {
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
        'point KEYRING_FILE or KEYRING_JSON at the right one.',
    );
  }
}
