import { Refusal } from './errors.ts';
import { invalid } from './invalid.ts';
import { limits } from './limits.ts';
import { quoted } from './quoted.ts';

/** How long a rotated secret lives on; the end of the key's own life is not judged here. */
export function parseGraceSeconds(value: unknown, path: readonly string[]): number {
  const max = limits.graceSecondsMax;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max) {
    throw invalid(`A grace is a whole number of seconds from 0 to ${max} (30 days), not ${quoted(value)}.`, path);
  }
  return value === 0 ? 0 : value;
}

/** How long a withdrawal waits for every node, in milliseconds. */
export function parseWaitMs(value: unknown, path: readonly string[]): number {
  const max = limits.propagationWaitMsMax;
  if (value === null || value === undefined) return limits.propagationWaitMsDefault;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max) {
    throw invalid(`A wait is a whole number of milliseconds from 0 to ${max}, not ${quoted(value)}.`, path);
  }
  return value;
}

/**
 * The end of a key, or null for none. `latest` is the end of the key that makes it (null: it has none): nothing made
 * by a key outlives it, so there "no end" is too late as well, whether it was said or left out.
 */
export function parseExpiresAt(
  value: Date | null | undefined,
  { now, latest }: { readonly now: Date; readonly latest: Date | null },
  path: readonly string[],
): Date | null {
  const expiresAt = value === null || value === undefined ? null : parseTime(value, path);
  if (expiresAt !== null && expiresAt.getTime() <= now.getTime()) {
    throw invalid(`An expiry lies in the future: ${expiresAt.toISOString()} is not after ${now.toISOString()}.`, path);
  }
  if (latest !== null && (expiresAt === null || expiresAt.getTime() > latest.getTime())) {
    throw new Refusal(
      'EXPIRES_TOO_LATE',
      `The key that makes it expires at ${latest.toISOString()}: give an expiry no later than that.`,
      path,
    );
  }
  return expiresAt;
}

/** The moment from which a key is valid, or null for at once; before its end, or it would never be. */
export function parseNotBefore(
  value: Date | null | undefined,
  { expiresAt }: { readonly expiresAt: Date | null },
  path: readonly string[],
): Date | null {
  if (value === null || value === undefined) return null;
  const notBefore = parseTime(value, path);
  if (expiresAt !== null && notBefore.getTime() >= expiresAt.getTime()) {
    throw invalid(`A key is valid from a time before its expiry, ${expiresAt.toISOString()}.`, path);
  }
  return notBefore;
}

function parseTime(value: Date, path: readonly string[]): Date {
  const year = value.getUTCFullYear();
  // Written so that the year of an invalid date, NaN, is refused as well.
  if (!(year >= limits.yearMin && year <= limits.yearMax)) {
    throw invalid(`A time lies between the years ${limits.yearMin} and ${limits.yearMax}, in UTC.`, path);
  }
  return value;
}
