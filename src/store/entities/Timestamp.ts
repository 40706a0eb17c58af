import { Type } from '@mikro-orm/core';

/**
 * `timestamptz(6)` as text, RFC 3339 in UTC. A JavaScript date would cut imported microseconds off,
 * and a page that begins after a cut time loses rows.
 */
export class Timestamp extends Type<string, string> {
  override convertToDatabaseValue(value: string): string {
    return value;
  }

  override convertToJSValue(value: string): string {
    return value === null || value === undefined ? value : timestampFromDatabase(value);
  }

  override getColumnType(): string {
    return 'timestamptz(6)';
  }

  override compareAsType(): string {
    return 'string';
  }
}

/**
 * `2026-11-20T08:00:00.123Z` from Postgres's `2026-11-20 08:00:00.123+00`, or from how it writes the same in JSON: three
 * digits, or six where the row has them. Cut by places, because a page of keys has some two hundred times.
 */
export function timestampFromDatabase(value: string): string {
  const zoneAt = value.endsWith('Z') ? value.length - 1 : value.lastIndexOf('+');
  const digits = value.slice(20, Math.max(zoneAt, 20));
  const fraction = digits.endsWith('000') ? digits.slice(0, -3) : digits;
  return `${value.slice(0, 10)}T${value.slice(11, 19)}.${fraction.padEnd(fraction.length > 3 ? 6 : 3, '0')}Z`;
}
