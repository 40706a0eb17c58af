import { invalid } from '../lib/invalid.ts';
import { limits } from '../lib/limits.ts';

const shape = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * A time of an older system, in UTC and with the six digits of its microseconds, which a JavaScript date would lose.
 * All that it answers have one length, so they are compared as texts.
 */
export function parseImportedTime(value: unknown, path: readonly string[]): string {
  const match = typeof value === 'string' ? shape.exec(value) : null;
  const [, day = '', clock = '', fraction = '', offset = ''] = match ?? [];
  const seconds = new Date(`${day}T${clock}${offset.toUpperCase()}`);
  if (match === null || Number.isNaN(seconds.getTime()) || !isOnCalendar(day)) {
    throw invalid('A time is RFC 3339 with an offset, for example 2026-11-20T08:00:00.123456Z.', path);
  }
  const year = seconds.getUTCFullYear();
  if (year < limits.yearMin || year > limits.yearMax) {
    throw invalid(`A time lies between the years ${limits.yearMin} and ${limits.yearMax}, in UTC.`, path);
  }
  // Finer than the database keeps is cut off, never rounded up into a second that had not begun.
  return `${seconds.toISOString().slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
}

/** A time of this process, written the same way. */
export function importedTimeOf(date: Date): string {
  return `${date.toISOString().slice(0, -1)}000Z`;
}

/** JavaScript takes the 31st of February for the 3rd of March. */
function isOnCalendar(day: string): boolean {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return date <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
