import { limits } from '../lib/limits.ts';

/** What an imported digest was made of: the token itself, its SHA-2, or its HMAC under an old system's pepper. */
export type ImportScheme = 'raw' | 'sha256' | 'sha512' | `hmac:${string}`;

/** Which ring keys a stored hash needs, and whether it belongs to a minted secret or to an imported token. */
export interface HashVersion {
  /** The ring key of the keyed hash itself. */
  readonly base: number;
  /** The ring keys that were put around it since, in that order. */
  readonly wraps: readonly number[];
  /** Undefined for a minted secret. */
  readonly scheme: ImportScheme | undefined;
}

/** The name of a pepper; four ring numbers, a scheme and such a name fit the column of 64 characters. */
export const pepperNameShape = /^[a-z][a-z0-9-]{0,30}$/;

const number = '(?:0|[1-9][0-9]{0,3})';
const versionShape = new RegExp(
  `^(${number}(?:<${number}){0,${limits.hashDepthMax - 1}})(?:/(raw|sha256|sha512|hmac:[a-z][a-z0-9-]{0,30}))?$`,
);

/** Reads `token_hash_key_version`: "1", "3<1", "2/sha256", "2<1/hmac:old"; undefined for whatever nobody here writes. */
export function parseHashVersion(text: string): HashVersion | undefined {
  const known = versions.get(text);
  if (known !== undefined) return known;
  const version = readVersion(text);
  if (version === undefined) return undefined;
  if (versions.size >= limits.hashVersionsReadMax) versions.clear();
  versions.set(text, version);
  return version;
}

/** All rows have one of a few. */
const versions = new Map<string, HashVersion>();

function readVersion(text: string): HashVersion | undefined {
  const match = versionShape.exec(text);
  if (match === null) return undefined;
  // The newest key stands first in the text.
  const numbers = (match[1] ?? '').split('<').map(Number).reverse();
  const [base, ...wraps] = numbers;
  if (base === undefined || numbers.some((n) => n > limits.ringNumberMax)) return undefined;
  return { base, wraps, scheme: match[2] as ImportScheme | undefined };
}

/** Writes `token_hash_key_version`. */
export function formatHashVersion({ base, wraps, scheme }: HashVersion): string {
  const chain = [base, ...wraps].reverse().join('<');
  return scheme === undefined ? chain : `${chain}/${scheme}`;
}

/** Every ring key that a stored hash needs. */
export function numbersOf({ base, wraps }: HashVersion): readonly number[] {
  return [base, ...wraps];
}

/** The ring key that was put around a stored hash last, or its own where none was. */
export function outermostOf({ base, wraps }: HashVersion): number {
  return wraps.at(-1) ?? base;
}

/**
 * Whether a stored hash should be made anew under this active ring key. One that needs a higher number is not behind:
 * another process has that key as its active one already, and the two would undo each other's work.
 */
export function isBehind(version: HashVersion, activeNo: number): boolean {
  const isPlain = version.base === activeNo && version.wraps.length === 0;
  return !isPlain && numbersOf(version).every((n) => n <= activeNo);
}
