/** Everything that a verification judges by, but the secret: one key as it was read, with its tenant and its owner. */
export type KeyFacts = {
  readonly keyId: string;
  /** The same as in tokens and global ids, in 26 characters. */
  readonly kid: string;
  readonly tenantId: string;
  readonly tenantKind: 'organization' | 'personal' | 'platform';
  readonly tenantStatus: 'active' | 'suspended';
  readonly ownerUserId: string | null;
  readonly ownerStatus: 'active' | 'disabled' | null;
  readonly ownerCeiling: readonly string[] | null;
  readonly environment: 'live' | 'test';
  readonly status: 'active' | 'disabled' | 'revoked';
  readonly notBeforeMs: number | null;
  readonly expiresAtMs: number | null;
  readonly scopes: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
};

/** A key as the database has it: with all of its live secrets. */
export type KeyRow = KeyFacts & { readonly secrets: readonly SecretRow[] };

/** One secret of a key; `endsAtMs` is null for the current one, which ends with its key. */
export type SecretRow = {
  readonly no: number;
  readonly hash: Buffer;
  readonly version: string;
  readonly endsAtMs: number | null;
};

/** A key whose secret was presented. It has no hash: the proof is done, and memory keeps nothing to guess at. */
export type Proof = KeyFacts & {
  readonly secretNo: number;
  /** When the presented secret ends; null for the current one, which ends with its key. */
  readonly secretEndsAtMs: number | null;
  /** When its use was last noted, in seconds of Unix time; 0 for never. Of what is remembered, not every use is worth a note. */
  notedSeconds: number;
};

/** What became of one presented secret. Every fact by its name: to spread a row takes as long as to hash its secret. */
export function proofOf(row: KeyRow, { no, endsAtMs }: Pick<SecretRow, 'no' | 'endsAtMs'>): Proof {
  return {
    keyId: row.keyId,
    kid: row.kid,
    tenantId: row.tenantId,
    tenantKind: row.tenantKind,
    tenantStatus: row.tenantStatus,
    ownerUserId: row.ownerUserId,
    ownerStatus: row.ownerStatus,
    ownerCeiling: row.ownerCeiling,
    environment: row.environment,
    status: row.status,
    notBeforeMs: row.notBeforeMs,
    expiresAtMs: row.expiresAtMs,
    scopes: row.scopes,
    metadata: row.metadata,
    secretNo: no,
    secretEndsAtMs: endsAtMs,
    notedSeconds: 0,
  };
}
