import { invalid } from './invalid.ts';
import { limits } from './limits.ts';
import { parseLine } from './text.ts';

/** Base32 without i, l, o and u: nothing that people confuse when they read it to each other. */
const suffixAlphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** The name of a tenant, a user or a key. */
export function parseName(value: unknown, path: readonly string[]): string {
  return parseLine(value, { what: 'A name', charsMax: limits.nameCharsMax }, path);
}

/** A tenant's name in addresses and claims. */
export function parseSlug(value: unknown, path: readonly string[]): string {
  const charsMax = limits.slugCharsMax;
  if (typeof value !== 'string' || value.length > charsMax || !/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(value)) {
    throw invalid(
      `A slug is 1 to ${charsMax} lower-case letters a-z, digits and hyphens, and neither begins nor ends with a hyphen.`,
      path,
    );
  }
  return value;
}

/** The number of an account in the operator's books: a `bigint` above zero, as digits, because JavaScript's numbers end earlier. */
export function parseAccountNumber(value: unknown, path: readonly string[]): string {
  if (typeof value !== 'string' || !/^[1-9][0-9]{0,18}$/.test(value) || BigInt(value) > accountNumberMax) {
    throw invalid(`An account number is a whole number from 1 to ${accountNumberMax}, as digits in a text.`, path);
  }
  return value;
}

/** The highest number that a `bigint` of Postgres holds. */
const accountNumberMax = 2n ** 63n - 1n;

/**
 * A slug for a tenant that was given none: what is readable of its name, and a random end, so that two tenants of
 * one name do not clash. `random` gives that many bytes.
 */
export function slugFromName(name: string, random: (bytes: number) => Uint8Array): string {
  const suffix = Array.from(random(limits.slugSuffixChars), (byte) => suffixAlphabet.charAt(byte % 32)).join('');
  const stem = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, limits.slugCharsMax - limits.slugSuffixChars - 1)
    .replace(/^-|-$/g, '');
  return `${stem === '' ? 'tenant' : stem}-${suffix}`;
}
