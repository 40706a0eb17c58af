import type { Change } from '../../src/store/Ctx.ts';
import type { Chance } from './Chance.ts';
import {
  importedSecrets,
  keyIdOfNumber,
  type Minted,
  mint,
  ownerOfKey,
  type Rows,
  type SimKey,
  tenantIds,
  userIds,
} from './Rows.ts';
import type { Decide } from './SimNode.ts';

/** Something that a client wants, however often it has to ask for it. */
export type Operation = {
  readonly name: string;
  readonly decide: Decide;
  /** The number of the key that it is about, if it is about one. */
  readonly key?: number;
  /** A token that is known when it was answered. */
  readonly token?: string;
  /** Asked again, it would be another one. */
  readonly once?: true;
};

/** Old tokens; each may come in as itself and as its digest. */
export const importedTokens = ['legacy-token-4f1c9b27aa03', 'legacy-token-93be0d5571fe'] as const;
/** The numbers of the keys that hold imported tokens: the first two as they are, the others as digests. */
export const importedKeys = [40, 41, 42, 43] as const;

/** What clients may want of a key. */
export function keyOperation(chance: Chance, n: number, key: SimKey, mintNext: (no: number) => Minted): Operation {
  const id = keyIdOfNumber(n);
  const { tenantId } = key;
  const change: Change = { kind: 'key', tenantId, subjectId: id };
  const decide =
    (isSo: (key: SimKey) => boolean, next: (key: SimKey, nowMs: number) => SimKey): Decide =>
    ({ keys }) => {
      const found = keys.get(id);
      if (found === undefined || isSo(found)) return undefined;
      const apply = ({ keys: now }: Rows, nowMs: number) => {
        const current = now.get(id);
        if (current !== undefined && !isSo(current)) now.set(id, next(current, nowMs));
      };
      return { apply, change };
    };
  const status = (to: SimKey['status']) =>
    decide(
      (found) => found.status === to || found.status === 'revoked',
      (found) => ({ ...found, status: to }),
    );
  const made: readonly (readonly [number, () => Operation])[] = [
    [1, () => ({ name: `revoke ${n}`, decide: status('revoked') })],
    [key.status === 'active' ? 5 : 0, () => ({ name: `disable ${n}`, decide: status('disabled') })],
    [key.status === 'disabled' ? 12 : 1, () => ({ name: `enable ${n}`, decide: status('active') })],
    [
      3,
      () => {
        const scopes = chance.pick([['a'], ['b'], ['a', 'b']]);
        const isSo = (found: SimKey) => found.scopes.join() === scopes.join();
        return { name: `scopes ${n} ${scopes}`, decide: decide(isSo, (found) => ({ ...found, scopes })) };
      },
    ],
    [
      2,
      () => {
        const inMs = chance.pick([-1, 500, 3_000, 60_000, null]);
        const expires = (nowMs: number) => (inMs === null ? null : nowMs + inMs);
        const next = (found: SimKey, nowMs: number) => ({ ...found, expiresAtMs: expires(nowMs) });
        return { name: `expiry ${n} in ${inMs} ms`, decide: decide(() => false, next) };
      },
    ],
    [
      n < 40 ? 5 : 1,
      () => {
        const graceMs = chance.pick([0, 0, 700, 4_000, 60_000]);
        const no = key.current.no + 1;
        const { secret, token } = mintNext(no);
        const next = (found: SimKey, nowMs: number): SimKey => ({
          ...found,
          current: secret,
          retiring: [
            ...found.retiring.filter(({ endsAtMs }) => endsAtMs > nowMs),
            ...(graceMs === 0 ? [] : [{ ...found.current, endsAtMs: nowMs + graceMs }]),
          ],
        });
        const isSo = (found: SimKey) => found.current.no >= no || found.status === 'revoked';
        return { name: `rotate ${n} to ${no}, grace ${graceMs}`, decide: decide(isSo, next), token, once: true };
      },
    ],
    [
      key.retiring.length > 0 ? 4 : 0,
      () => {
        const next = (found: SimKey) => ({ ...found, retiring: [] });
        return { name: `retire ${n}`, decide: decide((found) => found.retiring.length === 0, next) };
      },
    ],
    [
      0.6,
      () => ({
        name: `delete ${n}`,
        decide: ({ keys }) => (keys.has(id) ? { apply: ({ keys: now }) => void now.delete(id), change } : undefined),
      }),
    ],
  ];
  return { ...chance.weighed(made)(), key: n };
}

/** What clients may want of a tenant or of a user. */
export function wideOperation(chance: Chance, rows: Rows): Operation {
  const suspended = tenantIds.filter((id) => rows.tenants.get(id)?.status === 'suspended');
  if (chance.happens(suspended.length > 0 ? 0.7 : 0.35)) {
    // Nothing can be seen of what else changes in a tenant that is suspended.
    const id = chance.pick(suspended.length > 0 ? suspended : tenantIds);
    const to = rows.tenants.get(id)?.status === 'active' ? 'suspended' : 'active';
    const change: Change = { kind: 'tenant', tenantId: id, subjectId: id };
    const apply = ({ tenants }: Rows) => void tenants.set(id, { status: to });
    return {
      name: `${to} tenant ${id.slice(-1)}`,
      decide: ({ tenants }) => (tenants.get(id)?.status === to ? undefined : { apply, change }),
    };
  }
  const id = chance.pick(userIds);
  const user = rows.users.get(id);
  const tenantId = user?.tenantId ?? '';
  const change: Change = { kind: 'user', tenantId, subjectId: id };
  if (chance.happens(0.06)) {
    const apply = (now: Rows) => {
      now.users.delete(id);
      for (const [key, { ownerUserId }] of now.keys) if (ownerUserId === id) now.keys.delete(key);
    };
    return {
      name: `delete user ${id.slice(-1)}`,
      decide: ({ users }) => (users.has(id) ? { apply, change } : undefined),
    };
  }
  if (chance.happens(0.3)) {
    const ceiling = chance.pick([null, ['a'], ['b']]);
    const apply = ({ users }: Rows) => {
      const now = users.get(id);
      if (now !== undefined) users.set(id, { ...now, ceiling });
    };
    return {
      name: `ceiling ${id.slice(-1)} ${ceiling}`,
      decide: ({ users }) => (users.has(id) ? { apply, change } : undefined),
    };
  }
  // Restored more often than not, or there would soon be nothing left to withdraw.
  const to = user?.status === 'active' ? 'disabled' : 'active';
  const apply = ({ users }: Rows) => {
    const now = users.get(id);
    if (now !== undefined) users.set(id, { ...now, status: to });
  };
  return {
    name: `${to} user ${id.slice(-1)}`,
    decide: ({ users }) => (!users.has(id) || users.get(id)?.status === to ? undefined : { apply, change }),
  };
}

/** The key of an imported token. */
export function importedKey(n: number): SimKey {
  const at = importedKeys.indexOf(n as (typeof importedKeys)[number]);
  const { raw, digest } = importedSecrets(importedTokens[at % 2] as string);
  return newKey(n, { current: at < 2 ? raw : digest, ownerUserId: null });
}

/** An import: of a token that nobody knew, or once more, as the digest of one that is there. */
export function importOperation(n: number): Operation {
  const key = importedKey(n);
  const text = importedTokens[(n - 40) % 2] as string;
  const change: Change = { kind: 'import', tenantId: key.tenantId, subjectId: key.tenantId };
  const apply = ({ keys }: Rows) => void keys.set(key.id, key);
  return {
    name: `import ${n}`,
    key: n,
    token: text,
    decide: ({ keys }) => (keys.has(key.id) ? undefined : { apply, change }),
    once: true,
  };
}

/** A new key; nothing is remembered of one, so the change log says nothing of it. */
export function createOperation(n: number): Operation {
  const key = newKey(n, {});
  const apply = (now: Rows) => {
    if (key.ownerUserId === null || now.users.has(key.ownerUserId)) now.keys.set(key.id, key);
  };
  return {
    name: `create ${n}`,
    key: n,
    token: mint(n, 1).token,
    decide: ({ keys, users }) =>
      keys.has(key.id) || (key.ownerUserId !== null && !users.has(key.ownerUserId))
        ? undefined
        : { apply, change: undefined },
    once: true,
  };
}

export function newKey(n: number, changes: Partial<SimKey>): SimKey {
  return {
    id: keyIdOfNumber(n),
    ...ownerOfKey(n),
    status: 'active',
    scopes: ['a', 'b'],
    expiresAtMs: null,
    current: mint(n, 1).secret,
    retiring: [],
    ...changes,
  };
}
