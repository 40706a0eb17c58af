import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globalId, type IdKind, idPrefixes, newUuid, parseGlobalId } from '../../src/lib/ids.ts';
import { refusalOf } from '../support/refusalOf.ts';

const kinds = Object.keys(idPrefixes) as IdKind[];

describe('a global id', () => {
  it('comes back as the UUID that it was made of, for its own kind alone', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.constantFrom(...kinds), fc.constantFrom(...kinds), (uuid, kind, other) => {
        const id = globalId(kind, uuid);
        expect(id).toMatch(/^[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
        expect(parseGlobalId(kind, id, [])).toBe(uuid);
        if (other !== kind)
          expect(refusalOf(() => parseGlobalId(other, id, ['id']))).toMatchObject({
            code: 'INVALID_INPUT',
            path: ['id'],
          });
      }),
    );
  });

  it('sorts as its UUID does, and so by the millisecond in which it was made', () => {
    const uuids = Array.from({ length: 100 }, newUuid).sort();
    const ids = uuids.map((uuid) => globalId('ApiKey', uuid));
    expect([...ids].sort()).toEqual(ids);
    expect(uuids.every((uuid) => uuid[14] === '7')).toBe(true);
  });

  it.each([
    '',
    'key_',
    'key_01K7RA3CP3FN78Y00H48SM8NDA',
    'key_81k7ra3cp3fn78y00h48sm8nda',
    'key_01k7ra3cp3fn78y00h48sm8nd',
    ' key_01k7ra3cp3fn78y00h48sm8nda',
    'key_01k7ra3cp3fn78y00h48sm8nda\n',
    'key_01k7ra3cp3fn78y00h48sm8ndu',
    42,
    null,
  ])('is not %j', (id) => {
    expect(refusalOf(() => parseGlobalId('ApiKey', id, ['id']))).toMatchObject({ code: 'INVALID_INPUT', path: ['id'] });
  });
});
