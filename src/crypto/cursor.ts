import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { limits } from '../lib/limits.ts';
import { uuidFrom, writeUuid } from './base32.ts';
import type { Keyring } from './keyring.ts';

/** A row's place in a list that is ordered by time and then by id; the time as the database writes it, to the microsecond. */
export type Position = { readonly time: string; readonly id: string };

/** A cursor of another version says other things: it is refused, and its list begun anew. */
const version = 1;
const idAt = 3;
const timeAt = idAt + 16;
const macBytes = 16;

/**
 * The text of a cursor: version, ring number, id, time, and a keyed digest of these and of what the cursor is for.
 * What it is for (list, tenant, filter) is not in it: whoever shows the cursor says it again, or is refused.
 */
export function sealCursor(keyring: Keyring, purpose: string, { time, id }: Position): string {
  const n = keyring.activeNo;
  const key = keyring.cursorKey(n);
  if (key === undefined) throw new Error('The active key of a ring is there.');
  const place = Buffer.alloc(timeAt + Buffer.byteLength(time, 'latin1'));
  place.writeUInt8(version, 0);
  place.writeUInt16BE(n, 1);
  writeUuid(place, id, idAt);
  place.write(time, timeAt, 'latin1');
  return Buffer.concat([place, mac(key, place, purpose)]).toString('base64url');
}

/** The place that a cursor stands for; undefined unless this ring made it for this purpose, by whichever of its keys. */
export function openCursor(keyring: Keyring, purpose: string, cursor: string): Position | undefined {
  if (cursor.length > limits.cursorCharsMax) return undefined;
  const bytes = Buffer.from(cursor, 'base64url');
  // The decoder is lenient: only the one spelling counts, or a changed cursor could still be a good one.
  if (bytes.length <= timeAt + macBytes || bytes.toString('base64url') !== cursor) return undefined;
  const place = bytes.subarray(0, -macBytes);
  const key = place.readUInt8(0) === version ? keyring.cursorKey(place.readUInt16BE(1)) : undefined;
  if (key === undefined || !timingSafeEqual(bytes.subarray(-macBytes), mac(key, place, purpose))) return undefined;
  return { time: place.toString('latin1', timeAt), id: uuidFrom(place, idAt) };
}

/** The place says its length first, so that no other division into place and purpose has the same digest. */
function mac(key: KeyObject, place: Buffer, purpose: string): Buffer {
  return createHmac('sha256', key)
    .update(`${place.length}:`)
    .update(place)
    .update(purpose)
    .digest()
    .subarray(0, macBytes);
}
