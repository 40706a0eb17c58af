import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/crypto/Secret.ts';

const text = 'correct-horse-battery';
const secret = new Secret(text);

const nested = { deep: [{ secret }], map: new Map([[secret, secret]]) };

describe('Secret', () => {
  it('gives its text to reveal()', () => {
    expect(secret.reveal()).toBe(text);
  });

  const printed: Record<string, string> = {
    'String()': String(secret),
    'a template': `${secret}`,
    concatenation: ''.concat(secret as unknown as string),
    join: [secret].join(),
    'JSON.stringify': JSON.parse(JSON.stringify({ secret })).secret,
    'util.inspect': inspect(secret),
    'util.format %s': format('%s', secret),
    'util.format %o': format('%o', secret),
    'util.format %O': format('%O', secret),
    'util.format without a place': format(secret),
  };
  it.each(Object.entries(printed))('prints as [secret] through %s', (_, shown) => {
    expect(shown).toBe('[secret]');
  });

  const exposed: Record<string, unknown> = {
    'util.inspect with everything on': inspect(nested, { showHidden: true, depth: null, getters: true }),
    'util.inspect without custom printers': inspect(nested, { customInspect: false, showHidden: true, depth: null }),
    'a spread': inspect({ ...secret }, { showHidden: true }),
    'Object.assign': inspect(Object.assign({}, secret)),
    structuredClone: inspect(structuredClone({ deep: [{ secret }] }), { depth: null, showHidden: true }),
    'v8.serialize': serialize(secret).toString('latin1'),
    'Object.keys': Object.keys(secret).join(),
    'Reflect.ownKeys': Reflect.ownKeys(secret).map(String).join(),
    'property descriptors': inspect(Object.getOwnPropertyDescriptors(secret), { showHidden: true }),
    'for … in': inspect(enumerated(secret)),
    'an error message': new Error(`failed with ${secret}`, { cause: secret }).stack,
    'an inspected error': inspect(new Error('failed', { cause: { secret } }), { depth: null }),
    'JSON of a surrounding object': JSON.stringify({ list: [secret], secret }, null, 2),
    'Object.entries': JSON.stringify(Object.entries({ secret })),
    toLocaleString: secret.toLocaleString(),
    'a number': String(Number(secret)),
  };
  it.each(Object.entries(exposed))('is not exposed by %s', (_, shown) => {
    expect(shown).toBeTypeOf('string');
    expect(shown).not.toContain(text);
  });

  it('is not exposed by console.log', () => {
    const written: string[] = [];
    const stdout = new Writable({
      write(chunk, _, done) {
        written.push(String(chunk));
        done();
      },
    });
    new Console(stdout).log('value', secret, { secret });
    expect(written.join('')).toBe('value [secret] { secret: [secret] }\n');
  });

  it('keeps reveal() to itself: taken off its object, or called on a copy, it throws and names nothing', () => {
    const { reveal } = secret;
    const copy = Object.assign(Object.create(Secret.prototype), secret) as Secret;
    for (const call of [() => reveal(), () => copy.reveal(), () => new Proxy(secret, {}).reveal()]) {
      expect(call).toThrow(TypeError);
      expect(call).not.toThrow(text);
    }
  });
});

/** What `for … in` finds. */
function enumerated(value: object): string[] {
  const names: string[] = [];
  for (const name in value) names.push(name);
  return names;
}
