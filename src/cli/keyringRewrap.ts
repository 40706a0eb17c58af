import type { Config } from '../config.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { Unavailable } from '../lib/errors.ts';
import { globalId } from '../lib/ids.ts';
import { limits } from '../lib/limits.ts';
import type { Installation, Opening } from '../openInstallation.ts';
import { rewrapSecrets } from '../store/rewrapSecrets.ts';
import { defineCommand, jsonOption } from './command.ts';
import { type Exit, UsageError } from './exits.ts';
import { printableJson } from './printable.ts';
import { progressOn } from './progress.ts';
import { parseRingNumber } from './ringNumber.ts';
import type { Streams } from './Streams.ts';

type Parts = {
  readonly config: () => Config;
  readonly openInstallation: (config: Config, opening: Opening) => Promise<Installation>;
  /** Milliseconds that only ever grow, for rates. */
  readonly ticks: () => number;
  /** Aborts when somebody wants the program to end; from the second time on, it just ends. */
  readonly interrupted: () => AbortSignal;
};

const options = {
  from: { value: 'NUMBER', description: 'The key whose hashes are wrapped.' },
  to: { value: 'NUMBER', description: 'The key that is put around them: the active one, which is also the default.' },
  ...jsonOption,
} as const;

/** `keywright keyring rewrap`: stored hashes under another ring key, without their secrets. */
export function keyringRewrapCommand(parts: Parts) {
  return defineCommand({
    name: 'keyring rewrap',
    description:
      'Puts the active key around every stored hash whose outermost key is --from, so that the old key alone proves\n' +
      'nothing any more. No token changes, and the service goes on verifying meanwhile. It works in small steps, and\n' +
      'Ctrl-C ends it after the one under way. Exit code 0: no such hash is left. 1: hashes that have four keys around\n' +
      'them already were left; their keys are named. 3: interrupted, or some were in use each time; run it again.',
    args: [],
    options,
    examples: ['DATABASE_URL=postgres://… KEYRING_FILE=ring.json npx keywright keyring rewrap --from 1'],
    async run({ options: given }, streams) {
      if (given.from === undefined) throw new UsageError('--from is missing: the key whose hashes are to be wrapped.');
      const from = parseRingNumber(given.from, '--from');
      const wanted = given.to === undefined ? undefined : parseRingNumber(given.to, '--to');
      const opening = { purpose: 'keywright keyring rewrap', join: true };
      const installation = await parts.openInstallation(parts.config(), opening);
      try {
        const to = checkNumbers(installation.keyring, from, wanted);
        return await rewrap(parts, installation, { from, to, json: given.json }, streams);
      } finally {
        await installation.close();
      }
    },
  });
}

/** Only the active key is in every running process; and what is lost no key can be put around to any use. */
function checkNumbers(ring: Keyring, from: number, to: number = ring.activeNo): number {
  if (to !== ring.activeNo) {
    throw new UsageError(`--to is the active key, ${ring.activeNo}: of no other is it sure that every process has it.`);
  }
  if (from === to) throw new UsageError(`--from and --to are both ${to}: there is nothing to wrap.`);
  const state = ring.stateOf(from);
  if (state === undefined) throw new UsageError(`There is no key ${from} in this ring.`);
  if (state === 'lost') {
    throw new UsageError(`Key ${from} is lost: its hashes come back by recovery, when their tokens are presented.`);
  }
  return to;
}

async function rewrap(
  { ticks, interrupted }: Parts,
  { keyring: ring, database }: Installation,
  { from, to, json }: { readonly from: number; readonly to: number; readonly json: boolean },
  { out, err }: Streams,
): Promise<Exit> {
  const signal = interrupted();
  const beganAt = ticks();
  const progress = progressOn(err, ticks);
  const { rewrapped, tooDeep, busy } = await rewrapSecrets(database, {
    ring,
    from,
    to,
    onProgress: ({ done, total }) => {
      progress.tell(done, total);
      if (signal.aborted)
        throw new Unavailable(`Interrupted: ${done} hashes were wrapped. Run this again for the rest.`);
    },
  }).finally(() => progress.end());
  const seconds = Math.round(ticks() - beganAt) / 1000;
  const deepKeys = tooDeep.keyIds.map((id) => globalId('ApiKey', id));
  if (json)
    out.write(
      `${printableJson({ from, to, rewrapped, tooDeep: tooDeep.count, tooDeepKeys: deepKeys, busy, seconds })}\n`,
    );
  else out.write(`Wrapped ${rewrapped} hashes of key ${from} with key ${to} in ${seconds} s.\n`);
  if (tooDeep.count > 0) {
    const more = tooDeep.count > deepKeys.length ? ` and ${tooDeep.count - deepKeys.length} more` : '';
    err.write(
      `${tooDeep.count} have ${limits.hashDepthMax} keys around them already and were left until their next use: ${deepKeys.join(', ')}${more}\n`,
    );
  }
  if (busy > 0) throw new Unavailable(`${busy} hashes were in use each time. Run this again.`);
  return tooDeep.count > 0 ? 1 : 0;
}
