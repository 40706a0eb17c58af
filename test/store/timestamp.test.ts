import { describe, expect, it } from 'vitest';
import { timestampFromDatabase } from '../../src/store/entities/Timestamp.ts';

describe('a time from the database', () => {
  it.each([
    ['2026-11-20 08:00:00+00', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20 08:00:00.1+00', '2026-11-20T08:00:00.100Z'],
    ['2026-11-20 08:00:00.123+00', '2026-11-20T08:00:00.123Z'],
    ['2026-11-20 08:00:00.1234+00', '2026-11-20T08:00:00.123400Z'],
    ['2026-11-20 08:00:00.123456+00', '2026-11-20T08:00:00.123456Z'],
    ['2026-11-20T08:00:00.123Z', '2026-11-20T08:00:00.123Z'],
  ])('%s is shown as %s: no microsecond is lost, and none is made up', (stored, shown) => {
    expect(timestampFromDatabase(stored)).toBe(shown);
  });
});
