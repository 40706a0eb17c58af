import { hash, type KeyObject } from 'node:crypto';
import { assert } from '../lib/assert.ts';

/** HMAC-SHA-256 of a short message under one key, as one character a byte. */
export type Mac = (message: string | Uint8Array) => string;

/** Of SHA-256. */
const blockBytes = 64;
const hashBytes = 32;
/** What the tag and the keyed hash are made of is less. */
const messageBytesMax = 256;

const macs = new WeakMap<KeyObject, Mac>();

/**
 * The two hashes that an HMAC is, each in one call: an `Hmac` object of Node's costs three times as much, and the garbage
 * collector once more, and a verification needs two. A key is padded once; the pads live as long as the key and stand outside
 * of the heap, as its bytes do.
 */
export function macOf(key: KeyObject): Mac {
  const known = macs.get(key);
  if (known !== undefined) return known;
  const mac = createMac(key);
  macs.set(key, mac);
  return mac;
}

function createMac(key: KeyObject): Mac {
  const bytes = key.export();
  assert(bytes.length <= blockBytes, 'a derived key fits into a block');
  const inner = Buffer.alloc(blockBytes + messageBytesMax, 0x36);
  const outer = Buffer.alloc(blockBytes + hashBytes, 0x5c);
  for (const [at, byte] of bytes.entries()) {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  bytes.fill(0);
  const parts: Uint8Array[] = [];
  // It never yields between writing and hashing.
  return (message) => {
    assert(message.length <= messageBytesMax, 'only short messages are hashed like this');
    const end = blockBytes + put(inner, message);
    parts[end] ??= inner.subarray(0, end);
    outer.write(hash('sha256', parts[end], 'binary'), blockBytes, 'latin1');
    return hash('sha256', outer, 'binary');
  };
}

function put(inner: Buffer, message: string | Uint8Array): number {
  if (typeof message === 'string') return inner.write(message, blockBytes, 'latin1');
  inner.set(message, blockBytes);
  return message.length;
}
