import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ringFingerprint } from '../../src/crypto/ringFingerprint.ts';
import { ringOf } from './samples.ts';

const ring = ringOf({ 1: 'verify', 2: 'active', 300: 'pending' });

describe('ringFingerprint', () => {
  it('is SHA-256 over a label and each number in two bytes with its fingerprint, ascending', () => {
    const parts = [1, 2, 300].map((n) => {
      const no = Buffer.alloc(2);
      no.writeUInt16BE(n);
      return Buffer.concat([no, ring.fingerprint(n) ?? Buffer.alloc(0)]);
    });
    const message = Buffer.concat([Buffer.from('kwf1\0'), ...parts]);
    expect(ringFingerprint(ring)).toEqual(createHash('sha256').update(message).digest());
  });

  it('reproduces the published one to the byte', () => {
    expect(ringFingerprint(ringOf({ 1: 'active', 2: 'pending' })).toString('hex')).toBe(
      'b706bfe1565d18aaf07183d5fb10b0018134c2278fc5c1c57c9a93b15ce3e883',
    );
  });

  it('is the same whatever the keys are for, so that a promotion changes nothing for others', () => {
    expect(ringFingerprint(ringOf({ 1: 'active', 2: 'pending' }))).toEqual(
      ringFingerprint(ringOf({ 1: 'verify', 2: 'active' })),
    );
  });

  it('tells a ring that lacks a key, has another, or has one more; what has no keys is no part of it', () => {
    const rings = [{ 1: 'active' }, { 1: 'verify', 2: 'active' }, { 1: 'active', 3: 'verify' }, { 2: 'active' }].map(
      ringOf,
    );
    expect(new Set(rings.map((each) => ringFingerprint(each).toString('hex'))).size).toBe(4);
    expect(ringFingerprint(ringOf({ 1: 'active', 4: 'lost', 5: 'import:old' }))).toEqual(
      ringFingerprint(ringOf({ 1: 'active' })),
    );
  });
});
