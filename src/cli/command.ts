import { parseArgs } from 'node:util';
import { didYouMean } from './closest.ts';
import { type Exit, UsageError } from './exits.ts';
import type { Streams } from './Streams.ts';

/** An option of a command: a flag, or one that takes a value, named as the help shows it. */
export type Option = { readonly description: string; readonly value?: string };
export type Options = Readonly<Record<string, Option>>;

/** The options as given: what takes a value has a text or is undefined, a flag is true or false. */
export type OptionValues<O extends Options> = string extends keyof O
  ? Readonly<Record<string, string | boolean | undefined>>
  : { readonly [Name in keyof O]: O[Name] extends { readonly value: string } ? string | undefined : boolean };

/** An argument of a command; `several`: this one and all that follow. */
export type Argument = { readonly name: string; readonly required: boolean; readonly several?: boolean };

export type Command<O extends Options = Options> = {
  readonly name: string;
  /** What it does, in lines for the help. */
  readonly description: string;
  readonly args: readonly Argument[];
  readonly options: O;
  readonly examples: readonly string[];
  run(given: { readonly args: readonly string[]; readonly options: OptionValues<O> }, streams: Streams): Promise<Exit>;
};

/** A command whose options are typed as it declares them. */
export function defineCommand<const O extends Options>(command: Command<O>): Command<O> {
  return command;
}

/** Every command whose result can be data has this one. */
export const jsonOption = { json: { description: 'Print one JSON object, and nothing else, on stdout.' } } as const;

const helpOption: Options = { help: { description: 'Print this help.' } };

/** Every option that a command takes, its own and those of all. */
export function optionsOf(command: Command): Options {
  return { ...command.options, ...helpOption };
}

/** A command line as its command takes it, or 'help' where that was asked for. */
export function parseCommandLine(command: Command, argv: readonly string[]): Parameters<Command['run']>[0] | 'help' {
  const known = optionsOf(command);
  const kinds = Object.entries(known).map(([name, option]) => [name, { type: kindOf(option) }] as const);
  // Not strict: its messages name no command and suggest nothing.
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...Object.fromEntries(kinds), help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  });
  const args: string[] = [];
  const given: Record<string, string | boolean> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind !== 'option') continue;
    if (token.name === 'help') return 'help';
    if (Object.hasOwn(given, token.name)) throw new UsageError(`${token.rawName} is given twice.`);
    given[token.name] = optionValue(token, known);
  }
  refuseArgs(command, args);
  const options = Object.entries(known).map(([name, option]) => [name, given[name] ?? absent(option)] as const);
  return { args, options: Object.fromEntries(options) };
}

type OptionToken = {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
};

function optionValue({ name, rawName, value, inlineValue }: OptionToken, known: Options): string | boolean {
  const option = Object.hasOwn(known, name) ? known[name] : undefined;
  if (option === undefined) {
    throw new UsageError(
      `There is no option ${rawName}.${didYouMean(
        rawName,
        Object.keys(known).map((each) => `--${each}`),
      )}`,
    );
  }
  if (option.value === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value.`);
    return true;
  }
  if (value === undefined || value === '') throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value}`);
  // `--out --json` is a forgotten file name rather than a file of that name.
  if (inlineValue === false && value.startsWith('-')) {
    throw new UsageError(`${rawName} needs a value. If it begins with a hyphen, write ${rawName}=${value}`);
  }
  return value;
}

function refuseArgs({ args: wanted }: Command, args: readonly string[]): void {
  const missing = wanted[args.length];
  if (missing?.required === true) throw new UsageError(`${missing.name} is missing.`);
  const extra = wanted.at(-1)?.several === true ? undefined : args[wanted.length];
  if (extra !== undefined) throw new UsageError(`Nothing is known to do with "${extra}".`);
}

function kindOf(option: Option): 'string' | 'boolean' {
  return option.value === undefined ? 'boolean' : 'string';
}

function absent(option: Option): false | undefined {
  return option.value === undefined ? false : undefined;
}
