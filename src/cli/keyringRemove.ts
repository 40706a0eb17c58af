import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import { editKeyringFile } from '../crypto/keyringFile.ts';
import { withoutKey } from '../crypto/ringEdits.ts';
import { SetupError } from '../lib/errors.ts';
import type { Installation, Opening } from '../openInstallation.ts';
import { neededFor, readRingUse } from '../store/ringUse.ts';
import { defineCommand, jsonOption } from './command.ts';
import { printable, printableJson } from './printable.ts';
import { parseRingNumber } from './ringNumber.ts';
import { withRingOf } from './withRingOf.ts';

type Parts = {
  readonly config: () => Config;
  readonly openInstallation: (config: Config, opening: Opening) => Promise<Installation>;
};

/** `keywright keyring remove NUMBER FILE`: a key that nothing needs any more. */
export function keyringRemoveCommand(parts: Parts) {
  return defineCommand({
    name: 'keyring remove',
    description:
      'Takes a key out of FILE that nothing needs any more. Asks the database of the environment first: refused while the\n' +
      'hash or the token of a live secret needs the key, for the active key, and for the highest number, which keeps\n' +
      'numbers from being used twice. "keyring check" says which keys can go.',
    args: [
      { name: 'NUMBER', required: true },
      { name: 'FILE', required: true },
    ],
    options: jsonOption,
    examples: ['DATABASE_URL=postgres://… npx keywright keyring remove 1 /etc/keywright/keyring.json'],
    async run({ args: [number = '', path = ''], options }, { out }) {
      const file = resolve(path);
      const n = parseRingNumber(number, 'NUMBER');
      await withRingOf(parts, file, 'remove', async ({ keyring, database }) => {
        const why = neededFor(await readRingUse(database, keyring), keyring, n);
        if (why !== undefined) throw new SetupError(`Key ${n} is needed: ${why}. Nothing was changed.`);
        await editKeyringFile(file, (entries) => ({ entries: withoutKey(entries, n) }));
      });
      const sentence = `Removed key ${n} from ${printable(file)}. Give every process of the service the ring as it is now.`;
      out.write(options.json ? `${printableJson({ file, removed: n })}\n` : `${sentence}\n`);
      return 0;
    },
  });
}
