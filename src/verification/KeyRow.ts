/** Everything that a verification judges by: one key with its tenant, its owner and its live secrets. */
export type KeyRow = {
  readonly keyId: string;
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
  readonly secrets: readonly SecretRow[];
};

/** One secret of a key; `endsAtMs` is null for the current one, which ends with its key. */
export type SecretRow = {
  readonly no: number;
  readonly hash: Buffer;
  readonly version: string;
  readonly endsAtMs: number | null;
};
