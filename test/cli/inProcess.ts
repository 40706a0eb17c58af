import { keyringAddCommand } from '../../src/cli/keyringAdd.ts';
import { keyringCheckCommand } from '../../src/cli/keyringCheck.ts';
import { keyringInitCommand } from '../../src/cli/keyringInit.ts';
import { keyringLoseCommand } from '../../src/cli/keyringLose.ts';
import { keyringPromoteCommand } from '../../src/cli/keyringPromote.ts';
import { keyringRemoveCommand } from '../../src/cli/keyringRemove.ts';
import { keyringRewrapCommand } from '../../src/cli/keyringRewrap.ts';
import { run } from '../../src/cli/run.ts';
import type { Output } from '../../src/cli/Streams.ts';
import { readConfig } from '../../src/config.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openInstallation } from '../../src/openInstallation.ts';
import type { Outcome } from './keywright.ts';

/** Runs a keyring command as the program does, in this process: a new one for each takes half a second. */
export async function keyringInProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Outcome> {
  const [out, err] = [collector(), collector()];
  const parts = { config: () => readConfig(env, 'command'), openInstallation };
  const make = { clock: systemClock, randomBytes: systemRandom };
  const commands = [
    keyringInitCommand(make),
    keyringAddCommand(make),
    keyringPromoteCommand(parts),
    keyringRewrapCommand({ ...parts, ticks: () => performance.now(), interrupted: () => signal }),
    keyringRemoveCommand(parts),
    keyringLoseCommand(make),
    keyringCheckCommand(parts),
  ];
  const table = Object.fromEntries(
    commands.map((command) => [command.name, { summary: '', load: async () => command }]),
  );
  const streams = { out, err, inputIsTerminal: false, readInput: async () => '' };
  const code = await run({ table, version: '0', streams }, ['keyring', ...args]);
  return { code, stdout: out.text(), stderr: err.text() };
}

function collector(): Output & { text(): string } {
  let text = '';
  return {
    isTerminal: false,
    write(words) {
      text += words;
    },
    style: (_, words) => words,
    text: () => text,
  };
}
