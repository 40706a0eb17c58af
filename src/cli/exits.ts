import { Denied, Refusal, SetupError, Unavailable } from '../lib/errors.ts';
import { isOutage } from '../store/outage.ts';

/** What a command's exit code says; `--help` prints these sentences. */
export const exitMeanings = {
  0: 'done',
  1: 'refused: by the service, by a check, or by the machine',
  2: 'the command line is not right',
  3: 'unreachable, or unavailable for now: try again',
} as const;

/** Every code that a command can exit with. */
export type Exit = keyof typeof exitMeanings;

/** The command line is wrong; the message says what would be right. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** The exit code of a failure. */
export function exitOf(error: unknown): Exit {
  if (error instanceof UsageError) return 2;
  // A refusal whose cause is an outage is one, too: a script may wait and try again.
  return error instanceof Unavailable || isOutage(error) ? 3 : 1;
}

/** What a person reads of a failure: its sentence; only of our own bugs where they happened. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return `This should not have happened: ${String(error)}`;
  const expected = [UsageError, SetupError, Refusal, Denied, Unavailable].some((kind) => error instanceof kind);
  return expected ? error.message : `This should not have happened. ${error.stack ?? error.message}`;
}
