import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import { Keyring } from '../crypto/keyring.ts';
import { editKeyringFile } from '../crypto/keyringFile.ts';
import { requirePending, withPromoted } from '../crypto/ringEdits.ts';
import { ringFingerprint } from '../crypto/ringFingerprint.ts';
import { SetupError } from '../lib/errors.ts';
import type { Installation, Opening } from '../openInstallation.ts';
import { refusePromotion } from '../store/promotion.ts';
import { defineCommand, jsonOption } from './command.ts';
import { printable, printableJson } from './printable.ts';
import { withRingOf } from './withRingOf.ts';

type Parts = {
  readonly config: () => Config;
  readonly openInstallation: (config: Config, opening: Opening) => Promise<Installation>;
};

/** `keywright keyring promote FILE`: the pending key begins to mint. */
export function keyringPromoteCommand(parts: Parts) {
  return defineCommand({
    name: 'keyring promote',
    description:
      'Makes the pending key of FILE the active one, and the one that was active a key that goes on verifying. Asks the\n' +
      'database of the environment first: refused while a running process does not have the key, or where imported\n' +
      'tokens would have to be looked for in too many forms. It takes effect where a process is restarted with the ring.',
    args: [{ name: 'FILE', required: true }],
    options: jsonOption,
    examples: ['DATABASE_URL=postgres://… npx keywright keyring promote /etc/keywright/keyring.json'],
    async run({ args: [path = ''], options }, { out }) {
      const file = resolve(path);
      const { activeNo, previousNo } = await withRingOf(parts, file, 'promote', async ({ keyring, database }) => {
        const pending = requirePending(keyring.entries);
        await refusePromotion(database, keyring, pending);
        return editKeyringFile(file, (entries) => {
          const same = ringFingerprint(new Keyring(entries)).equals(ringFingerprint(keyring));
          if (!same) throw new SetupError(`${file} was changed meanwhile. Nothing was promoted: run this again.`);
          return withPromoted(entries);
        });
      });
      const sentence =
        `Key ${activeNo} of ${printable(file)} is the active one, and key ${previousNo} goes on verifying. ` +
        'Back the ring up, and restart every process of the service with it.';
      out.write(options.json ? `${printableJson({ file, activeNo, previousNo })}\n` : `${sentence}\n`);
      return 0;
    },
  });
}
