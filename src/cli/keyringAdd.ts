import { resolve } from 'node:path';
import { editKeyringFile } from '../crypto/keyringFile.ts';
import type { Random } from '../crypto/random.ts';
import { withPending } from '../crypto/ringEdits.ts';
import type { Clock } from '../lib/clock.ts';
import { defineCommand, jsonOption } from './command.ts';
import { printable, printableJson } from './printable.ts';

/** `keywright keyring add FILE`: a key that waits. */
export function keyringAddCommand(parts: { readonly clock: Clock; readonly randomBytes: Random }) {
  return defineCommand({
    name: 'keyring add',
    description:
      'Adds a key with a number that was never used, in state "pending": it mints nothing until it is promoted. FILE is\n' +
      'replaced by a new file of mode 0600 that is on the disk before it takes the name, so an interruption loses nothing.\n' +
      'Then give every process of the service the new ring and restart it.',
    args: [{ name: 'FILE', required: true }],
    options: jsonOption,
    examples: ['npx keywright keyring add /etc/keywright/keyring.json'],
    async run({ args: [path = ''], options }, { out }) {
      const file = resolve(path);
      const { added } = await editKeyringFile(file, (entries) =>
        withPending(entries, parts.clock(), parts.randomBytes),
      );
      const sentence =
        `Added key ${added} to ${printable(file)}, pending. Back the ring up, restart every process of the service with it, ` +
        `and promote it then: npx keywright keyring promote ${printable(file)}`;
      out.write(options.json ? `${printableJson({ file, added })}\n` : `${sentence}\n`);
      return 0;
    },
  });
}
