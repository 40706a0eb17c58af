import { describe, expect, it } from 'vitest';
import { parseKeyring } from '../../src/crypto/keyring.ts';
import { SetupError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { entryOf, materialOf, ringText } from './samples.ts';

const active = entryOf(1, 'active');
const m1 = materialOf(1);

/** The sentence with which a ring is refused; anything but a refusal fails the test. */
function refusalOf(text: string): string {
  try {
    parseKeyring(text, 'KEYRING_FILE /etc/ring.json');
  } catch (error) {
    if (error instanceof SetupError) {
      expect(error.cause).toBeUndefined();
      return error.message;
    }
    throw error;
  }
  throw new Error('Expected a refusal, and the ring was accepted.');
}

describe('a ring that the service must not run with', () => {
  const material = 'does not have 32 bytes, as 43 characters of base64url without padding, as "material" of key 1.';
  const state =
    'has a "state" in key 1 that is none of "pending", "active", "verify", "lost" or "import:<name>", ' +
    'with a name of a-z, 0-9 and "-" that begins with a letter.';

  it.each<[string, string, string]>([
    ['nothing', '', 'is not JSON'],
    ['cut short', ringText([active]).slice(0, -2), 'is not JSON'],
    ['a list', '[]', 'must be a JSON object with "format", "active" and "keys".'],
    ['null', 'null', 'must be a JSON object with "format", "active" and "keys".'],
    ['a text', '"ring"', 'must be a JSON object'],
    ['another format', ringText([active], { format: 2 }), 'is not of format 1, the only one that this version reads.'],
    ['no format', ringText([active], { format: undefined }), 'is not of format 1'],
    ['no list of keys', ringText([], { keys: undefined }), 'must have a list "keys" with at least one key.'],
    ['keys as an object', ringText([], { keys: { 1: active } }), 'must have a list "keys"'],
    [
      'an empty list',
      ringText([]),
      'must have a list "keys" with at least one key. Make a ring with "keywright keyring init".',
    ],
    ['an unknown field', ringText([active], { comment: 'x' }), 'has a field "comment" that does not belong there.'],
    ['a key that is null', ringText([active, null]), 'has something other than an object as key 2 of its list.'],
    ['a key that is a list', ringText([[1]]), 'has something other than an object as key 1 of its list.'],
    [
      'a key without number',
      ringText([entryOf(1, 'active', { n: undefined })]),
      'has no whole number "n" from 0 to 3843 in key 1 of its list.',
    ],
    ['a number as text', ringText([entryOf(1, 'active', { n: '1' })]), 'has no whole number "n"'],
    ['a broken number', ringText([entryOf(1, 'active', { n: 1.5 })]), 'has no whole number "n"'],
    ['a negative number', ringText([entryOf(1, 'active', { n: -1 })]), 'has no whole number "n"'],
    ['a number beyond the token', ringText([entryOf(1, 'active', { n: 3844 })]), 'has no whole number "n"'],
    ['an unknown state', ringText([entryOf(1, 'retired')]), state],
    ['a state in upper case', ringText([entryOf(1, 'Active')]), state],
    ['a state that is inherited by objects', ringText([entryOf(1, 'constructor')]), state],
    ['no state', ringText([entryOf(1, 'active', { state: undefined })]), state],
    ['an import without name', ringText([active, entryOf(2, 'import:')]), 'has a "state" in key 2 that is none of'],
    [
      'an import with a slash in its name',
      ringText([active, entryOf(2, 'import:a/b')]),
      'has a "state" in key 2 that is none of',
    ],
    [
      'an import with a name of 32',
      ringText([active, entryOf(2, `import:${'a'.repeat(32)}`)]),
      'has a "state" in key 2 that is none of',
    ],
    [
      'no day',
      ringText([entryOf(1, 'active', { created: undefined })]),
      'has no day in "created" of key 1. Write the day it was made as YYYY-MM-DD.',
    ],
    [
      'a day that there is not',
      ringText([entryOf(1, 'active', { created: '2026-02-30' })]),
      'has no day in "created" of key 1.',
    ],
    [
      'a time for a day',
      ringText([entryOf(1, 'active', { created: '2026-11-20T00:00:00Z' })]),
      'has no day in "created" of key 1.',
    ],
    ['no material', ringText([entryOf(1, 'active', { material: undefined })]), material],
    ['null for material', ringText([entryOf(1, 'active', { material: null })]), material],
    ['31 bytes', ringText([entryOf(1, 'active', { material: Buffer.alloc(31, 9).toString('base64url') })]), material],
    ['33 bytes', ringText([entryOf(1, 'active', { material: Buffer.alloc(33, 9).toString('base64url') })]), material],
    ['hex', ringText([entryOf(1, 'active', { material: Buffer.alloc(32, 9).toString('hex') })]), material],
    ['padding', ringText([entryOf(1, 'active', { material: `${m1}=` })]), material],
    [
      'base64 that is not base64url',
      ringText([entryOf(1, 'active', { material: Buffer.alloc(32, 0xfb).toString('base64').replace('=', '') })]),
      material,
    ],
    ['a stray space', ringText([entryOf(1, 'active', { material: `${m1} ` })]), material],
    [
      'a last character with bits too many',
      ringText([entryOf(1, 'active', { material: `${m1.slice(0, -1)}9` })]),
      material,
    ],
    [
      'an empty pepper',
      ringText([active, entryOf(2, 'import:old', { material: '' })]),
      'has no pepper of 1 to 1024 bytes as "material" of key 2 (import:old).',
    ],
    [
      'a pepper of 1,025 bytes',
      ringText([active, entryOf(2, 'import:old', { material: Buffer.alloc(1025).toString('base64url') })]),
      'has no pepper of 1 to 1024 bytes as "material" of key 2 (import:old).',
    ],
    [
      'material in a lost key',
      ringText([active, entryOf(2, 'lost')]),
      'has material in key 2, whose state is "lost". Set the state to "verify", since it is not lost.',
    ],
    [
      'an unknown field in a key',
      ringText([entryOf(1, 'active', { note: 'x' })]),
      'has in key 1 a field "note" that does not belong there. Known are n, state, created, material.',
    ],
    [
      'no active key',
      ringText([entryOf(1, 'verify'), entryOf(2, 'pending')]),
      'has no key in state "active". Set it on exactly one key: the one that mints new tokens.',
    ],
    [
      'two active keys',
      ringText([active, entryOf(5, 'active')]),
      'has 2 keys in state "active" (1, 5). Set all but the newest to "verify".',
    ],
    [
      'another number named active',
      ringText([active, entryOf(2, 'verify')], { active: 2 }),
      'does not name its active key in "active". Set "active" to 1,',
    ],
    [
      'no number named active',
      ringText([active], { active: undefined }),
      'does not name its active key in "active". Set "active" to 1,',
    ],
    [
      'a number twice',
      ringText([active, entryOf(1, 'verify', { material: materialOf(2) })]),
      'has the number 1 twice. Numbers are never reused: give the newer key a number of its own.',
    ],
    ['the number of a pepper again', ringText([active, entryOf(1, 'import:old')]), 'has the number 1 twice.'],
    [
      'a pepper twice',
      ringText([active, entryOf(2, 'import:old'), entryOf(3, 'import:old')]),
      'has the pepper import:old twice. Keep one of the two.',
    ],
    [
      'one material in two keys',
      ringText([active, entryOf(2, 'verify', { material: m1 })]),
      'has the same material in keys 1 and 2. Make new material for the newer key.',
    ],
  ])('is refused, saying what to do: %s', (_, text, sentence) => {
    const message = refusalOf(text);
    expect(message.startsWith(`The key ring in KEYRING_FILE /etc/ring.json ${sentence}`), message).toBe(true);
    expect(message).toMatch(/\.$/);
    expect(message).not.toContain(m1.slice(0, 8));
  });

  it('is refused before it is read when it is too large to be one', () => {
    const text = `${' '.repeat(limits.keyringBytesMax)}${ringText([active])}`;
    expect(refusalOf(text)).toContain('is larger than 1048576 bytes');
  });

  it('never repeats the material that a parser would quote from around a mistake', () => {
    const text = JSON.stringify({ format: 1, active: 1, keys: [active] }, null, 2);
    for (let at = 0; at < text.length; at++) {
      for (const mistake of ['', '#', '"', '\u0007']) {
        const broken = text.slice(0, at) + mistake + text.slice(at + 1);
        let message = '';
        try {
          parseKeyring(broken, 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(SetupError);
          message = (error as SetupError).message;
        }
        for (let from = 0; from + 6 <= m1.length; from++) expect(message).not.toContain(m1.slice(from, from + 6));
      }
    }
  });

  it('says at which line and column its JSON breaks', () => {
    expect(refusalOf('{\n  "format": 1,\n  "active" 1\n}')).toContain('is not JSON (line 3 column 12). Correct it,');
  });

  it('never repeats a field name that may be misplaced material', () => {
    for (const name of [materialOf(2), 'k'.repeat(43), 'k'.repeat(17), '']) {
      expect(refusalOf(ringText([entryOf(1, 'active', { [name]: 'material' })]))).toContain(
        'has in key 1 a field whose name is not repeated here that does not belong there.',
      );
    }
  });
});

describe('a ring that the service runs with', () => {
  it.each([
    ['the lowest number', ringText([entryOf(0, 'active')], { active: 0 }), 0],
    ['the highest number', ringText([entryOf(3843, 'active')], { active: 3843 }), 3843],
    ['a lost key without material', ringText([active, entryOf(2, 'lost', { material: undefined })]), 1],
    ['a pepper of one byte', ringText([active, entryOf(2, 'import:a', { material: 'AA' })]), 1],
    ['a pepper with the longest name', ringText([active, entryOf(2, `import:${'a'.repeat(31)}`)]), 1],
    ['numbers in any order', ringText([entryOf(7, 'verify'), active, entryOf(4, 'pending')]), 1],
  ])('may have %s', (_, text, activeNo) => {
    expect(parseKeyring(text, 'x').activeNo).toBe(activeNo);
  });

  it('may have every number that a token can name', () => {
    const entries = Array.from({ length: 3844 }, (_, n) => {
      const material = Buffer.alloc(32);
      material.writeUInt32BE(n);
      return entryOf(n, n === 1 ? 'active' : 'verify', { material: material.toString('base64url') });
    });
    const text = JSON.stringify({ format: 1, active: 1, keys: entries }, null, 2);
    expect(text.length).toBeLessThan(limits.keyringBytesMax);
    expect(parseKeyring(text, 'x').numbers).toHaveLength(3844);
  });
});
