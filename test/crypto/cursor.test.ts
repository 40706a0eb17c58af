import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCursor, sealCursor } from '../../src/crypto/cursor.ts';
import { ringOf, vectorOwner } from './samples.ts';

const ring = ringOf({ 1: 'active' });
const place = { time: '2026-11-20T08:00:00.123456Z', id: vectorOwner.keyId };
const cursor = sealCursor(ring, 'keys of a', place);

const time = fc
  .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((at) => at.toISOString());

describe('a cursor', () => {
  it('leads back to its place, to the microsecond', () => {
    fc.assert(
      fc.property(time, fc.uuid(), fc.string(), (at, id, purpose) => {
        const sealed = sealCursor(ring, purpose, { time: at, id });
        expect(openCursor(ring, purpose, sealed)).toEqual({ time: at, id });
      }),
    );
    expect(openCursor(ring, 'keys of a', cursor)).toEqual(place);
  });

  it('is short, and of characters that need no escape in an address or in JSON', () => {
    expect(cursor).toMatch(/^[\w-]{83}$/);
  });

  it('is good for one list and no other', () => {
    for (const other of ['keys of b', 'keys of ', 'keys of aa', ''])
      expect(openCursor(ring, other, cursor)).toBeUndefined();
  });

  it('has one division into place and purpose: what is moved from one to the other is refused', () => {
    const sealed = Buffer.from(sealCursor(ring, 'Zkeys', { ...place, time: '2026-11-20T08:00:00.123' }), 'base64url');
    const moved = Buffer.concat([sealed.subarray(0, -16), Buffer.from('Z'), sealed.subarray(-16)]);
    expect(openCursor(ring, 'keys', moved.toString('base64url'))).toBeUndefined();
  });

  it('is refused when any character of it is another, missing or added', () => {
    for (let at = 0; at < cursor.length; at++) {
      const other = cursor[at] === 'A' ? 'B' : 'A';
      expect(openCursor(ring, 'keys of a', cursor.slice(0, at) + other + cursor.slice(at + 1))).toBeUndefined();
      expect(openCursor(ring, 'keys of a', cursor.slice(0, at))).toBeUndefined();
    }
    for (const added of ['A', '=', ' ', '\n', '!'])
      expect(openCursor(ring, 'keys of a', cursor + added)).toBeUndefined();
  });

  it('whatever else is sent in its place is refused, and nothing fails', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ minLength: 200, maxLength: 300 })), (text) => {
        expect(openCursor(ring, 'keys of a', text)).toBeUndefined();
      }),
    );
    expect(openCursor(ring, 'keys of a', 'A'.repeat(1_000_000))).toBeUndefined();
  });

  it('outlives the promotion of another ring key, as long as its own is there', () => {
    expect(openCursor(ringOf({ 1: 'verify', 2: 'active' }), 'keys of a', cursor)).toEqual(place);
    const newer = sealCursor(ringOf({ 1: 'verify', 2: 'active' }), 'keys of a', place);
    expect(newer).not.toBe(cursor);
    expect(openCursor(ringOf({ 1: 'active', 2: 'pending' }), 'keys of a', newer)).toEqual(place);
  });

  it('of a ring key that is lost or unknown is refused', () => {
    expect(openCursor(ringOf({ 1: 'lost', 2: 'active' }), 'keys of a', cursor)).toBeUndefined();
    expect(openCursor(ringOf({ 2: 'active' }), 'keys of a', cursor)).toBeUndefined();
  });

  it('of another version is refused', () => {
    const bytes = Buffer.from(cursor, 'base64url');
    expect(bytes[0]).toBe(1);
    bytes[0] = 2;
    expect(openCursor(ring, 'keys of a', bytes.toString('base64url'))).toBeUndefined();
  });
});
