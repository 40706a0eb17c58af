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

/** `2026-11-20T08:00:00.123Z` from Postgres's `2026-11-20 08:00:00.123+00`: three digits, or six where the row has them. */
export function timestampFromDatabase(value: string): string {
  const [day, time = ''] = value.replace(/(\+00(:00)?|Z)$/, '').split(/[ T]/);
  const [clock, fraction = ''] = time.split('.');
  const digits = fraction.replace(/0+$/, '');
  return `${day}T${clock}.${digits.padEnd(digits.length > 3 ? 6 : 3, '0')}Z`;
}
