import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../src');

// The floors, from the top. A file imports from floors below its own, or from its own room.
const rooms: Readonly<Record<string, 'assembly' | 'doors' | 'rules' | 'tools' | 'outside'>> = {
  '': 'assembly',
  cli: 'doors',
  graphql: 'doors',
  http: 'doors',
  audit: 'rules',
  keys: 'rules',
  legacy: 'rules',
  tenants: 'rules',
  users: 'rules',
  verification: 'rules',
  crypto: 'tools',
  lib: 'tools',
  store: 'tools',
  client: 'outside',
};
const height = { outside: 0, tools: 1, rules: 2, doors: 3, assembly: 4 };

/** Entry points stand in a room, and see the whole house all the same. */
const entryPoints = new Set(['cli/main.ts']);

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

function sources(): string[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = text.matchAll(/^(?:import|export)\s+(type\s)?[^'";]*?from\s+'(\.[^']+)'/gm);
  return [...found].map(([, type, path = '']) => ({
    from: file,
    to: relative(src, resolve(src, dirname(file), path)),
    typeOnly: type !== undefined,
  }));
}

const roomOf = (file: string) => (file.includes('/') ? (file.split('/')[0] ?? '') : '');
const floorOf = (file: string) => (entryPoints.has(file) ? 'assembly' : rooms[roomOf(file)]);

/** Why an import may not be, or undefined for one that may. */
function fault({ from, to, typeOnly }: Import): string | undefined {
  if (to.startsWith('../migrations')) return floorOf(from) === 'tools' ? undefined : 'only tools read the migrations';
  if (to.startsWith('..')) return 'leaves src';
  const [own, other] = [floorOf(from), floorOf(to)];
  if (own === undefined || other === undefined) return 'stands in no room that the house knows';
  if (roomOf(from) === roomOf(to) || own === 'assembly') return undefined;
  if (own === 'outside') return 'what ships to customers imports nothing';
  // A door is handed what the assembly made, and may say its type.
  if (other === 'assembly') return typeOnly && own === 'doors' ? undefined : 'looks up';
  if (height[other] > height[own]) return 'looks up';
  if (own === 'rules' && other === 'rules') return 'a rule imports another rule';
  return undefined;
}

describe('the house', () => {
  it('imports go downwards or stay in their room, and rules do not know each other', () => {
    const faults = sources()
      .flatMap(importsOf)
      .flatMap((found) => {
        const why = fault(found);
        return why === undefined ? [] : [`${found.from} → ${found.to}: ${why}`];
      });
    expect(faults).toEqual([]);
  });

  it('no file is longer than 300 lines', () => {
    const long = sources()
      .filter((file) => file !== 'graphql/generated.ts')
      .map((file) => ({ file, lines: readFileSync(join(src, file), 'utf8').split('\n').length }))
      .filter(({ lines }) => lines > 301);
    expect(long).toEqual([]);
  });

  it('in the rules, a file is named after what it exports', () => {
    const unnamed = sources()
      .filter((file) => floorOf(file) === 'rules')
      .filter((file) => {
        const name = file.replace(/^.*\//, '').replace(/\.ts$/, '');
        const text = readFileSync(join(src, file), 'utf8');
        return !new RegExp(`^export (?:async )?(?:const|function|class|type) ${name}\\b`, 'im').test(text);
      });
    expect(unnamed).toEqual([]);
  });

  it('every verb has a test of its own name', () => {
    const verbs = ['keys', 'legacy', 'tenants', 'users', 'verification'].flatMap((room) =>
      readdirSync(join(src, room))
        .filter((file) =>
          /^(create|update|rotate|revoke|disable|enable|delete|retire|suspend|reactivate|verify|import)[A-Z]/.test(
            file,
          ),
        )
        .map((file) => `${room}/${file.replace(/\.ts$/, '.test.ts')}`),
    );
    const tests = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
    expect(verbs.filter((verb) => !tests.includes(verb))).toEqual([]);
    expect(verbs.length).toBeGreaterThan(0);
  });
});
