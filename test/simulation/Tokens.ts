import type { Checker, SimToken, Standing } from './Checker.ts';
import { importedKeys, importedTokens } from './operations.ts';
import {
  importedSecrets,
  keyIdOfNumber,
  type Minted,
  mint,
  type Rows,
  type SimKey,
  type StoredSecret,
} from './Rows.ts';

type Known = SimToken & { readonly key: number; readonly isOf: (secret: StoredSecret) => boolean; told: string };

/** Every token that anybody may present, and what it stands for after each change. */
export class Tokens {
  readonly #known = new Map<string, Known>();
  readonly #checker: Checker;
  #mintings = 0;

  constructor(checker: Checker) {
    this.#checker = checker;
    for (const [index, text] of importedTokens.entries()) {
      const { raw, digest } = importedSecrets(text);
      const isOf = ({ hash }: StoredSecret) => hash.equals(raw.hash) || hash.equals(digest.hash);
      this.#add({ text, key: importedKeys[index] as number, isOf, knownFromMs: 0 });
    }
  }

  #add(token: Pick<Known, 'text' | 'key' | 'isOf' | 'knownFromMs'>): Known {
    const known: Known = { ...token, isImported: token.key >= 40, states: [], told: '' };
    this.#known.set(token.text, known);
    this.#checker.record(known, [], false);
    return known;
  }

  /** The secret so and so of a key, as soon as it may come to be. */
  native(n: number, no: number): SimToken {
    const { token: text, secret } = mint(n, no);
    return (
      this.#known.get(text) ??
      this.#add({ text, key: n, isOf: ({ hash }) => hash.equals(secret.hash), knownFromMs: undefined })
    );
  }

  /** A secret that was never there before: what a rotation mints was not presented by anybody. */
  next(n: number, no: number): Minted {
    const minted = mint(n, no, ++this.#mintings);
    const { token: text, secret } = minted;
    this.#add({ text, key: n, isOf: ({ hash }) => hash.equals(secret.hash), knownFromMs: undefined });
    return minted;
  }

  get(text: string): SimToken | undefined {
    return this.#known.get(text);
  }

  /** Those that a client could present now. */
  known(nowMs: number, n?: number): readonly SimToken[] {
    const about = n !== undefined && n >= 40 ? 40 + ((n - 40) % 2) : n;
    return [...this.#known.values()].filter(
      ({ knownFromMs, key }) =>
        knownFromMs !== undefined && knownFromMs <= nowMs && (about === undefined || key === about),
    );
  }

  /** Something was committed. */
  look(rows: Rows, isLogged: boolean): void {
    for (const token of this.#known.values()) {
      const ids = token.key >= 40 ? importedKeys.map(keyIdOfNumber) : [keyIdOfNumber(token.key)];
      const standings = ids.flatMap((id) => standingsOf(rows, rows.keys.get(id), token.isOf));
      const told = JSON.stringify(standings);
      if (told === token.told || (standings.length === 0 && token.told === '')) continue;
      token.told = told;
      this.#checker.record(token, standings, isLogged);
    }
  }
}

function standingsOf(
  { tenants, users }: Rows,
  key: SimKey | undefined,
  isOf: (secret: StoredSecret) => boolean,
): Standing[] {
  if (key === undefined) return [];
  const owner = key.ownerUserId === null ? undefined : users.get(key.ownerUserId);
  const secrets = [{ ...key.current, endsAtMs: null }, ...key.retiring].filter(isOf);
  return secrets.map(({ endsAtMs }) => ({
    tenantStatus: tenants.get(key.tenantId)?.status ?? 'suspended',
    status: key.status,
    ownerStatus: owner?.status ?? null,
    scopes: key.scopes,
    ceiling: owner?.ceiling ?? null,
    expiresAtMs: key.expiresAtMs,
    secretEndsAtMs: endsAtMs,
  }));
}
