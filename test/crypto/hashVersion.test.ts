import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatHashVersion,
  type HashVersion,
  type ImportScheme,
  isBehind,
  numbersOf,
  outermostOf,
  parseHashVersion,
} from '../../src/crypto/hashVersion.ts';

describe('a hash version', () => {
  it.each<[string, HashVersion]>([
    ['1', { base: 1, wraps: [], scheme: undefined }],
    ['0', { base: 0, wraps: [], scheme: undefined }],
    ['2<1', { base: 1, wraps: [2], scheme: undefined }],
    ['9<7<5<3843', { base: 3843, wraps: [5, 7, 9], scheme: undefined }],
    ['1/raw', { base: 1, wraps: [], scheme: 'raw' }],
    ['2<1/sha256', { base: 1, wraps: [2], scheme: 'sha256' }],
    ['12/sha512', { base: 12, wraps: [], scheme: 'sha512' }],
    ['3<2<1/hmac:old-system', { base: 1, wraps: [2, 3], scheme: 'hmac:old-system' }],
  ])('%s names its first key last, and says what was imported', (text, version) => {
    expect(parseHashVersion(text)).toEqual(version);
    expect(formatHashVersion(version)).toBe(text);
  });

  it.each([
    '',
    '01',
    '-1',
    '1.0',
    '1e3',
    '3844',
    '3844<1',
    '99999',
    '1<',
    '<1',
    '1<<2',
    '5<4<3<2<1',
    '1>2',
    '1 ',
    ' 1',
    '1\n',
    '1/',
    '1/md5',
    '1/RAW',
    '1/raw/raw',
    '1/hmac',
    '1/hmac:',
    '1/hmac:Old',
    '1/hmac:1old',
    `1/hmac:${'a'.repeat(32)}`,
    'v1',
    'plain',
  ])('%j is none', (text) => {
    expect(parseHashVersion(text)).toBeUndefined();
  });

  it('is read back as it was written, within the 64 characters of its column', () => {
    const numbers = fc.nat(3843);
    const scheme = fc.oneof(
      fc.constantFrom<(ImportScheme | undefined)[]>(undefined, 'raw', 'sha256', 'sha512'),
      fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/).map((name): ImportScheme => `hmac:${name}`),
    );
    const versions = fc.record({ base: numbers, wraps: fc.array(numbers, { maxLength: 3 }), scheme });
    fc.assert(
      fc.property(versions, (version) => {
        const text = formatHashVersion(version);
        expect(parseHashVersion(text)).toEqual(version);
        expect(text.length).toBeLessThanOrEqual(64);
      }),
    );
  });
});

describe('the keys that a hash needs', () => {
  const version = (text: string) => parseHashVersion(text) ?? expect.fail(`${text} is no version`);

  it('are all numbers of its version, the last one put around it outermost', () => {
    expect(numbersOf(version('9<7<1/raw'))).toEqual([1, 7, 9]);
    expect(['1', '2<1', '9<7<1/raw', '3/sha256'].map((text) => outermostOf(version(text)))).toEqual([1, 2, 9, 3]);
  });

  it.each([
    ['1', true],
    ['3', false],
    ['3/raw', false],
    ['2/raw', true],
    ['3<1', true],
    ['3<2<1/sha256', true],
    ['2<1', true],
    // Somebody else has made 4 the active key already.
    ['4', false],
    ['4<1', false],
    ['1<4', false],
  ])('of version %s are behind the active key 3: %s', (text, behind) => {
    expect(isBehind(version(text), 3)).toBe(behind);
  });
});
