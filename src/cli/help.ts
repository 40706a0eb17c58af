import { type Argument, type Command, optionsOf } from './command.ts';
import { exitMeanings } from './exits.ts';
import type { Output } from './Streams.ts';

/** A command as the list of all knows it: its module is loaded only when it is needed. */
export type Entry = { readonly summary: string; load(): Promise<Command> };
export type CommandTable = Readonly<Record<string, Entry>>;

/** The help of the whole program, or of the commands that begin with one word. */
export function overview(table: CommandTable, style: Output['style'], group?: string): string {
  const names = Object.keys(table).filter((name) => group === undefined || name.startsWith(`${group} `));
  return [
    style('bold', 'Usage: npx keywright COMMAND [ARGUMENT …] [--OPTION …]'),
    '',
    ...columns(names.map((name) => [name, table[name]?.summary ?? ''])),
    '',
    '"npx keywright COMMAND --help" tells more of one; --version prints the version.',
    '',
    ...exitLines(style),
    '',
  ].join('\n');
}

/** The help of one command. */
export function commandHelp(command: Command, style: Output['style']): string {
  const options = Object.entries(optionsOf(command));
  const shown = options.map(([name, { value, description }]) => [optionText(name, value), description] as const);
  const usage = [`npx keywright ${command.name}`, ...command.args.map(argumentText), '[--OPTION …]'].join(' ');
  return [
    style('bold', `Usage: ${usage}`),
    '',
    command.description,
    '',
    style('bold', 'Options'),
    ...columns(shown),
    '',
    style('bold', 'Examples'),
    ...command.examples.map((example) => `  ${example}`),
    '',
    ...exitLines(style),
    '',
  ].join('\n');
}

/** Two columns, indented: the second begins where the longest of the first ends. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd());
}

function exitLines(style: Output['style']): string[] {
  return [style('bold', 'Exit codes'), ...columns(Object.entries(exitMeanings))];
}

function optionText(name: string, value: string | undefined): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function argumentText({ name, required, several }: Argument): string {
  const text = several === true ? `${name} …` : name;
  return required ? text : `[${text}]`;
}
