import type { Exit } from '../exits.ts';
import { printable, printableJson, printableLines } from '../printable.ts';
import type { Streams } from '../Streams.ts';
import { type GraphAnswer, type GraphError, isRecord } from './askGraph.ts';
import { valueAt } from './pick.ts';
import { rawLines, showData } from './showData.ts';

/** How an answer is to be told. */
export type Telling = {
  /** The operation's name: the one key of the answer's data. */
  readonly name: string;
  /** The steps below it, where one value is wanted. */
  readonly steps: readonly string[] | undefined;
  readonly json: boolean;
  readonly showsSecret: boolean;
};

/** Writes what a service answered, and says whether it did what it was asked. */
export function tellAnswer(answer: GraphAnswer, telling: Telling, streams: Streams): Exit {
  const { data, errors } = answer;
  const { name, steps, json, showsSecret } = telling;
  const { out, err } = streams;
  const value = data?.[name] ?? null;
  const userErrors = isRecord(value) && Array.isArray(value.userErrors) ? value.userErrors.filter(isRecord) : [];
  for (const line of [...errors.map(errorLine), ...userErrors.map(userErrorLine)])
    err.write(`${err.style('red', printable(line))}\n`);
  const failed = errors.length > 0 || userErrors.length > 0;

  if (steps !== undefined) {
    if (failed) return exitOfErrors(errors);
    if (!tellPicked(valueAt(value, steps), telling, streams)) return 1;
  } else if (json) {
    if (data !== null) out.write(`${printableJson(data, 2)}\n`);
  } else if (!failed) {
    out.write(showData(withoutUserErrors(value), name, out.style));
  }
  if (showsSecret && out.isTerminal) err.write('Shown this once.\n');
  return failed ? exitOfErrors(errors) : 0;
}

/** False where there is nothing to print. */
function tellPicked(value: unknown, { name, steps = [], json }: Telling, { out, err }: Streams): boolean {
  if (value === null) {
    if (json) out.write('null\n');
    err.write(`${printable([name, ...steps].join('.'))} is null.\n`);
    return false;
  }
  const text = json ? `${printableJson(value, 2)}\n` : rawLines(value);
  // A script gets every byte as it is; a terminal would obey some of them.
  out.write(out.isTerminal ? printableLines(text) : text);
  return true;
}

function exitOfErrors(errors: readonly GraphError[]): Exit {
  return errors.some(({ code }) => code === 'UNAVAILABLE') ? 3 : 1;
}

/** `UNAUTHENTICATED at viewer: This needs a key. (request 0199…)` */
function errorLine({ code, message, path, requestId }: GraphError): string {
  const request = requestId === undefined ? '' : ` (request ${requestId})`;
  return `${code ?? 'ERROR'}${at(path)}: ${message}${request}`;
}

/** `NAME_TAKEN at input.name: Another key of this tenant has this name.` */
function userErrorLine({ code, message, path }: Readonly<Record<string, unknown>>): string {
  return `${String(code)}${at(Array.isArray(path) ? path : [])}: ${String(message)}`;
}

function at(path: readonly unknown[]): string {
  return path.length === 0 ? '' : ` at ${path.join('.')}`;
}

/** They are empty here, and would only make a success look like a question. */
function withoutUserErrors(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { userErrors: _, ...rest } = value;
  return rest;
}
