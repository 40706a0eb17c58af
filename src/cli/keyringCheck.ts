import { existsSync } from 'node:fs';
import type { Config } from '../config.ts';
import { type Keyring, parseKeyring } from '../crypto/keyring.ts';
import { readKeyringFile } from '../crypto/keyringFile.ts';
import { SetupError } from '../lib/errors.ts';
import type { Installation, Opening } from '../openInstallation.ts';
import { knowsKeyring } from '../store/checkKeyring.ts';
import { defineCommand, jsonOption } from './command.ts';
import { printableJson } from './printable.ts';

type Parts = {
  readonly config: () => Config;
  readonly openInstallation: (config: Config, opening: Opening) => Promise<Installation>;
};

/** `keywright keyring check`: whether the ring and the database of the environment belong together. */
export function keyringCheckCommand(parts: Parts) {
  return defineCommand({
    name: 'keyring check',
    description:
      'Says whether the key ring and the database of the environment belong together: whether every number that a live\n' +
      'secret needs is in the ring, and whether each is the key that the database was served with. It may run beside\n' +
      'the service. A ring that does not belong, or cannot be read, is exit code 1.',
    args: [],
    options: jsonOption,
    examples: ['DATABASE_URL=postgres://… KEYRING_FILE=ring.json npx keywright keyring check'],
    async run({ options }, { out }) {
      const config = parts.config();
      const { keyring, served } = await check(config, parts);
      const numbers = keyring.numbers.join(', ');
      const which = `(active key ${keyring.activeNo} of ${numbers})`;
      const unserved = 'The database has not been served yet: the ring of the first start becomes its own.';
      const sentence = served
        ? `The key ring and the database belong together ${which}.`
        : `The key ring is sound ${which}. ${unserved}`;
      const { activeNo, numbers: all } = keyring;
      out.write(
        options.json ? `${printableJson({ belongs: true, served, activeNo, numbers: all })}\n` : `${sentence}\n`,
      );
      return 0;
    },
  });
}

/** Throws a SetupError that says what does not belong. */
async function check(config: Config, { openInstallation }: Parts): Promise<{ keyring: Keyring; served: boolean }> {
  if (config.databaseUrl === undefined && !existsSync(config.dataDir)) {
    throw new SetupError(
      `There is no database in ${config.dataDir} yet. The first "npm start" makes it, with a ring of its own.`,
    );
  }
  const untouched = await ringOfUntouchedDatabase(config);
  if (untouched !== undefined) return { keyring: untouched, served: false };
  const installation = await openInstallation(config, { purpose: 'keywright keyring check', join: true });
  await installation.close();
  return { keyring: installation.keyring, served: true };
}

/** Opening a database that was never served would make this ring its own; a check must not. */
async function ringOfUntouchedDatabase(config: Config): Promise<Keyring | undefined> {
  const { databaseUrl, keyringFile, keyringJson } = config;
  if (databaseUrl === undefined) return undefined;
  // Whatever else is wrong with the database or its schema is told by opening it.
  const known = await knowsKeyring({ connectionString: databaseUrl }).catch(() => true);
  if (known) return undefined;
  if (keyringJson !== undefined) return parseKeyring(keyringJson, 'KEYRING_JSON');
  return keyringFile === undefined ? undefined : readKeyringFile(keyringFile);
}
