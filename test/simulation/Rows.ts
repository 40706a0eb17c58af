import { createHash } from 'node:crypto';
import { Secret } from '../../src/crypto/Secret.ts';
import { mintToken } from '../../src/crypto/token.ts';
import { hashImported, hashSecret } from '../../src/crypto/tokenHash.ts';
import { ringOf } from '../crypto/samples.ts';

/** The ring of every simulated node. */
export const ring = ringOf({ 1: 'active' });

/** A stored hash of a secret. */
export type StoredSecret = { readonly no: number; readonly hash: Buffer; readonly version: string };

/** A row of `api_keys` with its retiring secrets; replaced and never changed, so that a copy of the map is a snapshot. */
export type SimKey = {
  readonly id: string;
  readonly tenantId: string;
  readonly ownerUserId: string | null;
  readonly status: 'active' | 'disabled' | 'revoked';
  readonly scopes: readonly string[];
  readonly expiresAtMs: number | null;
  readonly current: StoredSecret;
  readonly retiring: readonly (StoredSecret & { readonly endsAtMs: number })[];
};

export type SimTenant = { readonly status: 'active' | 'suspended' };
export type SimUser = {
  readonly tenantId: string;
  readonly status: 'active' | 'disabled';
  readonly ceiling: readonly string[] | null;
};

/** All rows that verifications judge by. */
export type Rows = {
  readonly keys: Map<string, SimKey>;
  readonly tenants: Map<string, SimTenant>;
  readonly users: Map<string, SimUser>;
};

export function copyRows({ keys, tenants, users }: Rows): Rows {
  return { keys: new Map(keys), tenants: new Map(tenants), users: new Map(users) };
}

const uuid = (kind: number, n: number) => `0199f0a1-00${kind}0-7000-8000-${n.toString(16).padStart(12, '0')}`;
export const tenantIds: readonly string[] = [uuid(1, 1), uuid(1, 2)];
export const userIds: readonly string[] = [uuid(2, 1), uuid(2, 2)];

/** The nth key: whose it is does not depend on the seed, so that its secrets are made once for all seeds. */
export function ownerOfKey(n: number): { tenantId: string; ownerUserId: string | null } {
  const tenantId = tenantIds[n % 2] as string;
  return { tenantId, ownerUserId: n % 3 === 2 ? (userIds[n % 2] as string) : null };
}
export const keyIdOfNumber = (n: number): string => uuid(3, 0x100 + n);

/** A minted secret, with the token that carries it. */
export type Minted = { readonly token: string; readonly keyId: string; readonly secret: StoredSecret };

const minted = new Map<string, Minted>();

/** The secret so and so of the nth key, always the same for its how-manieth minting. */
export function mint(n: number, no: number, nth = 0): Minted {
  const name = `${n} ${no} ${nth}`;
  const known = minted.get(name);
  if (known !== undefined) return known;
  const keyId = keyIdOfNumber(n);
  const random = (length: number) => createHash('sha256').update(name).digest().subarray(0, length);
  const { token, secret } = mintToken({ ring, prefix: 'kw', environment: 'live', keyId, random });
  const hash = hashSecret(ring, 1, { keyId, tenantId: ownerOfKey(n).tenantId, secret });
  const made = { token: token.reveal(), keyId, secret: { no, hash, version: '1' } };
  minted.set(name, made);
  return made;
}

/** A token of an older system, and its two hashes: it may come in as itself and as its digest. */
export function importedSecrets(token: string): { readonly raw: StoredSecret; readonly digest: StoredSecret } {
  const text = new Secret(token).reveal();
  const sha256 = createHash('sha256').update(text).digest();
  return {
    raw: { no: 1, hash: hashImported(ring, 1, 'raw', Buffer.from(text)), version: '1/raw' },
    digest: { no: 1, hash: hashImported(ring, 1, 'sha256', sha256), version: '1/sha256' },
  };
}

/** A row as the statements of `readRows` and the look-up of imported tokens have it: one text of lines. */
export function foundKey({ keys, tenants, users }: Rows, id: string): { readonly key_row: string } | undefined {
  const key = keys.get(id);
  const tenant = key && tenants.get(key.tenantId);
  if (key === undefined || tenant === undefined) return undefined;
  const owner = key.ownerUserId === null ? undefined : users.get(key.ownerUserId);
  const ceiling = owner?.ceiling ?? null;
  const ofSecret = ({ no, hash, version }: StoredSecret) => [no, hash.toString('hex'), version];
  const lines = [
    ...[id, key.tenantId, 'organization', tenant.status],
    ...[key.ownerUserId ?? '', owner?.status ?? '', ceiling === null ? '' : JSON.stringify(ceiling)],
    ...['live', key.status, JSON.stringify(key.scopes), '{}', '', key.expiresAtMs ?? ''],
    ...ofSecret(key.current),
    ...key.retiring.flatMap((secret) => [...ofSecret(secret), secret.endsAtMs]),
  ];
  return { key_row: lines.join('\n') };
}
