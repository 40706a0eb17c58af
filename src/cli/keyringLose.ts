import { resolve } from 'node:path';
import { editKeyringFile } from '../crypto/keyringFile.ts';
import { withLost } from '../crypto/ringEdits.ts';
import type { RingEntry } from '../crypto/ringFormat.ts';
import type { Clock } from '../lib/clock.ts';
import { defineCommand, jsonOption } from './command.ts';
import { printable, printableJson } from './printable.ts';
import { parseRingNumbers } from './ringNumber.ts';

/** `keywright keyring lose NUMBERS FILE`: numbers that nobody has any more. */
export function keyringLoseCommand(parts: { readonly clock: Clock }) {
  return defineCommand({
    name: 'keyring lose',
    description:
      'Writes into FILE that the keys of these numbers are lost: for a ring that came back from an old copy and lacks what\n' +
      'was added since. A key that is in the ring with its material is never touched. Tokens of lost keys come back by\n' +
      'their recovery locks, in a service that runs with RECOVERY=on. If the whole ring is gone: keyring init --lost.',
    args: [
      { name: 'NUMBERS', required: true },
      { name: 'FILE', required: true },
    ],
    options: jsonOption,
    examples: ['npx keywright keyring lose 2,3 /etc/keywright/keyring.json'],
    async run({ args: [numbers = '', path = ''], options }, { out }) {
      const file = resolve(path);
      const lost = parseRingNumbers(numbers, 'NUMBERS');
      const now = parts.clock();
      await editKeyringFile(file, (entries) => ({
        entries: lost.reduce<readonly RingEntry[]>((left, n) => withLost(left, n, now), entries),
      }));
      const which = `${lost.length === 1 ? 'key' : 'keys'} ${lost.join(', ')}`;
      const sentence = `Declared ${which} lost in ${printable(file)}. Start the service with it and with RECOVERY=on.`;
      out.write(options.json ? `${printableJson({ file, lost })}\n` : `${sentence}\n`);
      return 0;
    },
  });
}
