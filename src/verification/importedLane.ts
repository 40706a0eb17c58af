import { timingSafeEqual } from 'node:crypto';
import type { Keyring } from '../crypto/keyring.ts';
import { Secret } from '../crypto/Secret.ts';
import { hasTokenShape } from '../crypto/token.ts';
import { hashPresentedImport, needsLostKey } from '../crypto/tokenHash.ts';
import { Unavailable } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { createRateLimit } from '../lib/rateLimit.ts';
import type { FoundImported, ImportedLookup } from './importedLookup.ts';
import type { KeyRow, SecretRow } from './KeyRow.ts';
import type { Memory, ReadStart } from './memory.ts';

/** A key and the secret of it that was presented. */
export type FoundToken = {
  readonly row: KeyRow;
  readonly secret: SecretRow;
  readonly read: ReadStart;
  /** No other key has this token. */
  readonly isOnly: boolean;
};

/** The way of tokens that this service did not make. */
export type ImportedLane = {
  /** Finds the key of an imported token; undefined for every other text. */
  find(token: string): Promise<FoundToken | undefined>;
  /** Something was imported: that nothing was is no longer believed. */
  forget(): void;
};

/** What the lane is made of. `monotonicMs` never goes back. */
export type ImportedLaneParts = {
  readonly keyring: Keyring;
  readonly lookup: ImportedLookup;
  readonly memory: Pick<Memory, 'beginRead' | 'isUnchanged'>;
  readonly monotonicMs: () => number;
};

/** What the database said of the forms, and when it was asked. */
type Known = { readonly forms: readonly string[]; readonly askedAtMs: number; readonly epoch: number };

/** A presented token, hashed in some forms; null in those for which this ring lacks a key or a pepper. */
type Hashes = ReadonlyMap<string, Buffer | null>;

/** Makes the lane: rationed, and silent while nothing was imported. */
export function createImportedLane({ keyring, lookup, memory, monotonicMs }: ImportedLaneParts): ImportedLane {
  const ration = createRateLimit({ perSecond: limits.importedLookupsPerSecond, monotonicMs });
  let known: Known = { forms: [], askedAtMs: Number.NEGATIVE_INFINITY, epoch: 0 };
  let epoch = 0;
  let learning: Promise<unknown> | undefined;
  /** By token: whoever presents one that is being looked for waits for the same answer. */
  const flights = new Map<string, { readonly begun: ReadStart; readonly found: Promise<FoundToken | undefined> }>();

  async function look(hashes: Hashes): Promise<FoundImported & { readonly read: ReadStart }> {
    // Never a refusal: a good token may be among those that there is no room for.
    if (!ration.take()) throw new Unavailable('This token cannot be looked up now. Try again.');
    // Dated when it was asked: what was imported since is not in the answer.
    const asked = { askedAtMs: monotonicMs(), epoch };
    const read = memory.beginRead();
    const { rows, forms: all } = await lookup([...hashes.values()].filter((hash) => hash !== null));
    // What was hashed with a key that is lost is lost with it: to wait for its return would keep every other token waiting.
    const forms = all.filter((form) => !needsLostKey(keyring, form));
    known = { forms, ...asked };
    return { rows, forms, read };
  }

  /** Whether anything was imported, as of a moment ago; all who wonder at one moment ask once. */
  async function isAnyImported(): Promise<boolean> {
    const isStale = () => known.epoch !== epoch || monotonicMs() - known.askedAtMs >= limits.importFormsAgeMs;
    while (known.forms.length === 0 && isStale()) {
      learning ??= look(new Map()).finally(() => {
        learning = undefined;
      });
      await learning;
    }
    return known.forms.length > 0;
  }

  async function search(token: string): Promise<FoundToken | undefined> {
    if (!(await isAnyImported())) return undefined;
    const presented = new Secret(token);
    let { forms } = known;
    let proven: FoundToken | undefined;
    // Twice: a row may have a form since that was not there before, as when it is hashed with a new ring key.
    for (let tries = 0; tries < 2; tries++) {
      const hashes = hashIn(keyring, forms, presented);
      const found = await look(hashes);
      const isSearched = found.forms.every((form) => hashes.get(form) != null);
      proven = provenIn(found, hashes, isSearched);
      // A good token is no stranger's: it costs the others nothing of what is theirs.
      if (proven !== undefined) ration.giveBack();
      // Not found is not there only if the token was hashed in every form that there is; and only then no other key has it.
      if (isSearched) return proven;
      forms = found.forms;
    }
    if (proven !== undefined) return proven;
    // Not INVALID: what could not be looked for may be there, and a refusal would be a lie to a good key.
    const cause = new Error(`Of the forms ${forms.join(', ')} of imported tokens, not all can be searched here.`);
    throw new Unavailable('This token cannot be looked up now. Try again.', { cause });
  }

  return {
    async find(token) {
      // What has the shape of ours is never imported, so a mistyped token costs nothing here.
      if (token === '' || token.length > limits.tokenCharsMax || hasTokenShape(token)) return undefined;
      const under = flights.get(token);
      if (under !== undefined && memory.isUnchanged(under.begun)) return under.found;
      const flight = { begun: memory.beginRead(), found: search(token) };
      flights.set(token, flight);
      const land = () => {
        if (flights.get(token) === flight) flights.delete(token);
      };
      flight.found.then(land, land);
      return flight.found;
    },
    forget() {
      epoch += 1;
    },
  };
}

function hashIn(keyring: Keyring, forms: readonly string[], token: Secret): Hashes {
  return new Map(
    forms.slice(0, limits.importFormsMax).map((form) => {
      const hash = hashPresentedImport(keyring, form, token);
      return [form, hash === 'key-missing' ? null : hash];
    }),
  );
}

/**
 * The key among those found whose secret was presented. One token may have come in twice, as itself and as a digest:
 * then a key that was withdrawn speaks for both, or revoking it would not end the token.
 */
function provenIn(
  { rows, read }: FoundImported & { readonly read: ReadStart },
  hashes: Hashes,
  isSearched: boolean,
): FoundToken | undefined {
  const proven = rows.flatMap((row) =>
    row.secrets
      .filter(({ version, hash }) => {
        const presented = hashes.get(version);
        return presented != null && timingSafeEqual(presented, hash);
      })
      .map((secret) => ({ row, secret })),
  );
  const found = proven.find(({ row }) => row.status !== 'active') ?? proven[0];
  return found && { ...found, read, isOnly: isSearched && proven.length === 1 };
}
