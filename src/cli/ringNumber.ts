import { limits } from '../lib/limits.ts';
import { UsageError } from './exits.ts';

/** A ring number as a command line gives it; `what` is how the help names it. */
export function parseRingNumber(text: string, what: string): number {
  const n = /^(?:0|[1-9]\d{0,3})$/.test(text) ? Number(text) : Number.NaN;
  if (n <= limits.ringNumberMax) return n;
  throw new UsageError(`${what} is a ring number: a whole number from 0 to ${limits.ringNumberMax}.`);
}

/** Several, separated by commas. */
export function parseRingNumbers(text: string, what: string): readonly number[] {
  return [...new Set(text.split(',').map((each) => parseRingNumber(each.trim(), what)))];
}
