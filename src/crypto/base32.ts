import { assert } from '../lib/assert.ts';

/** The ASCII codes of a base's digits by their value, and their values by ASCII code. */
interface Base {
  readonly bits: number;
  readonly codes: Uint8Array;
  readonly values: Uint8Array;
}

/** Crockford's digits in lower case, in ascending ASCII order: so texts sort as the UUIDs do. */
export const base32Digits = '0123456789abcdefghjkmnpqrstvwxyz';
const base32 = baseOf(5, base32Digits);
const hex = baseOf(4, '0123456789abcdef');

const uuidShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** 26 digits hold 130 bits: with a first digit above 7 they would stand for no UUID. */
const encodedShape = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

// Written into and read out in one go: a text that is put together from others holds on to them, and memory keeps a million.
const encoded = Buffer.alloc(26);
const decoded = Buffer.alloc(36, '-');
/** Where the 32 digits of a UUID stand in its text. */
const digitAt = Uint8Array.from({ length: 36 }, (_, at) => at).filter((at) => ![8, 13, 18, 23].includes(at));

/** The 26 characters that stand for a UUID in ids and tokens. */
export function encodeUuid(uuid: string): string {
  assertUuid(uuid);
  let held = 0;
  // 26 digits of five bits hold two bits more than 32 of four.
  let heldBits = 2;
  let out = 0;
  for (let at = 0; at < digitAt.length; at++) {
    held = (held << hex.bits) | valueAt(hex, uuid, digitAt[at] ?? 0);
    heldBits += hex.bits;
    if (heldBits < base32.bits) continue;
    heldBits -= base32.bits;
    encoded[out++] = base32.codes[held >> heldBits] ?? 0;
    held &= (1 << heldBits) - 1;
  }
  return encoded.toString('latin1');
}

/** The UUID that 26 characters stand for; undefined for whatever `encodeUuid` never writes. */
export function decodeUuid(text: string): string | undefined {
  if (!encodedShape.test(text)) return undefined;
  let held = 0;
  let heldBits = -2;
  let out = 0;
  for (let at = 0; at < encoded.length; at++) {
    held = (held << base32.bits) | valueAt(base32, text, at);
    heldBits += base32.bits;
    while (heldBits >= hex.bits) {
      heldBits -= hex.bits;
      decoded[digitAt[out++] ?? 0] = hex.codes[held >> heldBits] ?? 0;
      held &= (1 << heldBits) - 1;
    }
  }
  return decoded.toString('latin1');
}

/** Writes the sixteen bytes of a UUID, as they stand inside the hashes. */
export function writeUuid(target: Buffer, uuid: string, offset: number): void {
  assertUuid(uuid);
  for (let byte = 0; byte < 16; byte++) {
    const high = valueAt(hex, uuid, digitAt[byte * 2] ?? 0);
    target[offset + byte] = (high << 4) | valueAt(hex, uuid, digitAt[byte * 2 + 1] ?? 0);
  }
}

/** The UUID that sixteen bytes are. */
export function uuidFrom(source: Buffer, offset: number): string {
  return dashed(source.toString('hex', offset, offset + 16));
}

function assertUuid(uuid: string): void {
  assert(uuidShape.test(uuid), 'a UUID in canonical lower case was expected');
}

function dashed(digits: string): string {
  return (
    `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-` +
    `${digits.slice(16, 20)}-${digits.slice(20)}`
  );
}

function valueAt({ values }: Base, text: string, at: number): number {
  return values[text.charCodeAt(at)] ?? 0;
}

function baseOf(bits: number, digits: string): Base {
  const values = new Uint8Array(128);
  for (let value = 0; value < digits.length; value++) values[digits.charCodeAt(value)] = value;
  return { bits, codes: Buffer.from(digits, 'latin1'), values };
}
