import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Keyring } from '../../src/crypto/keyring.ts';
import { ringFingerprint } from '../../src/crypto/ringFingerprint.ts';
import { SetupError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { refusePromotion } from '../../src/store/promotion.ts';
import { ringOf } from '../crypto/samples.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertKeysOf } from '../support/mintedKeys.ts';

const ring = ringOf({ 1: 'active', 2: 'pending' });

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

/** A process that verifies, with its lease and what it says of its ring. */
function insertNode(fingerprint: Uint8Array, leaseSeconds: number): Promise<unknown> {
  return database.sql(
    `insert into verifier_node (id, renewal, lease_until, acked, ring_fingerprint)
     values ($1, $2, clock_timestamp() + $3 * interval '1 second', 0, $4)`,
    [randomUUID(), randomUUID(), leaseSeconds, fingerprint],
  );
}

async function refusalOf(promoted: Keyring = ring): Promise<string | undefined> {
  const error = await refusePromotion(database.service, promoted, 2).catch((reason: unknown) => reason);
  if (error === undefined || error instanceof SetupError) return error?.message;
  throw error;
}

describe('a promotion', () => {
  it('is refused while a running process does not have the key, and says until when that one counts', async () => {
    await insertNode(ringFingerprint(ring), 60);
    await insertNode(ringFingerprint(ringOf({ 1: 'active' })), 60);
    await insertNode(randomBytes(32), 60);
    const [last] = await database.sql<{ until: Date }>('select max(lease_until) as until from verifier_node');
    expect(await refusalOf()).toBe(
      '2 of 3 running processes do not have this ring, and could not verify what is minted under key 2. ' +
        `Restart them with it. If they are gone, wait until ${last?.until.toISOString()}, when the last of them counts no more.`,
    );
  });

  it('asks for the keys of each process and not for their states, and only of processes whose lease has not ended', async () => {
    expect(await refusalOf()).toBeUndefined();
    await insertNode(ringFingerprint(ringOf({ 1: 'verify', 2: 'active' })), 60);
    await insertNode(randomBytes(32), -1);
    expect(await refusalOf()).toBeUndefined();
  });

  it('is refused where imported tokens would have to be looked for in more than sixteen forms', async () => {
    const schemes = ['raw', 'sha256', 'sha512', 'hmac:a', 'hmac:b', 'hmac:c', 'hmac:d', 'hmac:e'];
    const versions = schemes.map((scheme) => `1/${scheme}`);
    await insertKeysOf(
      database,
      versions.map((version) => ({ version, mintedNo: null })),
    );
    // Eight stand now, and eight would come: just as many as are looked for.
    expect(2 * versions.length).toBe(limits.importFormsMax);
    expect(await refusalOf()).toBeUndefined();
    // Minted hashes are no forms, and one of the key that is promoted is there already.
    await insertKeysOf(database, [{ version: '1' }, { version: '2<1' }, { version: '2/raw', mintedNo: null }]);
    expect(await refusalOf()).toBeUndefined();
    await insertKeysOf(database, [{ version: '1', status: 'revoked', retiring: { version: '2<1/raw', ended: true } }]);
    expect(await refusalOf()).toBe(
      'Imported tokens would have to be looked for in 17 forms, and at most 16 are looked for. ' +
        `They stand in 10 now (${[...versions, '2/raw', '2<1/raw'].sort().join(', ')}): each use of a key brings its row to the active form; ` +
        'revoke and delete what is not used any more, and promote then.',
    );
  });
});
