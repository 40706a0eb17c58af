import { limits } from '../lib/limits.ts';
import type { KeyFacts } from './KeyRow.ts';

/** A tenant as all of its cached keys refer to it: to end them all, this one is marked. */
export type InternedTenant = {
  readonly id: string;
  readonly kind: KeyFacts['tenantKind'];
  readonly status: KeyFacts['tenantStatus'];
  /** It was evicted: whatever refers to it is worth nothing any more. */
  gone: boolean;
  /** Cached secrets that refer to it. */
  entries: number;
  /** What they hold beyond what they share. */
  extraBytes: number;
};

/** The same for the owner of personal keys. */
export type InternedOwner = {
  readonly id: string;
  readonly status: NonNullable<KeyFacts['ownerStatus']>;
  readonly ceiling: readonly string[] | null;
  gone: boolean;
  entries: number;
};

/** What a cached key refers to, in the one copy that there is of it. */
export type Interned = {
  readonly tenant: InternedTenant;
  readonly owner: InternedOwner | null;
  readonly scopes: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What this key holds beyond what it shares, roughly, as JSON. */
  readonly extraBytes: number;
};

/** One copy of every fact that many keys share: a million of them then fit into memory, and all of a tenant's end at once. */
export type FactStore = {
  intern(facts: KeyFacts): Interned;
  /** A cached secret has gone. */
  release(held: Pick<Interned, 'tenant' | 'owner'>): void;
  evictTenant(id: string): void;
  evictUser(id: string): void;
};

const noMetadata: Readonly<Record<string, unknown>> = Object.freeze({});

/** An empty store; to empty one, make another. */
export function createFactStore(): FactStore {
  const tenants = new Map<string, InternedTenant>();
  const owners = new Map<string, InternedOwner>();
  const scopeLists = new Map<string, readonly string[]>();

  function tenantOf({ tenantId: id, tenantKind: kind, tenantStatus: status }: KeyFacts): InternedTenant {
    const known = tenants.get(id);
    if (known?.kind === kind && known.status === status) return known;
    // Two reads disagree, and a change is on its way: what was read before is asked for again.
    if (known !== undefined) known.gone = true;
    const tenant = { id: inOnePiece(id), kind, status, gone: false, entries: 0, extraBytes: 0 };
    tenants.set(tenant.id, tenant);
    return tenant;
  }

  function ownerOf({ ownerUserId: id, ownerStatus: status, ownerCeiling }: KeyFacts): InternedOwner | null {
    if (id === null || status === null) return null;
    const ceiling = ownerCeiling === null ? null : (sharedList(ownerCeiling) ?? ownerCeiling);
    const known = owners.get(id);
    if (known?.status === status && sameList(known.ceiling, ceiling)) return known;
    if (known !== undefined) known.gone = true;
    const owner = { id: inOnePiece(id), status, ceiling, gone: false, entries: 0 };
    owners.set(owner.id, owner);
    return owner;
  }

  /** The shared copy of a list, or undefined for a long one: such lists are few, or somebody makes them up. */
  function sharedList(scopes: readonly string[]): readonly string[] | undefined {
    // No scope has a space.
    const text = scopes.join(' ');
    if (text.length > limits.sharedScopesCharsMax) return undefined;
    const known = scopeLists.get(text);
    if (known !== undefined) return known;
    // Those who have one keep it; the next ones share anew.
    if (scopeLists.size >= limits.scopeListsReadMax) scopeLists.clear();
    scopeLists.set(text, scopes);
    return scopes;
  }

  return {
    intern(facts) {
      const tenant = tenantOf(facts);
      const owner = ownerOf(facts);
      tenant.entries += 1;
      if (owner !== null) owner.entries += 1;
      const shared = sharedList(facts.scopes);
      const isPlain = Object.keys(facts.metadata).length === 0;
      const extraBytes =
        (isPlain ? 0 : JSON.stringify(facts.metadata).length) +
        (shared === undefined ? JSON.stringify(facts.scopes).length : 0);
      const metadata = isPlain ? noMetadata : facts.metadata;
      return { tenant, owner, scopes: shared ?? facts.scopes, metadata, extraBytes };
    },
    release({ tenant, owner }) {
      tenant.entries -= 1;
      if (tenant.entries === 0 && tenants.get(tenant.id) === tenant) tenants.delete(tenant.id);
      if (owner === null) return;
      owner.entries -= 1;
      if (owner.entries === 0 && owners.get(owner.id) === owner) owners.delete(owner.id);
    },
    evictTenant(id) {
      const tenant = tenants.get(id);
      if (tenant !== undefined) tenant.gone = true;
      tenants.delete(id);
    },
    evictUser(id) {
      const owner = owners.get(id);
      if (owner !== undefined) owner.gone = true;
      owners.delete(id);
    },
  };
}

/** A text that was cut from another holds on to all of it: for an id that would be a whole row. */
function inOnePiece(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function sameList(one: readonly string[] | null, other: readonly string[] | null): boolean {
  if (one === other) return true;
  return one !== null && other !== null && one.length === other.length && one.every((item, at) => item === other[at]);
}
