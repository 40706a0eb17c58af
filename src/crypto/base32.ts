import { assert } from '../lib/assert.ts';

/** The digits of a base by their value, and their values by ASCII code. */
interface Base {
  readonly bits: number;
  readonly digits: string;
  readonly values: Uint8Array;
}

/** Crockford's digits in lower case, in ascending ASCII order: so texts sort as the UUIDs do. */
export const base32Digits = '0123456789abcdefghjkmnpqrstvwxyz';
const base32 = baseOf(5, base32Digits);
const hex = baseOf(4, '0123456789abcdef');

const uuidShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** 26 digits hold 130 bits: with a first digit above 7 they would stand for no UUID. */
const encodedShape = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** The 26 characters that stand for a UUID in ids and tokens: in one piece, because memory keeps a million of them. */
export function encodeUuid(uuid: string): string {
  return inOnePiece(regroup(hexOf(uuid), { from: hex, to: base32, leadingZeroBits: 2 }));
}

const piece = Buffer.alloc(26);

/** A text that was put together from others holds on to them. */
function inOnePiece(text: string): string {
  piece.write(text, 'latin1');
  return piece.toString('latin1');
}

/** The UUID that 26 characters stand for; undefined for whatever `encodeUuid` never writes. */
export function decodeUuid(text: string): string | undefined {
  if (!encodedShape.test(text)) return undefined;
  return dashed(regroup(text, { from: base32, to: hex, leadingZeroBits: -2 }));
}

/** Writes the sixteen bytes of a UUID, as they stand inside the hashes. */
export function writeUuid(target: Buffer, uuid: string, offset: number): void {
  target.write(hexOf(uuid), offset, 'hex');
}

/** The UUID that sixteen bytes are. */
export function uuidFrom(source: Buffer, offset: number): string {
  return dashed(source.toString('hex', offset, offset + 16));
}

function hexOf(uuid: string): string {
  assert(uuidShape.test(uuid), 'a UUID in canonical lower case was expected');
  return uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24);
}

function dashed(digits: string): string {
  return (
    `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-` +
    `${digits.slice(16, 20)}-${digits.slice(20)}`
  );
}

interface Regrouping {
  readonly from: Base;
  readonly to: Base;
  /** Put before the text, or, when negative, taken away there. */
  readonly leadingZeroBits: number;
}

/** Reads the same bits in groups of another width. */
function regroup(text: string, { from, to, leadingZeroBits }: Regrouping): string {
  let out = '';
  let held = 0;
  let heldBits = leadingZeroBits;
  for (let index = 0; index < text.length; index++) {
    held = (held << from.bits) | (from.values[text.charCodeAt(index)] ?? 0);
    heldBits += from.bits;
    while (heldBits >= to.bits) {
      heldBits -= to.bits;
      out += to.digits.charAt(held >> heldBits);
      held &= (1 << heldBits) - 1;
    }
  }
  return out;
}

function baseOf(bits: number, digits: string): Base {
  const values = new Uint8Array(128);
  for (let value = 0; value < digits.length; value++) values[digits.charCodeAt(value)] = value;
  return { bits, digits, values };
}
