import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { assert } from '../lib/assert.ts';
import type { Random } from './random.ts';
import { lostEntry, newEntry } from './ringEdits.ts';
import { type RingEntry, type RingState, readRing, writeRing } from './ringFormat.ts';

export type { RingEntry, RingState } from './ringFormat.ts';

/** The keys of one ring number: each use has its own, so that none of them helps against another. */
interface RingKeys {
  readonly tag: KeyObject;
  readonly hash: KeyObject;
  readonly cursor: KeyObject;
}

/** What one entry of a ring is, without its material. */
export type RingEntryInfo = Omit<RingEntry, 'material'>;

/**
 * The service's secret keys by number. It holds key objects and no bytes, in private fields:
 * printing, cloning or serialising it shows numbers, states and dates.
 */
export class Keyring {
  /** The number of the key that mints. */
  readonly activeNo: number;
  /** Every number whose keys are here: pending, active and verify, ascending. */
  readonly numbers: readonly number[];
  /** Every entry of the file, lost keys and peppers included, ascending by number. */
  readonly entries: readonly RingEntryInfo[];

  readonly #states = new Map<number, Exclude<RingState, 'import'>>();
  readonly #keys = new Map<number, RingKeys>();
  readonly #peppers = new Map<string, KeyObject>();

  constructor(entries: readonly RingEntry[]) {
    const active = entries.find((entry) => entry.state === 'active');
    assert(active !== undefined, 'a ring has an active key');
    this.activeNo = active.n;
    const ascending = entries.toSorted((left, right) => left.n - right.n);
    for (const { n, state, pepperName, material } of ascending) {
      if (state !== 'import') this.#states.set(n, state);
      if (material === undefined) continue;
      if (pepperName === undefined) this.#keys.set(n, deriveKeys(material, n));
      else this.#peppers.set(pepperName, createSecretKey(material));
    }
    this.numbers = Object.freeze([...this.#keys.keys()]);
    this.entries = Object.freeze(ascending.map(({ material: _, ...info }) => Object.freeze(info)));
    Object.freeze(this);
  }

  /** The state of a number; undefined when the ring has never heard of it or it is a pepper's. */
  stateOf(n: number): Exclude<RingState, 'import'> | undefined {
    return this.#states.get(n);
  }

  /** The key of the tags in tokens; undefined when the ring lacks the number, or its material is lost. */
  tagKey(n: number): KeyObject | undefined {
    return this.#keys.get(n)?.tag;
  }

  /** The key of stored hashes. */
  hashKey(n: number): KeyObject | undefined {
    return this.#keys.get(n)?.hash;
  }

  /** The key of page cursors. */
  cursorKey(n: number): KeyObject | undefined {
    return this.#keys.get(n)?.cursor;
  }

  /** An old system's pepper, for verifying what was imported from it. */
  pepper(name: string): KeyObject | undefined {
    return this.#peppers.get(name);
  }

  /** What a database remembers of a ring key, to know the ring again; it tells nothing about the key. */
  fingerprint(n: number): Buffer | undefined {
    const key = this.hashKey(n);
    return key && createHmac('sha256', key).update('fp').digest();
  }
}

/** Reads a ring; refuses one that this service must not run with, naming `where` it came from and never what is in it. */
export function parseKeyring(json: string, where: string): Keyring {
  return new Keyring(readRing(json, where));
}

/**
 * The text of a new ring with one active key. After a loss, the numbers of the lost ring stand in it without material,
 * and the new key's number lies above them: a number never means two keys.
 */
export function createKeyring(now: Date, random: Random, lost: readonly number[] = []): string {
  const n = Math.max(0, ...lost) + 1;
  return writeRing([...lost.map((each) => lostEntry(each, now)), newEntry(n, 'active', now, random)]);
}

function deriveKeys(material: Buffer, n: number): RingKeys {
  const derive = (label: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', material, 'keywright/keyring/v1', `${label}:${n}`, 32)));
  return { tag: derive('tag'), hash: derive('hash'), cursor: derive('cursor') };
}
