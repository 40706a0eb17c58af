import { unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import type { Random } from '../crypto/random.ts';
import type { Secret } from '../crypto/Secret.ts';
import { bootstrap } from '../keys/bootstrap.ts';
import type { Clock } from '../lib/clock.ts';
import { Unavailable } from '../lib/errors.ts';
import { globalId } from '../lib/ids.ts';
import type { Installation, Opening } from '../openInstallation.ts';
import type { Ctx } from '../store/Ctx.ts';
import { asBootstrap } from './asBootstrap.ts';
import { defineCommand, jsonOption } from './command.ts';
import { UsageError } from './exits.ts';
import { writeNewKeyFile } from './newKeyFile.ts';
import { printable, printableJson } from './printable.ts';
import type { Output, Streams } from './Streams.ts';

type Parts = {
  readonly config: () => Config;
  readonly openInstallation: (config: Config, opening: Opening) => Promise<Installation>;
  readonly clock: Clock;
  readonly randomBytes: Random;
};

const options = {
  replace: { description: 'Revoke the keys of every earlier bootstrap. Keys that were made with them go on working.' },
  out: { value: 'FILE', description: 'Write the key to a new file of mode 0600 instead of printing it.' },
  ...jsonOption,
} as const;

/** `keywright bootstrap`: the platform's first key, told once. */
export function bootstrapCommand(parts: Parts) {
  return defineCommand({
    name: 'bootstrap',
    description:
      "Makes the platform's first key, with every right, as long as no platform key is active. It may run beside the\n" +
      'service. On a terminal the key is printed, once. Off a terminal, and with --json, it goes to a file, because what\n' +
      'is piped ends up in logs: to that of --out or, for the embedded database, to bootstrap-key in its data folder.\n' +
      'The file is written before the key becomes valid, so no crash can lose a key that works.',
    args: [],
    options,
    examples: [
      'npx keywright bootstrap',
      'npx keywright bootstrap --out platform.key',
      'npx keywright bootstrap --replace --out platform.key',
    ],
    async run({ options: { replace, out, json } }, streams) {
      const config = parts.config();
      const printed = out === undefined && streams.out.isTerminal && !json;
      if (!printed && out === undefined && config.databaseUrl !== undefined) {
        throw new UsageError('The key is printed on a terminal only. Name a new file for it: --out FILE');
      }
      const installation = await parts.openInstallation(config, { purpose: 'keywright bootstrap', join: true });
      try {
        const keyFile = printed ? undefined : (out ?? installation.folder?.bootstrapKeyPath);
        const made = await asBootstrap({ ...parts, config, installation }, (ctx) =>
          makeKey(ctx, { replace, keyFile: keyFile && resolve(keyFile) }),
        );
        tell(made, { json, streams });
      } finally {
        await installation.close();
      }
      return 0;
    },
  });
}

type Made = { readonly id: string; readonly secret: Secret; readonly keyFile: string | undefined };

/** Makes the key; a file that was written for one that came to nothing is taken away again. */
async function makeKey(
  ctx: Ctx,
  { replace, keyFile }: { replace: boolean; keyFile: string | undefined },
): Promise<Made> {
  let written: string | undefined;
  const keep = async (secret: Secret) => {
    if (keyFile === undefined) return;
    await writeNewKeyFile(keyFile, secret);
    written = keyFile;
  };
  try {
    const { apiKey, secret } = await bootstrap(ctx, { replace, keep });
    return { id: globalId('ApiKey', apiKey.id), secret, keyFile };
  } catch (error) {
    if (written === undefined) throw error;
    // Of a commit whose answer was lost nobody knows whether it happened: then the file may be all there is of the key.
    if (error instanceof Unavailable) {
      const advice = 'try it. If it does not, remove the file and run this again.';
      throw new Unavailable(`The database went away, so the key in ${written} may work or not: ${advice}`, {
        cause: error,
      });
    }
    await unlink(written);
    throw error;
  }
}

function tell(
  { id, secret, keyFile }: Made,
  { json, streams: { out, err } }: { json: boolean; streams: Streams },
): void {
  if (keyFile === undefined) tellOnTerminal(secret, out, err);
  else if (json) out.write(`${printableJson({ id, keyFile })}\n`);
  else out.write(`Wrote the key to ${printable(keyFile)}, readable by you alone. Nothing else shows it again.\n`);
}

function tellOnTerminal(secret: Secret, out: Output, err: Output): void {
  err.write(`${err.style('bold', 'The key of the platform, with every right. It is shown this once:')}\n\n`);
  out.write(`${secret.reveal()}\n`);
  err.write('\nKeep it where you keep passwords. To use it:\n');
  err.write('  read -rs KEYWRIGHT_KEY && export KEYWRIGHT_KEY\n  npx keywright call viewer\n');
}
