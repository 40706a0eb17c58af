import { readFile } from 'node:fs/promises';
import { errorCode } from '../../store/errorCode.ts';
import { UsageError } from '../exits.ts';

/** One `key=value`, with its value read from wherever it is. */
export type Pair = {
  readonly path: readonly string[];
  readonly text: string;
  /** Whether the text is JSON as it stands (`key:=value`). */
  readonly raw: boolean;
  /** Where the text was read from, if not from the command line: then no message repeats it. */
  readonly source: string | undefined;
};

/** What a value can be read from. */
export type Sources = { readonly env: Readonly<Record<string, string | undefined>>; readInput(): Promise<string> };

/** Reads the arguments of a call: `key=text`, `key=@file`, `key=env:NAME`, `key=-` and `key:=json`. */
export async function readPairs(args: readonly string[], sources: Sources): Promise<Pair[]> {
  const halves = args.map(split);
  if (halves.filter(({ value, raw }) => !raw && value === '-').length > 1) {
    throw new UsageError('Only one value can be read from stdin ("-").');
  }
  const pairs: Pair[] = [];
  for (const { path, value, raw } of halves) {
    const read = raw ? { text: value, source: undefined } : await readValue(value, sources);
    pairs.push({ path, raw, ...read });
  }
  return pairs;
}

function split(arg: string, index: number): { path: readonly string[]; value: string; raw: boolean } {
  const at = arg.indexOf('=');
  // What has no "=" may be a secret that its author forgot to name: it is not repeated.
  if (at === -1) throw new UsageError(`Argument ${index + 1} behind the operation is not key=value.`);
  const raw = arg[at - 1] === ':';
  const path = arg.slice(0, raw ? at - 1 : at).split('.');
  if (path.includes(''))
    throw new UsageError(`Argument ${index + 1} behind the operation is not key=value: its key is empty.`);
  return { path, value: arg.slice(at + 1), raw };
}

async function readValue(value: string, { env, readInput }: Sources): Promise<Pick<Pair, 'text' | 'source'>> {
  if (value === '-') return { text: withoutLineEnd(await readInput()), source: 'stdin' };
  if (value.startsWith('@'))
    return { text: withoutLineEnd(await readText(value.slice(1))), source: `the file ${value.slice(1)}` };
  if (!value.startsWith('env:')) return { text: value, source: undefined };
  const name = value.slice('env:'.length);
  const text = env[name];
  if (text === undefined) throw new UsageError(`The environment variable "${name}" is not set.`);
  return { text, source: `the environment variable ${name}` };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `The file "${path}" cannot be read (${errorCode(error)}). A text that begins with @ is given as JSON: key:='"@…"'`,
    );
  }
}

/** Editors and echo end a text with a line break that nobody means. */
function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}
