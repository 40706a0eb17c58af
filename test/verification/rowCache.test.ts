import { beforeEach, describe, expect, it } from 'vitest';
import { encodeUuid } from '../../src/crypto/base32.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { createTokenDigest } from '../../src/crypto/tokenDigest.ts';
import { newUuid } from '../../src/lib/ids.ts';
import { limits } from '../../src/lib/limits.ts';
import type { Proof } from '../../src/verification/KeyRow.ts';
import { createRowCache, type RowCache } from '../../src/verification/rowCache.ts';

const digestOf = createTokenDigest(systemRandom);
let cache: RowCache;
beforeEach(() => {
  cache = createRowCache(25_600);
});

function proofOf(facts: Partial<Proof> = {}): Proof {
  const keyId = facts.keyId ?? newUuid();
  return {
    keyId,
    kid: encodeUuid(keyId),
    tenantId: '0199f0a1-0000-7000-8000-000000000001',
    tenantKind: 'organization',
    tenantStatus: 'active',
    ownerUserId: null,
    ownerStatus: null,
    ownerCeiling: null,
    environment: 'live',
    status: 'active',
    notBeforeMs: null,
    expiresAtMs: null,
    scopes: ['a:read'],
    metadata: {},
    secretNo: 1,
    secretEndsAtMs: null,
    notedSeconds: 0,
    ...facts,
  };
}

/** A text in which the key's id stands where it stands in a token; the digest tells such tokens apart. */
const tokenOf = ({ kid }: Proof, secret = 'x'.repeat(62)) => `kw_live_${kid}_${secret}`;
const put = (proof: Proof, token = tokenOf(proof), imported = false) => cache.insert(digestOf(token), proof, imported);
const find = (token: string) => cache.find(token, digestOf(token));

/** What a proof says, whichever form it has. */
function told(proof: Proof | undefined) {
  if (proof === undefined) return undefined;
  const expected: Record<string, unknown> = {};
  for (const field of Object.keys(proofOf())) expected[field] = proof[field as keyof Proof];
  return expected;
}

describe('the row cache', () => {
  it('finds what was kept, with every field as it was read', () => {
    const proof = proofOf({
      ownerUserId: newUuid(),
      ownerStatus: 'active',
      ownerCeiling: ['a:*'],
      environment: 'test',
      notBeforeMs: 5,
      expiresAtMs: 7,
      metadata: { a: [1] },
      secretNo: 3,
      secretEndsAtMs: 6,
    });
    put(proof);
    expect(told(find(tokenOf(proof)))).toEqual(proof);
    expect(cache.size).toBe(1);
  });

  it('another token that names the same key finds nothing', () => {
    const proof = proofOf();
    put(proof);
    expect(find(tokenOf(proof, 'y'.repeat(62)))).toBeUndefined();
    expect(find('')).toBeUndefined();
    expect(find('€'.repeat(97))).toBeUndefined();
  });

  it('keeps several secrets of one key, and all of them go with it', () => {
    const keyId = newUuid();
    const [one, other] = [proofOf({ keyId, secretNo: 1 }), proofOf({ keyId, secretNo: 2 })];
    put(one);
    put(other, tokenOf(other, 'y'.repeat(62)));
    expect([find(tokenOf(one))?.secretNo, find(tokenOf(one, 'y'.repeat(62)))?.secretNo, cache.size]).toEqual([1, 2, 1]);
    cache.evictKey(one.kid);
    expect([find(tokenOf(one)), find(tokenOf(one, 'y'.repeat(62))), cache.size]).toEqual([undefined, undefined, 0]);
  });

  it('a row that was read again takes the place of the one before', () => {
    const proof = proofOf();
    put(proof);
    put({ ...proof, scopes: ['b'] });
    expect([find(tokenOf(proof))?.scopes, cache.size]).toEqual([['b'], 1]);
  });

  it('a tenant’s keys go all at once, and those of others stay; so do those of an owner', () => {
    const ownerUserId = newUuid();
    const mine = proofOf({ tenantId: newUuid() });
    const theirs = proofOf({ tenantId: newUuid(), ownerUserId, ownerStatus: 'active' });
    const other = proofOf({ tenantId: theirs.tenantId });
    for (const proof of [mine, theirs, other]) put(proof);
    cache.evictTenant(mine.tenantId);
    expect([find(tokenOf(mine)), find(tokenOf(theirs))?.kid]).toEqual([undefined, theirs.kid]);
    cache.evictUser(ownerUserId);
    expect([find(tokenOf(theirs)), find(tokenOf(other))?.kid, cache.size]).toEqual([undefined, other.kid, 1]);
    // What is read after it is kept like anything else.
    put(mine);
    put(theirs);
    expect([find(tokenOf(mine))?.kid, find(tokenOf(theirs))?.kid]).toEqual([mine.kid, theirs.kid]);
  });

  it('where two reads say different things of a tenant or an owner, only the later one’s keys stay', () => {
    const [before, after] = [proofOf(), proofOf({ tenantStatus: 'suspended' })];
    put(before);
    put(after);
    expect([find(tokenOf(before)), find(tokenOf(after))?.tenantStatus]).toEqual([undefined, 'suspended']);
  });

  it('a token that does not name its key is found by itself alone, and goes with its key or with the next import', () => {
    const [one, other] = [proofOf(), proofOf()];
    put(one, 'old-token-1', true);
    put(other, 'old-token-2', true);
    expect([find('old-token-1')?.kid, find('old-token-2')?.kid, find(tokenOf(one))]).toEqual([
      one.kid,
      other.kid,
      undefined,
    ]);
    cache.evictKey(one.kid);
    expect([find('old-token-1'), find('old-token-2')?.kid]).toEqual([undefined, other.kid]);
    cache.evictImported();
    expect(find('old-token-2')).toBeUndefined();
    put(other, 'old-token-2', true);
    expect(find('old-token-2')?.kid).toBe(other.kid);
  });

  it('holds no more keys than it may, and lets go of those first that nobody asked for', () => {
    cache = createRowCache(2_560);
    const tenants = Array.from({ length: 8 }, newUuid);
    const used = Array.from({ length: 500 }, (_, n) => proofOf({ tenantId: tenants[n % 8] as string }));
    for (const proof of used) put(proof);
    for (let n = 0; n < 20_000; n++) {
      put(proofOf({ tenantId: tenants[n % 8] as string }));
      if (n % 1000 === 0) for (const proof of used) find(tokenOf(proof));
    }
    expect(cache.size).toBeLessThanOrEqual(2_560);
    expect(cache.size).toBeGreaterThan(2_000);
    const kept = used.filter((proof) => find(tokenOf(proof)) !== undefined).length;
    // One in five is of use here: without a second chance hardly any would be left.
    expect(kept).toBeGreaterThan(400);
  });

  it('a tenant that holds half of a full cache makes room at its own cost', () => {
    cache = createRowCache(12_800);
    const small = Array.from({ length: 2_000 }, () => proofOf({ tenantId: newUuid() }));
    for (const proof of small) put(proof);
    const great = newUuid();
    for (let n = 0; n < 40_000; n++) put(proofOf({ tenantId: great }));
    expect(small.filter((proof) => find(tokenOf(proof)) !== undefined).length).toBeGreaterThan(1_990);
    expect(cache.size).toBeGreaterThan(12_000);
    expect(cache.size).toBeLessThanOrEqual(12_800);
  });

  it('what keys hold in metadata is bounded, too: the oldest go', () => {
    const heavy = () => proofOf({ metadata: { text: 'x'.repeat(8_000) } });
    const first = heavy();
    const plain = proofOf();
    put(first);
    put(plain);
    const fits = Math.floor(limits.cacheExtraBytesMax / JSON.stringify(first.metadata).length);
    for (let n = 1; n < fits; n++) put(heavy());
    expect(find(tokenOf(first))?.kid).toBe(first.kid);
    put(heavy());
    expect([find(tokenOf(first)), find(tokenOf(plain))?.kid, cache.size]).toEqual([undefined, plain.kid, fits + 1]);
  });

  it('a tenant whose keys are heavy makes room for more of them at its own cost', () => {
    const [great, small] = [newUuid(), newUuid()];
    const heavy = (tenantId: string) => proofOf({ tenantId, metadata: { text: 'x'.repeat(8_000) } });
    const first = heavy(small);
    put(first);
    const each = JSON.stringify(first.metadata).length;
    for (let n = 0; n * each < limits.cacheExtraBytesMax * 1.5; n++) put(heavy(great));
    expect(find(tokenOf(first))?.kid).toBe(first.kid);
  });

  it('long lists of scopes count as their keys’ own, so that nobody fills the memory with them', () => {
    const key = proofOf();
    const list = (n: number) => Array.from({ length: 100 }, (_, at) => `a:${'x'.repeat(240)}${n}${at}`);
    const fits = Math.ceil(limits.cacheExtraBytesMax / JSON.stringify(list(10_000)).length);
    const first = proofOf({ scopes: list(0) });
    put(first);
    for (let n = 1; n <= fits + 1; n++) put(proofOf({ scopes: list(10_000 + n) }));
    expect([find(tokenOf(first)), cache.size <= fits + 1]).toEqual([undefined, true]);
    put(key);
    expect(find(tokenOf(key))?.kid).toBe(key.kid);
  });

  it('keeps nothing where it may hold no key, and nothing after it was cleared', () => {
    const proof = proofOf();
    put(proof);
    cache.clear();
    expect([find(tokenOf(proof)), cache.size]).toEqual([undefined, 0]);
    cache = createRowCache(0);
    put(proof);
    expect([find(tokenOf(proof)), cache.size]).toEqual([undefined, 0]);
  });
});
