import { isatty } from 'node:tty';
import { type DestinationStream, type Logger, pino } from 'pino';
import { redactTokens } from '../crypto/token.ts';
import { describeError } from './describeError.ts';
import { openLogFile, openTerminal } from './logFile.ts';
import { terminalLine } from './terminalLine.ts';

/** How much is logged: everything at this level and above it. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Where every part of the service tells what happens in it. */
export interface Log extends Logger {
  /**
   * An info line whose fields are JSON already, each behind a comma. For the one line of every request, where
   * collecting fields into objects would cost more than handling the request's metrics, route and headers together.
   */
  infoFields(json: string): void;
  /** Lines that another process of this service has finished, as they are and behind each other. */
  finishedLines(text: string): void;
}

/** Where lines go: a file descriptor, or whatever takes text. */
export type LogDestination = number | DestinationStream;

/**
 * A log whose finished lines are searched for tokens: whichever way one came in, it is cut before anything is written.
 * JSON lines, or lines for people where the destination is a terminal (`pretty` says otherwise).
 */
export function createLog(options: {
  level: LogLevel;
  pretty?: boolean;
  /** The number of this process among several, which each of its lines then tells. */
  worker?: number;
  destination: LogDestination;
}): Log {
  const { level, destination, worker } = options;
  const pretty = options.pretty ?? (typeof destination === 'number' && isatty(destination));
  const open = pretty ? openTerminal : openLogFile;
  const file = typeof destination === 'number' ? open(destination) : destination;
  // The line as it leaves: a scrubber of fields would miss messages, keys, stacks and whatever is added tomorrow.
  const finish = pretty ? (line: string) => redactTokens(terminalLine(line)) : redactTokens;
  const log = pino(
    {
      level,
      base: worker === undefined ? null : { worker },
      timestamp: timeField,
      formatters: { level: (label) => ({ level: label }) },
      serializers,
      hooks: { streamWrite: finish },
    },
    file,
  );
  const whose = worker === undefined ? '' : `,"worker":${worker}`;
  return Object.assign(log, {
    infoFields(json: string) {
      if (log.isLevelEnabled('info')) file.write(finish(`{"level":"info"${timeField()}${whose}${json}}\n`));
    },
    finishedLines(text: string) {
      file.write(text);
    },
  });
}

const withheld = () => '[not logged]';

/** Headers carry credentials, and bodies carry secrets that are no tokens of ours: passed whole, they are left out. */
const serializers = {
  err: describeError,
  error: describeError,
  req: withheld,
  request: withheld,
  res: withheld,
  response: withheld,
  headers: withheld,
  body: withheld,
};

let writtenMs = 0;
let written = '';

/** `,"time":"2026-11-20T09:30:00.000Z"`, formatted once a millisecond. */
function timeField(): string {
  const now = Date.now();
  if (now !== writtenMs) {
    writtenMs = now;
    written = `,"time":"${new Date(now).toISOString()}"`;
  }
  return written;
}
