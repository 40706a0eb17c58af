import type { ClientBase } from 'pg';
import { numbersOf, parseHashVersion } from '../crypto/hashVersion.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { SetupError } from '../lib/errors.ts';
import { asRole } from './asRole.ts';
import type { DatabaseAddress } from './DatabaseAddress.ts';
import { importFormsSql } from './importForms.ts';
import { asking } from './outage.ts';

/** For what live secrets need one ring number. */
export type NumberUse = {
  /** Their hashes are made with it. */
  readonly hashed: number;
  /** Their tokens are tagged with it. */
  readonly minted: number;
};

/** What the live secrets of a database need of a ring: those of keys that are not revoked and not past their end. */
export type RingUse = {
  readonly versions: readonly { readonly version: string; readonly count: number }[];
  readonly numbers: ReadonlyMap<number, NumberUse>;
  /** The forms in which imported tokens are looked for, whatever became of their keys: without one, no look is complete. */
  readonly forms: readonly string[];
  /** Secrets whose hash needs a lost number: their locks prove those that were minted, and nothing those that were imported. */
  readonly unrecovered: { readonly minted: number; readonly imported: number };
};

type Group = { readonly version: string; readonly minted: number | null; readonly count: number };

const groups = `select version, minted, count(*)::int as count from (
    select token_hash_key_version as version, minted_key_no as minted from api_keys
      where status <> 'revoked' and (expires_at is null or expires_at > now())
    union all
    select r.token_hash_key_version, r.minted_key_no from api_key_retiring_secrets r join api_keys k on k.id = r.api_key_id
      where r.expires_at > now() and k.status <> 'revoked' and (k.expires_at is null or k.expires_at > now())
  ) as live group by version, minted`;

/** Counts them on a connection of its own. */
export function readRingUse(address: DatabaseAddress, ring: Keyring): Promise<RingUse> {
  return asking(() => asRole(address, 'keywright_verify', (client) => ringUse(client, ring)));
}

/** Counts them, in one pass over the keys; refuses a database that holds hashes which this release cannot read. */
export async function ringUse(client: ClientBase, ring: Keyring): Promise<RingUse> {
  const { rows } = await client.query<Group>(groups);
  const { rows: found } = await client.query<{ forms: string[] }>(`select ${importFormsSql} as forms`);
  const versions = new Map<string, number>();
  const numbers = new Map<number, NumberUse>();
  const unrecovered = { minted: 0, imported: 0 };
  const note = (n: number, use: NumberUse) => {
    const { hashed, minted } = numbers.get(n) ?? { hashed: 0, minted: 0 };
    numbers.set(n, { hashed: hashed + use.hashed, minted: minted + use.minted });
  };
  for (const { version, minted, count } of rows) {
    const parsed = parseHashVersion(version);
    if (parsed === undefined) throw unknownVersion(version);
    versions.set(version, (versions.get(version) ?? 0) + count);
    // Brought in without a secret: nobody knows what its hash is of, and no key helps to prove it.
    if (minted === null && parsed.scheme === undefined) continue;
    const needed = new Set(numbersOf(parsed));
    for (const n of needed) note(n, { hashed: count, minted: 0 });
    if (minted !== null) note(minted, { hashed: 0, minted: count });
    if ([...needed].some((n) => ring.stateOf(n) === 'lost'))
      unrecovered[parsed.scheme === undefined ? 'minted' : 'imported'] += count;
  }
  const byVersion = [...versions].map(([version, count]) => ({ version, count }));
  byVersion.sort((left, right) => right.count - left.count || (left.version < right.version ? -1 : 1));
  return { versions: byVersion, numbers, forms: found[0]?.forms ?? [], unrecovered };
}

function unknownVersion(version: string): SetupError {
  return new SetupError(
    `This database holds hashes of the version "${version}", which this release does not know. Run the release that wrote them, or a newer one.`,
  );
}

/** The ring numbers that something needs. */
export function neededNumbers({ numbers, forms }: RingUse): readonly number[] {
  return [...new Set([...numbers.keys(), ...forms.flatMap(numbersOfForm)])];
}

/** The names of the peppers that something needs. */
export function neededPeppers({ forms }: RingUse): readonly string[] {
  const schemes = new Set(forms.map((form) => parseHashVersion(form)?.scheme ?? ''));
  return [...schemes]
    .filter((scheme) => scheme.startsWith('hmac:'))
    .map((scheme) => scheme.slice('hmac:'.length))
    .sort();
}

function numbersOfForm(form: string): readonly number[] {
  const parsed = parseHashVersion(form);
  return parsed === undefined ? [] : numbersOf(parsed);
}

/** What of a database needs an entry of a ring, in words; undefined where nothing does. */
export function neededFor(use: RingUse, ring: Keyring, n: number): string | undefined {
  const name = ring.entries.find((entry) => entry.n === n)?.pepperName;
  const { hashed, minted } = use.numbers.get(n) ?? { hashed: 0, minted: 0 };
  const isSearched =
    name === undefined ? use.forms.flatMap(numbersOfForm).includes(n) : neededPeppers(use).includes(name);
  const needs = [
    ...(hashed > 0 ? [`${hashed} live secrets are hashed with it`] : []),
    ...(minted > 0 ? [`${minted} live tokens are tagged with it`] : []),
    ...(isSearched ? ['imported tokens are looked for with it'] : []),
  ];
  return needs.length === 0 ? undefined : needs.join(', and ');
}

/** The numbers that could go: needed by nothing, not the active or a waiting one, and not the highest, from which the next is counted. */
export function removableNumbers(use: RingUse, ring: Keyring): readonly number[] {
  const highest = ring.entries.at(-1)?.n;
  return ring.entries
    .filter(({ n, state }) => state !== 'active' && state !== 'pending' && n !== highest)
    .filter(({ n }) => neededFor(use, ring, n) === undefined)
    .map(({ n }) => n);
}
