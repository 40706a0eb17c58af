import { base32Digits, decodeUuid } from '../crypto/base32.ts';
import { limits } from '../lib/limits.ts';
import { createFactStore, type Interned, type InternedOwner, type InternedTenant } from './factStore.ts';
import type { KeyFacts, Proof } from './KeyRow.ts';

/**
 * Proven keys by the digest of their tokens: rows and never verdicts, so that each use is judged anew. It knows nothing
 * of leases: whoever asks has made sure that it may.
 */
export type RowCache = {
  /** The proof of a token that was proven before. */
  find(token: string, digest: string): Proof | undefined;
  /** Keeps a proof, if there is room or room can be made. `imported`: the token does not name its key. */
  insert(digest: string, proof: Proof, imported: boolean): void;
  evictKey(kid: string): void;
  evictTenant(id: string): void;
  evictUser(id: string): void;
  /** Forgets every token that does not name its key. */
  evictImported(): void;
  clear(): void;
  /** Keys that are held, with those that were evicted with their tenant or owner and not yet met. */
  readonly size: number;
};

/** Where a token of ours names its key: counted from its end, because the prefix may have any length. */
const kidFromEnd = 89;
const kidChars = 26;

/** A million keys in one map would be moved all at once when it grows: some fifty milliseconds in which nobody is served. */
const shardCount = 256;

const digitValues = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, base32Digits.indexOf(String.fromCharCode(code))),
);

/** One proven secret of a key. Every field is a word of some million; so what many keys share is shared. */
class Entry implements Proof {
  readonly kid: string;
  readonly tenant: InternedTenant;
  readonly owner: InternedOwner | null;
  readonly environment: KeyFacts['environment'];
  readonly status: KeyFacts['status'];
  readonly notBeforeMs: number | null;
  readonly expiresAtMs: number | null;
  readonly scopes: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly secretNo: number;
  readonly secretEndsAtMs: number | null;
  readonly digest: string;
  readonly extraBytes: number;
  /** Its token does not name its key, even where it seems to: it is found by itself alone, so that it can be forgotten. */
  readonly isImported: boolean;
  notedSeconds: number;
  /** Found since it was last looked at as one that could go. */
  found = false;
  /** Another secret of the same key. */
  next: Entry | undefined = undefined;

  constructor(
    digest: string,
    isImported: boolean,
    proof: Proof,
    { tenant, owner, scopes, metadata, extraBytes }: Interned,
  ) {
    this.kid = proof.kid;
    this.tenant = tenant;
    this.owner = owner;
    this.environment = proof.environment;
    this.status = proof.status;
    this.notBeforeMs = proof.notBeforeMs;
    this.expiresAtMs = proof.expiresAtMs;
    this.scopes = scopes;
    this.metadata = metadata;
    this.secretNo = proof.secretNo;
    this.secretEndsAtMs = proof.secretEndsAtMs;
    this.digest = digest;
    this.extraBytes = extraBytes;
    this.isImported = isImported;
    this.notedSeconds = proof.notedSeconds;
  }
  get keyId(): string {
    return decodeUuid(this.kid) ?? '';
  }
  get tenantId(): string {
    return this.tenant.id;
  }
  get tenantKind(): KeyFacts['tenantKind'] {
    return this.tenant.kind;
  }
  get tenantStatus(): KeyFacts['tenantStatus'] {
    return this.tenant.status;
  }
  get ownerUserId(): string | null {
    return this.owner === null ? null : this.owner.id;
  }
  get ownerStatus(): KeyFacts['ownerStatus'] {
    return this.owner === null ? null : this.owner.status;
  }
  get ownerCeiling(): readonly string[] | null {
    return this.owner === null ? null : this.owner.ceiling;
  }
}

/** A cache for so many keys. */
export function createRowCache(keysMax: number): RowCache {
  const shardKeysMax = Math.max(1, Math.ceil(keysMax / shardCount));
  let shards: Map<string, Entry>[] = [];
  let facts = createFactStore();
  let imported = new Map<string, Entry>();
  /** In the order in which they came: those that hold more than they share. */
  let heavy = new Set<Entry>();
  let heavyBytes = 0;
  let size = 0;
  const clear = () => {
    shards = Array.from({ length: shardCount }, () => new Map());
    facts = createFactStore();
    imported = new Map();
    heavy = new Set();
    heavyBytes = 0;
    size = 0;
  };
  clear();

  function shardOf(kid: string): Map<string, Entry> {
    return shards[shardIndex(kid)] as Map<string, Entry>;
  }

  function remove(entry: Entry): void {
    const shard = shardOf(entry.kid);
    const head = shard.get(entry.kid);
    if (head === entry) {
      if (entry.next === undefined) {
        shard.delete(entry.kid);
        size -= 1;
      } else shard.set(entry.kid, entry.next);
    } else {
      for (let at = head; at !== undefined; at = at.next) if (at.next === entry) at.next = entry.next;
    }
    forget(entry);
  }

  /** Whatever knows an entry but its shard. */
  function forget(entry: Entry): void {
    facts.release(entry);
    if (imported.get(entry.digest) === entry) imported.delete(entry.digest);
    if (!heavy.delete(entry)) return;
    heavyBytes -= entry.extraBytes;
    entry.tenant.extraBytes -= entry.extraBytes;
  }

  function evictKey(kid: string): void {
    const shard = shardOf(kid);
    let entry = shard.get(kid);
    if (entry === undefined) return;
    shard.delete(kid);
    size -= 1;
    for (; entry !== undefined; entry = entry.next) forget(entry);
  }

  /**
   * Lets one key go that was not asked for lately: each that was gets a second chance, a few times. A tenant that holds
   * more than its share makes room at its own cost, so that none can push out all others.
   */
  function makeRoom(shard: Map<string, Entry>, tenant: InternedTenant): boolean {
    const isGreedy = tenant.entries > keysMax * limits.cacheTenantShareMax;
    let looked = 0;
    let chances = 0;
    for (const [kid, entry] of shard) {
      if (++looked > limits.cacheRoomLooksMax) return false;
      const mayGo = isGone(entry) || !isGreedy || entry.tenant === tenant;
      if (mayGo && (!entry.found || isGone(entry) || ++chances > limits.cacheChancesMax)) {
        evictKey(kid);
        return true;
      }
      if (mayGo) entry.found = false;
      // To the end: the next look begins where this one ended.
      shard.delete(kid);
      shard.set(kid, entry);
    }
    return false;
  }

  /** Lets the oldest heavy keys go; those of the tenant itself, where it has more than its share of what may be held. */
  function lighten({ tenant }: Entry): void {
    const isGreedy = tenant.extraBytes > limits.cacheExtraBytesMax * limits.cacheTenantShareMax;
    for (const oldest of heavy) {
      if (heavyBytes <= limits.cacheExtraBytesMax) return;
      if (isGone(oldest) || !isGreedy || oldest.tenant === tenant) remove(oldest);
    }
  }

  return {
    find(token, digest) {
      let entry: Entry | undefined;
      if (token.length >= kidFromEnd) {
        const kid = token.slice(token.length - kidFromEnd, token.length - kidFromEnd + kidChars);
        entry = shardOf(kid).get(kid);
        while (entry !== undefined && (entry.isImported || entry.digest !== digest)) entry = entry.next;
      }
      if (entry === undefined && imported.size > 0) entry = imported.get(digest);
      if (entry === undefined) return undefined;
      if (isGone(entry)) {
        remove(entry);
        return undefined;
      }
      entry.found = true;
      return entry;
    },
    insert(digest, proof, isImported) {
      if (keysMax === 0) return;
      const shard = shardOf(proof.kid);
      let others = shard.get(proof.kid);
      for (let at = others; at !== undefined; at = at.next) {
        if (at.digest !== digest) continue;
        remove(at);
        others = shard.get(proof.kid);
        break;
      }
      const interned = facts.intern(proof);
      if (others === undefined && shard.size >= shardKeysMax && !makeRoom(shard, interned.tenant)) {
        facts.release(interned);
        return;
      }
      const entry = new Entry(digest, isImported, proof, interned);
      entry.next = others;
      if (others === undefined) size += 1;
      shard.set(entry.kid, entry);
      if (isImported) imported.set(digest, entry);
      if (entry.extraBytes === 0) return;
      heavy.add(entry);
      heavyBytes += entry.extraBytes;
      entry.tenant.extraBytes += entry.extraBytes;
      if (heavyBytes > limits.cacheExtraBytesMax) lighten(entry);
    },
    evictKey,
    evictTenant: (id) => facts.evictTenant(id),
    evictUser: (id) => facts.evictUser(id),
    evictImported() {
      // Their keys stay until they are met or must make room: to look for each would take as long as there are many.
      imported = new Map();
    },
    clear,
    get size() {
      return size;
    },
  };
}

/** By the end of the id, where it is random: five bits of its last character, and three of the one before. */
function shardIndex(kid: string): number {
  const last = digitValues[kid.charCodeAt(kid.length - 1)] ?? 0;
  const before = digitValues[kid.charCodeAt(kid.length - 2)] ?? 0;
  return (last << 3) | (before & 7);
}

/** It ended with its tenant or its owner. */
function isGone({ tenant, owner }: Entry): boolean {
  return tenant.gone || owner?.gone === true;
}
