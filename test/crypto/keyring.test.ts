import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { createKeyring, type Keyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { entryOf, materialOf, ringOf, ringText } from './samples.ts';

const full = ringOf({ 1: 'verify', 2: 'active', 3: 'pending', 4: 'lost', 5: 'import:old' });

/** A derived key's bytes, which only a test ever takes out. */
function exported(ring: Keyring, n: number): { tag: string; hash: string; cursor: string } {
  const hex = (key: ReturnType<Keyring['tagKey']>) => key?.export().toString('hex') ?? 'none';
  return { tag: hex(ring.tagKey(n)), hash: hex(ring.hashKey(n)), cursor: hex(ring.cursorKey(n)) };
}

describe('Keyring', () => {
  it('derives the published keys to the byte', () => {
    expect(exported(full, 1)).toMatchObject({
      tag: 'c312d1d7423dd339c87ddc5d99b20295a38b5a4ee72cf22553af34f83481b437',
      hash: '6ec8773876d600f5378baa4894360a07b7b6de4418ee4518841adb3dffe557fa',
    });
    expect(exported(full, 2).hash).toBe('7e083f2fe87275133a090ea8c63de1856142b8585814e699706c5ee0f0a832af');
  });

  it('has a key of its own for every number and use', () => {
    const keys = full.numbers.flatMap((n) => Object.values(exported(full, n)));
    expect(keys).toHaveLength(9);
    expect(new Set(keys).size).toBe(9);
  });

  it('gives the same key object at every call, so that nothing is derived on the path of a request', () => {
    expect(full.tagKey(1)).toBe(full.tagKey(1));
    expect(full.hashKey(2)).toBe(full.hashKey(2));
    expect(full.cursorKey(3)).toBe(full.cursorKey(3));
  });

  it('mints with the active key; has keys for pending, active and verify, and none for lost, peppers and unknown numbers', () => {
    expect(full.activeNo).toBe(2);
    expect(full.numbers).toEqual([1, 2, 3]);
    for (const n of [4, 5, 6]) expect(exported(full, n)).toEqual({ tag: 'none', hash: 'none', cursor: 'none' });
  });

  it('tells a lost number from one that it has never heard of', () => {
    expect([1, 2, 3, 4, 5, 6].map((n) => full.stateOf(n))).toEqual([
      'verify',
      'active',
      'pending',
      'lost',
      undefined,
      undefined,
    ]);
  });

  it('gives peppers by name, of whatever length the old system chose', () => {
    expect(full.pepper('old')?.export().toString('base64url')).toBe(materialOf(5));
    expect(full.pepper('new')).toBeUndefined();
    const short = parseKeyring(
      ringText([entryOf(1, 'active'), entryOf(2, 'import:short', { material: 'cGVwcGVy' })]),
      'x',
    );
    expect(short.pepper('short')?.export().toString()).toBe('pepper');
  });

  it('fingerprints the keys that it has, with the label under the hash key', () => {
    const key = Buffer.from('6ec8773876d600f5378baa4894360a07b7b6de4418ee4518841adb3dffe557fa', 'hex');
    expect(full.fingerprint(1)).toEqual(createHmac('sha256', key).update('fp').digest());
    expect(full.fingerprint(2)).not.toEqual(full.fingerprint(1));
    expect([4, 5, 6].map((n) => full.fingerprint(n))).toEqual([undefined, undefined, undefined]);
  });

  it('fingerprints one material differently under another number', () => {
    const renumbered = parseKeyring(ringText([entryOf(7, 'active', { material: materialOf(1) })], { active: 7 }), 'x');
    expect(renumbered.fingerprint(7)).not.toEqual(full.fingerprint(1));
  });

  it('describes its entries without their material, ascending by number', () => {
    const shuffled = ringText([entryOf(9, 'active'), entryOf(2, 'import:old'), entryOf(4, 'verify')], { active: 9 });
    const ring = parseKeyring(shuffled, 'x');
    expect(ring.numbers).toEqual([4, 9]);
    expect(ring.entries).toEqual([
      { n: 2, state: 'import', pepperName: 'old', created: '2026-11-20' },
      { n: 4, state: 'verify', pepperName: undefined, created: '2026-11-20' },
      { n: 9, state: 'active', pepperName: undefined, created: '2026-11-20' },
    ]);
  });

  it('shows no material and no key, however it is printed', () => {
    const shown = [
      inspect(full, { depth: null, showHidden: true, customInspect: false }),
      JSON.stringify(full),
      String(full),
      inspect({ ...full }, { depth: null }),
      inspect(structuredClone(full), { depth: null, showHidden: true }),
      serialize(full).toString('latin1'),
      inspect(Reflect.ownKeys(full)),
      inspect(full.tagKey(1), { depth: null, showHidden: true }),
    ].join('\n');
    const hidden = [1, 2, 3, 5].flatMap((n) => {
      const material = Buffer.from(materialOf(n), 'base64url');
      const forms = [material.toString('hex'), material.toString('base64'), materialOf(n), material.toString('latin1')];
      return [...forms, ...Object.values(exported(full, n)).filter((hex) => hex !== 'none')];
    });
    for (const secret of hidden) expect(shown).not.toContain(secret);
    expect(shown).toContain('activeNo: 2');
  });
});

describe('createKeyring', () => {
  it('writes a ring of one active key with the given day and the given bytes', () => {
    const text = createKeyring(new Date('2026-11-20T23:59:59.999Z'), (count) => Buffer.alloc(count, 0xfb));
    expect(text.endsWith('\n')).toBe(true);
    expect(JSON.parse(text)).toEqual({
      format: 1,
      active: 1,
      keys: [{ n: 1, state: 'active', created: '2026-11-20', material: '-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s' }],
    });
  });

  it('writes what parseKeyring reads, and another ring each time', () => {
    const rings = [1, 2].map(() => parseKeyring(createKeyring(new Date(), systemRandom), 'a new ring'));
    expect(rings.map((ring) => ring.activeNo)).toEqual([1, 1]);
    expect(rings[0]?.fingerprint(1)).not.toEqual(rings[1]?.fingerprint(1));
  });

  it('never settles for fewer bytes than it asked for', () => {
    expect(() => createKeyring(new Date(), () => new Uint8Array(16))).toThrow('Assertion failed');
  });
});
