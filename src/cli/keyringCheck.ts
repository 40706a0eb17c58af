import { existsSync } from 'node:fs';
import type { Config } from '../config.ts';
import { type Keyring, parseKeyring } from '../crypto/keyring.ts';
import { readKeyringFile } from '../crypto/keyringFile.ts';
import { SetupError } from '../lib/errors.ts';
import type { Installation, Opening } from '../openInstallation.ts';
import { knowsKeyring } from '../store/checkKeyring.ts';
import { type RingUse, readRingUse, removableNumbers } from '../store/ringUse.ts';
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
      'the service. A ring that does not belong, or cannot be read, is exit code 1. It also counts what live secrets need\n' +
      'of each key, says which keys can be removed, and how many secrets of a lost ring are not recovered yet.',
    args: [],
    options: jsonOption,
    examples: ['DATABASE_URL=postgres://… KEYRING_FILE=ring.json npx keywright keyring check'],
    async run({ options }, { out }) {
      const { keyring, use } = await check(parts.config(), parts);
      if (options.json) out.write(`${printableJson(asData(keyring, use))}\n`);
      else out.write(`${asSentences(keyring, use).join('\n')}\n`);
      return 0;
    },
  });
}

/** A sound ring, and what the live secrets of its database need of it; undefined for a database that was never served. */
type Checked = { readonly keyring: Keyring; readonly use: RingUse | undefined };

/** Throws a SetupError that says what does not belong. */
async function check(config: Config, { openInstallation }: Parts): Promise<Checked> {
  if (config.databaseUrl === undefined && !existsSync(config.dataDir)) {
    throw new SetupError(
      `There is no database in ${config.dataDir} yet. The first "npm start" makes it, with a ring of its own.`,
    );
  }
  const untouched = await ringOfUntouchedDatabase(config);
  if (untouched !== undefined) return { keyring: untouched, use: undefined };
  const installation = await openInstallation(config, { purpose: 'keywright keyring check', join: true });
  try {
    const { keyring, database } = installation;
    return { keyring, use: await readRingUse(database, keyring) };
  } finally {
    await installation.close();
  }
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

function asData(ring: Keyring, use: RingUse | undefined) {
  const { activeNo, numbers } = ring;
  const keys = ring.entries.map(({ n, state, pepperName }) => {
    const { hashed, minted } = use?.numbers.get(n) ?? { hashed: 0, minted: 0 };
    if (pepperName !== undefined) return { n, state: `import:${pepperName}` };
    return { n, state, hashed, minted };
  });
  return {
    belongs: true,
    served: use !== undefined,
    activeNo,
    numbers,
    ...(use !== undefined && {
      keys,
      versions: use.versions,
      removable: removableNumbers(use, ring),
      unrecovered: use.unrecovered,
    }),
  };
}

function asSentences(ring: Keyring, use: RingUse | undefined): string[] {
  const which = `(active key ${ring.activeNo} of ${ring.numbers.join(', ')})`;
  if (use === undefined) {
    const unserved = 'The database has not been served yet: the ring of the first start becomes its own.';
    return [`The key ring is sound ${which}. ${unserved}`];
  }
  const lines = [`The key ring and the database belong together ${which}.`];
  for (const { version, count } of use.versions)
    lines.push(`  ${count} live secrets have a hash of version ${version}`);
  for (const { n, state } of ring.entries) {
    const minted = use.numbers.get(n)?.minted ?? 0;
    if (minted > 0) lines.push(`  ${minted} live tokens were minted under key ${n} (${state})`);
  }
  const removable = removableNumbers(use, ring);
  if (removable.length > 0) {
    lines.push(`Needed by nothing: key ${removable.join(', ')}. "keyring remove NUMBER FILE" takes one out.`);
  }
  return [...lines, ...recoveryLines(ring, use)];
}

/** How far a recovery is, and when it can be turned off. */
function recoveryLines(ring: Keyring, { numbers, unrecovered: { minted, imported } }: RingUse): string[] {
  const lost = ring.entries.filter((entry) => entry.state === 'lost');
  if (lost.length === 0) return [];
  const tokens = lost.reduce((sum, { n }) => sum + (numbers.get(n)?.minted ?? 0), 0);
  const lines = [
    `Of lost keys: ${minted} live secrets wait to be recovered, and ${tokens} live tokens were minted under them.`,
  ];
  if (imported > 0)
    lines.push(`${imported} imported secrets cannot come back: import them again, or revoke their keys.`);
  if (minted + imported + tokens === 0) lines.push('Nothing needs what is lost: RECOVERY can be turned off.');
  return lines;
}
