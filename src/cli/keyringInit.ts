import { resolve } from 'node:path';
import { createKeyring } from '../crypto/keyring.ts';
import { writeNewKeyringFile } from '../crypto/keyringFile.ts';
import type { Random } from '../crypto/random.ts';
import type { Clock } from '../lib/clock.ts';
import { defineCommand, jsonOption } from './command.ts';
import { printable, printableJson } from './printable.ts';

/** `keywright keyring init FILE`: a new ring, for a database that has none. */
export function keyringInitCommand(parts: { readonly clock: Clock; readonly randomBytes: Random }) {
  return defineCommand({
    name: 'keyring init',
    description:
      'Makes a key ring with one new key and writes it to FILE with mode 0600. A file that exists is never overwritten.\n' +
      'Each deployment has one ring. Back it up, and apart from the database: losing one must not mean losing both.',
    args: [{ name: 'FILE', required: true }],
    options: jsonOption,
    examples: ['npx keywright keyring init /etc/keywright/keyring.json'],
    async run({ args: [path = ''], options }, { out }) {
      const file = resolve(path);
      await writeNewKeyringFile(file, createKeyring(parts.clock(), parts.randomBytes));
      const advice = 'Set KEYRING_FILE to it, and back it up.';
      const sentence = `Wrote a new key ring to ${printable(file)}, readable by you alone. ${advice}`;
      out.write(options.json ? `${printableJson({ file })}\n` : `${sentence}\n`);
      return 0;
    },
  });
}
