import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Keyring } from '../../src/crypto/keyring.ts';
import { SetupError } from '../../src/lib/errors.ts';
import { checkKeyring } from '../../src/store/checkKeyring.ts';
import { neededFor, readRingUse, removableNumbers } from '../../src/store/ringUse.ts';
import { ringOf } from '../crypto/samples.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertKeysOf } from '../support/mintedKeys.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

async function refusalOf(ring: Keyring, options?: { recovery: boolean }): Promise<string> {
  const error = await checkKeyring(database.service, ring, options).catch((reason: unknown) => reason);
  if (error instanceof SetupError) return error.message;
  throw error ?? new Error('Expected a refusal, and nothing was refused.');
}

const known = () => database.sql('select n from keyring_fingerprint order by n');

describe('a ring that lacks what live secrets need', () => {
  it('is refused with the numbers and both ways on, and is not remembered', async () => {
    await insertKeysOf(database, [{ version: '3<2' }, { version: '5', mintedNo: 4 }, { version: '1' }]);
    expect(await refusalOf(ringOf({ 1: 'active' }))).toBe(
      'The key ring lacks numbers 2, 3, 4, 5, under which live secrets of this database were minted or hashed. ' +
        'Put the ring back that the service ran with: without it those secrets cannot be verified. ' +
        'Only if nobody has that ring any more: npx keywright keyring lose 2,3,4,5 FILE',
    );
    // A number that is unknown is no lost one: recovery lets in what was declared lost, and nothing else.
    expect(await refusalOf(ringOf({ 1: 'active' }), { recovery: true })).toContain('lacks numbers 2, 3, 4, 5');
    expect(await known()).toEqual([]);
  });

  it('is refused for a pepper, too', async () => {
    await insertKeysOf(database, [{ version: '1/hmac:old', mintedNo: null }]);
    expect(await refusalOf(ringOf({ 1: 'active', 2: 'import:other' }))).toContain('lacks import:old, with which');
    await checkKeyring(database.service, ringOf({ 1: 'active', 2: 'import:old' }));
  });

  it('is good where only revoked and expired keys, and secrets whose grace is over, need more', async () => {
    await insertKeysOf(database, [
      { version: '2', status: 'revoked' },
      { version: '2', expired: true },
      { version: '1', retiring: { version: '2', ended: true } },
    ]);
    await checkKeyring(database.service, ringOf({ 1: 'active' }));
    expect(await known()).toEqual([{ n: 1 }]);
  });

  it('counts disabled keys and running graces as live: they may verify tomorrow', async () => {
    await insertKeysOf(database, [
      { version: '2', status: 'disabled' },
      { version: '1', retiring: { version: '3' } },
    ]);
    expect(await refusalOf(ringOf({ 1: 'active' }))).toContain('lacks numbers 2, 3,');
  });
});

describe('a ring with lost numbers', () => {
  const ring = ringOf({ 1: 'lost', 2: 'active' });

  it('is refused without recovery where a live hash needs one, with the word that turns recovery on', async () => {
    await insertKeysOf(database, [{ version: '1' }, { version: '2<1' }, { version: '2', mintedNo: 1 }]);
    expect(await refusalOf(ring)).toBe(
      'Key 1 of this ring is declared lost, and live secrets of this database need what is lost: ' +
        '2 for their hash, 3 for the tag of their token. ' +
        'Start with RECOVERY=on: each is proven by its lock when it is next presented.',
    );
    await checkKeyring(database.service, ring, { recovery: true });
    expect(await known()).toEqual([{ n: 2 }]);
  });

  it('is refused without recovery where only a token’s tag needs one: without the tag, nothing else lets it in', async () => {
    await insertKeysOf(database, [{ version: '2', mintedNo: 1 }]);
    expect(await refusalOf(ring)).toContain('0 for their hash, 1 for the tag');
    await checkKeyring(database.service, ring, { recovery: true });
  });

  it('needs no recovery once nothing live needs what is lost', async () => {
    await insertKeysOf(database, [
      { version: '1', status: 'revoked' },
      { version: '2', mintedNo: 2 },
    ]);
    await checkKeyring(database.service, ring);
  });
});

describe('a ring of another deployment', () => {
  it('is refused with every number that the database knows, for those whose own ring is gone', async () => {
    await checkKeyring(database.service, ringOf({ 1: 'verify', 2: 'active' }));
    const other = ringOf({ 1: 'active', 3: 'verify' });
    const renumbered = ringOf({ 1: 'verify', 3: 'verify', 7: 'active' });
    // A number that only rows know counts as well.
    await insertKeysOf(database, [{ version: '1', mintedNo: 3 }]);
    await database.sql("update keyring_fingerprint set fingerprint = sha256('x') where n = 1");
    for (const ring of [other, renumbered]) {
      expect(await refusalOf(ring)).toBe(
        'Key 1 of this ring is not the key 1 that this database was served with. This ring belongs to another deployment: ' +
          'point KEYRING_FILE or KEYRING_JSON at the right one. ' +
          'Only if nobody has that one any more: npx keywright keyring init FILE --lost 1,2,3',
      );
    }
    expect(await known()).toEqual([{ n: 1 }, { n: 2 }]);
  });
});

describe('what live secrets need of a ring', () => {
  it('is counted by version, by number and by pepper, in both tables', async () => {
    await insertKeysOf(database, [
      { version: '1' },
      { version: '2<1', mintedNo: 1 },
      { version: '2', mintedNo: 2, retiring: { version: '2<1' } },
      { version: '2/hmac:old', mintedNo: null },
      { version: '4/raw', mintedNo: null },
      { version: '4', mintedNo: 4 },
      { version: '2', mintedNo: 2, status: 'revoked' },
    ]);
    const ring = ringOf({
      1: 'verify',
      2: 'verify',
      3: 'verify',
      4: 'lost',
      5: 'import:old',
      6: 'import:gone',
      7: 'active',
      8: 'pending',
    });
    const use = await readRingUse(database.service, ring);
    expect(use.versions).toEqual([
      { version: '2<1', count: 2 },
      { version: '1', count: 1 },
      { version: '2', count: 1 },
      { version: '2/hmac:old', count: 1 },
      { version: '4', count: 1 },
      { version: '4/raw', count: 1 },
    ]);
    expect(Object.fromEntries(use.numbers)).toEqual({
      1: { hashed: 3, minted: 3 },
      2: { hashed: 4, minted: 1 },
      4: { hashed: 2, minted: 1 },
    });
    expect([...use.forms].sort()).toEqual(['2/hmac:old', '4/raw']);
    expect(use.unrecovered).toEqual({ minted: 1, imported: 1 });
    expect([1, 2, 3, 4, 5, 6, 7].map((n) => neededFor(use, ring, n))).toEqual([
      '3 live secrets are hashed with it, and 3 live tokens are tagged with it',
      '4 live secrets are hashed with it, and 1 live tokens are tagged with it, and imported tokens are looked for with it',
      undefined,
      '2 live secrets are hashed with it, and 1 live tokens are tagged with it, and imported tokens are looked for with it',
      'imported tokens are looked for with it',
      undefined,
      undefined,
    ]);
    expect(removableNumbers(use, ring)).toEqual([3, 6]);
    // The highest number stays, needed or not: the next one is counted from it.
    expect(removableNumbers(use, ringOf({ 3: 'verify', 7: 'active', 9: 'lost' }))).toEqual([3]);
  });

  it('counts nothing for a key that came in without a secret: no ring key helps to prove what nobody knows', async () => {
    await insertKeysOf(database, [{ version: '1', mintedNo: null }]);
    const use = await readRingUse(database.service, ringOf({ 1: 'lost', 2: 'active' }));
    expect(use.versions).toEqual([{ version: '1', count: 1 }]);
    expect([use.numbers.size, use.unrecovered]).toEqual([0, { minted: 0, imported: 0 }]);
    await checkKeyring(database.service, ringOf({ 2: 'active' }));
  });

  it('includes every form of an imported token, of revoked keys too: without one, no look for a token is complete', async () => {
    await insertKeysOf(database, [{ version: '1/raw', mintedNo: null, status: 'revoked' }]);
    expect(await refusalOf(ringOf({ 2: 'active' }))).toContain('lacks number 1, under which');
    const ring = ringOf({ 1: 'verify', 2: 'active' });
    const use = await readRingUse(database.service, ring);
    expect(neededFor(use, ring, 1)).toBe('imported tokens are looked for with it');
    expect(removableNumbers(use, ring)).toEqual([]);
  });

  it('cannot be counted where a newer release has written: it is refused, and the version named', async () => {
    await insertKeysOf(database, [{ version: 'v2:1' }]);
    expect(await refusalOf(ringOf({ 1: 'active' }))).toContain('hashes of the version "v2:1"');
  });
});
