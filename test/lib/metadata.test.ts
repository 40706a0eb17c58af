import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMetadata } from '../../src/lib/metadata.ts';
import { refusalOf } from '../support/refusalOf.ts';

const parse = (value: unknown) => parseMetadata(value, ['metadata']);
/** As a request brings it: through JSON, where `__proto__` is a key like any other. */
const parseText = (json: string) => parse(JSON.parse(json));

function nested(depth: number): unknown {
  return depth === 1 ? {} : { a: nested(depth - 1) };
}

function paddedTo(bytes: number): unknown {
  return { a: 'x'.repeat(bytes - '{"a":""}'.length) };
}

test('metadata is a deep copy: what its sender changes later does not change it', () => {
  const sent = { a: { b: [1, { c: 'x' }] }, n: null, t: true, hasOwnProperty: 'mine', toString: 1 };
  const kept = parse(sent);
  expect(kept).toEqual(sent);
  sent.a.b.push(2);
  expect(kept).toEqual({ a: { b: [1, { c: 'x' }] }, n: null, t: true, hasOwnProperty: 'mine', toString: 1 });
});

test('objects without a prototype become ordinary ones, at every depth', () => {
  const inner = Object.assign(Object.create(null), { b: 1 });
  const kept = parse(Object.assign(Object.create(null), { a: inner }));
  expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
  expect(Object.getPrototypeOf(kept.a)).toBe(Object.prototype);
  expect(kept).toStrictEqual({ a: { b: 1 } });
});

test.each([[null], [undefined], [[]], ['{}'], [7], [new Date(0)], [new Map()], [() => ({})]])(
  'metadata is an object: %o is refused',
  (value) => {
    expect(refusalOf(() => parse(value))).toMatchObject({ code: 'INVALID_INPUT', path: ['metadata'] });
  },
);

test('metadata is at most 8192 bytes of JSON in UTF-8, and not one more', () => {
  expect(parse(paddedTo(8192))).toEqual(paddedTo(8192));
  const message = 'Metadata is at most 8192 bytes of JSON, and this one has';
  expect(refusalOf(() => parse(paddedTo(8193)))).toEqual({
    code: 'INVALID_INPUT',
    message: `${message} 8193.`,
    path: ['metadata'],
  });
  expect(refusalOf(() => parse({ a: 'é'.repeat(4100) })).message).toBe(`${message} 8208.`);
});

test('metadata nests at most five deep, itself and lists included', () => {
  expect(parse(nested(5))).toEqual(nested(5));
  expect(parse({ a: [[[[1]]]] })).toEqual({ a: [[[[1]]]] });
  const message = 'Metadata nests at most 5 objects and lists, itself included.';
  const path = ['metadata', 'a', 'a', 'a', 'a', 'a'];
  expect(refusalOf(() => parse(nested(6)))).toEqual({ code: 'INVALID_INPUT', message, path });
  expect(refusalOf(() => parse({ a: [[[[[]]]]] })).path).toEqual(['metadata', 'a', '0', '0', '0', '0']);
});

test('metadata that would never end, or only after millions of values, is refused at once', () => {
  const loop: Record<string, unknown> = {};
  loop.loop = loop;
  expect(refusalOf(() => parse(loop)).message).toContain('nests at most 5');
  const wide = Array.from({ length: 100 }, () => 1);
  const wider = Array.from({ length: 100 }, () => wide);
  const message = 'Metadata is at most 8192 bytes of JSON, and this one has more.';
  expect(refusalOf(() => parse({ a: Array.from({ length: 100 }, () => wider) })).message).toBe(message);
  expect(refusalOf(() => parse({ a: new Array(10_000) })).code).toBe('INVALID_INPUT');
});

test.each(['__proto__', 'constructor', 'prototype'])('the key %s is refused at every depth', (key) => {
  const message = `Metadata must not have a key named ${key}.`;
  expect(refusalOf(() => parseText(`{"${key}":{}}`))).toEqual({ code: 'INVALID_INPUT', message, path: ['metadata'] });
  const deep = refusalOf(() => parseText(`{"a":[0,{"${key}":1}]}`));
  expect(deep).toEqual({ code: 'INVALID_INPUT', message, path: ['metadata', 'a', '1'] });
  expect(parseText(`{"a":"${key}"}`)).toEqual({ a: key });
});

test.each<[string, string, string[]]>([
  ['{"a":"x\\u0000"}', 'A text in metadata must not contain NUL: "x\\u{0}".', ['metadata', 'a']],
  ['{"x\\u0000":1}', 'A key in metadata must not contain NUL: "x\\u{0}".', ['metadata']],
  ['{"a":["\\ud800"]}', 'A text in metadata has half a surrogate pair: "\\u{d800}".', ['metadata', 'a', '0']],
  ['{"a":{"\\udc00":1}}', 'A key in metadata has half a surrogate pair: "\\u{dc00}".', ['metadata', 'a']],
  ['{"a":1e999}', 'Metadata must not hold Infinity: JSON has no such number.', ['metadata', 'a']],
])('what Postgres cannot hold is refused where it stands: %s', (json, message, path) => {
  expect(refusalOf(() => parseText(json))).toEqual({ code: 'INVALID_INPUT', message, path });
});

test.each([[Number.NaN], [-Infinity]])('%d is no number of JSON', (value) => {
  expect(refusalOf(() => parse({ a: value })).path).toEqual(['metadata', 'a']);
});

test.each([[undefined], [1n], [Symbol('x')], [() => 1], [new Date(0)], [new Set()]])(
  'a value that JSON does not have is refused: %o',
  (value) => {
    expect(refusalOf(() => parse({ a: value }))).toEqual({
      code: 'INVALID_INPUT',
      message: 'Metadata holds texts, numbers, booleans, null, plain objects and lists, and nothing else.',
      path: ['metadata', 'a'],
    });
  },
);

test('there is one zero, as in JSON', () => {
  expect(Object.is(parse({ a: -0 }).a, 0)).toBe(true);
});

test('whatever is accepted comes back from JSON as it is', () => {
  const value = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }));
  let accepted = 0;
  fc.assert(
    fc.property(value, (sent) => {
      let kept: unknown;
      try {
        kept = parse(sent);
      } catch {
        return;
      }
      accepted += 1;
      expect(JSON.stringify(kept)).toBe(JSON.stringify(sent));
      expect(JSON.parse(JSON.stringify(kept))).toStrictEqual(kept);
    }),
    { numRuns: 500, seed: 7 },
  );
  expect(accepted).toBeGreaterThan(50);
});
