import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';

/** Where a command writes to, and whether a person reads it there. */
export type Output = {
  readonly isTerminal: boolean;
  write(text: string): void;
  /** The text as it stands, or coloured where colours are wanted. */
  style(kind: 'bold' | 'dim' | 'red', text: string): string;
};

/** A command's three streams. */
export type Streams = {
  readonly out: Output;
  readonly err: Output;
  readonly inputIsTerminal: boolean;
  /** Everything on stdin, to its end. */
  readInput(): Promise<string>;
};

type Env = Readonly<Record<string, string | undefined>>;

/** The streams of this process. */
export function processStreams({ stdin, stdout, stderr, env }: NodeJS.Process): Streams {
  // A reader that has seen enough, such as `head`, has done nothing wrong, and nobody is left to be told.
  stdout.on('error', quietly);
  stderr.on('error', quietly);
  return {
    out: outputOf(stdout, env),
    err: outputOf(stderr, env),
    inputIsTerminal: stdin.isTTY === true,
    readInput: () => text(stdin),
  };
}

function quietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

function outputOf(stream: NodeJS.WriteStream, env: Env): Output {
  const isTerminal = stream.isTTY === true;
  const coloured = isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
  return {
    isTerminal,
    write: (words) => void stream.write(words),
    style: (kind, words) => (coloured ? styleText(kind, words, { validateStream: false }) : words),
  };
}
