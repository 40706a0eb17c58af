import { describe, expect, it } from 'vitest';
import { parsePageRange } from '../../src/lib/pageRange.ts';
import { refusalOf } from '../support/refusalOf.ts';

describe('the arguments of a list', () => {
  it.each([
    [{}, { backwards: false, size: 20, cursor: null }],
    [
      { first: null, after: null, last: null, before: null },
      { backwards: false, size: 20, cursor: null },
    ],
    [{ first: 1 }, { backwards: false, size: 1, cursor: null }],
    [
      { first: 100, after: 'x' },
      { backwards: false, size: 100, cursor: 'x' },
    ],
    [{ after: 'x' }, { backwards: false, size: 20, cursor: 'x' }],
    [{ last: 5 }, { backwards: true, size: 5, cursor: null }],
    [
      { last: 100, before: 'x' },
      { backwards: true, size: 100, cursor: 'x' },
    ],
    [{ before: 'x' }, { backwards: true, size: 20, cursor: 'x' }],
    [
      { first: null, last: 3 },
      { backwards: true, size: 3, cursor: null },
    ],
  ])('%j ask for %j', (given, range) => {
    expect(parsePageRange(given)).toEqual(range);
  });

  it.each([0, -1, 101, 2_147_483_647, 1.5, Number.NaN])('a page of %d is refused, in both directions', (size) => {
    const message = `A page has from 1 to 100 items, not ${size}.`;
    expect(refusalOf(() => parsePageRange({ first: size }))).toEqual({
      code: 'INVALID_INPUT',
      message,
      path: ['first'],
    });
    expect(refusalOf(() => parsePageRange({ last: size }))).toEqual({ code: 'INVALID_INPUT', message, path: ['last'] });
  });

  it.each([
    [{ first: 1, last: 1 }, 'first'],
    [{ first: 1, before: 'x' }, 'first'],
    [{ after: 'x', last: 1 }, 'after'],
    [{ after: 'x', before: 'y' }, 'after'],
    [{ first: 0, last: 1 }, 'first'],
  ])('%j point in two directions, which is refused', (given, argument) => {
    const message = 'Page onwards with first and after, or backwards with last and before, and not both at once.';
    expect(refusalOf(() => parsePageRange(given))).toEqual({ code: 'INVALID_INPUT', message, path: [argument] });
  });
});
