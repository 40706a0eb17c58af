/** What may be told of an imported key, before and after; its times have six digits. */
export type KeyState = {
  readonly name: string;
  readonly environment: 'live' | 'test';
  readonly scopes: readonly string[];
  readonly status: 'active' | 'disabled' | 'revoked';
  readonly ownerUserId: string | null;
  readonly makerUserId: string | null;
  readonly externalKeyId: string | null;
  readonly notBefore: string | null;
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
};

/** A key that came in under the source and the legacy id of a row. */
export type HeldKey = {
  readonly id: string;
  readonly tenantId: string;
  readonly state: KeyState;
  /** Whether its current secret was made here, by a rotation. */
  readonly isMinted: boolean;
  readonly secretNo: number;
  readonly version: string;
  readonly hash: Buffer;
};

/** Who has what a row wants: a key, or an earlier row, and what a message calls it. */
export type Holder = { readonly keyId: string; readonly who: string };

/**
 * What a batch of rows may not take, since others have it: keys of the database and, row by row, what earlier rows of
 * the batch were given. All its texts are compared as the database compares them.
 */
export type Held = {
  /** By `tenant/user`. */
  readonly users: ReadonlySet<string>;
  /** By `identityOf`. */
  readonly keys: ReadonlyMap<string, HeldKey>;
  /** The rows that were given an identity, by it. */
  readonly identities: Map<string, Holder>;
  /** By `tenant/name` in lower case. */
  readonly names: Map<string, Holder>;
  /** Each wanted name in the lower case of the database, whose letters are not JavaScript's. */
  readonly lowerCase: ReadonlyMap<string, string>;
  readonly externalKeyIds: Map<string, Holder>;
  /** By hash in hexadecimal. */
  readonly tokens: Map<string, Holder>;
  /** The forms in which imported tokens are stored. */
  readonly forms: Set<string>;
  /** Those, and the forms in which tokens of this batch would be: what has the token of a row is found in one of them. */
  readonly searchedForms: readonly string[];
};

/** One text for a source and a legacy id; no two pairs have the same. */
export function identityOf({ source, legacyId }: { readonly source: string; readonly legacyId: string }): string {
  return JSON.stringify([source, legacyId]);
}
