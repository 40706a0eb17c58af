import { resolve } from 'node:path';
import { createKeyring } from '../crypto/keyring.ts';
import { writeNewKeyringFile } from '../crypto/keyringFile.ts';
import type { Random } from '../crypto/random.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import { defineCommand, jsonOption } from './command.ts';
import { UsageError } from './exits.ts';
import { printable, printableJson } from './printable.ts';
import { parseRingNumbers } from './ringNumber.ts';

/** `keywright keyring init FILE`: a new ring, for a database that has none. */
export function keyringInitCommand(parts: { readonly clock: Clock; readonly randomBytes: Random }) {
  return defineCommand({
    name: 'keyring init',
    description:
      'Makes a key ring with one new key and writes it to FILE with mode 0600. A file that exists is never overwritten.\n' +
      'Each deployment has one ring. Back it up, and apart from the database: losing one must not mean losing both.\n' +
      'After a loss, --lost names the numbers that the database knows: the new key gets a number above them, and the\n' +
      'tokens of the lost keys come back by their recovery locks, in a service that runs with RECOVERY=on.',
    args: [{ name: 'FILE', required: true }],
    options: {
      lost: { value: 'NUMBERS', description: 'The numbers of a ring that is gone for good, separated by commas.' },
      ...jsonOption,
    },
    examples: [
      'npx keywright keyring init /etc/keywright/keyring.json',
      'npx keywright keyring init /etc/keywright/keyring.json --lost 1,2',
    ],
    async run({ args: [path = ''], options }, { out }) {
      const file = resolve(path);
      const lost = options.lost === undefined ? [] : parseRingNumbers(options.lost, '--lost');
      if (lost.includes(limits.ringNumberMax)) {
        throw new UsageError(`After ${limits.ringNumberMax} there is no number for a new key.`);
      }
      await writeNewKeyringFile(file, createKeyring(parts.clock(), parts.randomBytes, lost));
      const recovery = lost.length === 0 ? '' : ' Start the service with RECOVERY=on.';
      const advice = `Set KEYRING_FILE to it, and back it up.${recovery}`;
      const sentence = `Wrote a new key ring to ${printable(file)}, readable by you alone. ${advice}`;
      out.write(options.json ? `${printableJson({ file })}\n` : `${sentence}\n`);
      return 0;
    },
  });
}
