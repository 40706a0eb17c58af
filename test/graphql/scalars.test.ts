import { describe, expect, it } from 'vitest';
import { ApiKeySecret, DateTime, PresentedApiKeyToken } from '../../src/graphql/scalars.ts';

describe('DateTime', () => {
  it.each([
    ['2026-11-20T08:00:00Z', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20t08:00:00.5z', '2026-11-20T08:00:00.500Z'],
    ['2026-11-20T10:00:00+02:00', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20T08:00:00.123456789Z', '2026-11-20T08:00:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('takes %s for %s', (text, moment) => {
    expect(DateTime.parseValue(text).toISOString()).toBe(moment);
  });

  it.each([
    '2026-11-20',
    '2026-11-20T08:00:00',
    '2026-11-20 08:00:00Z',
    '2026-02-30T08:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-20T25:00:00Z',
    'now',
    '',
    '\u0661026-11-20T08:00:00Z',
    1763625600000,
    null,
    {},
  ])('refuses %j, and says what would be right', (value) => {
    expect(() => DateTime.parseValue(value)).toThrow(
      'A DateTime is RFC 3339 with an offset, for example 2026-11-20T08:00:00Z.',
    );
  });
});

describe('secrets in the graph', () => {
  it('a secret never comes in, a presented token never goes out', () => {
    expect(() => ApiKeySecret.parseValue('x')).toThrow('never an input');
    expect(() => PresentedApiKeyToken.serialize('x')).toThrow('never an answer');
    expect(() => PresentedApiKeyToken.parseValue(5)).toThrow('A token is a string.');
  });
});
