import { redactTokens } from '../crypto/token.ts';
import { didYouMean } from './closest.ts';
import { parseCommandLine } from './command.ts';
import { type Exit, exitOf, sentenceOf, UsageError } from './exits.ts';
import { type CommandTable, commandHelp, overview } from './help.ts';
import { printableJson, printableLines } from './printable.ts';
import type { Streams } from './Streams.ts';

/** What the program is made of. */
export type Program = { readonly table: CommandTable; readonly version: string; readonly streams: Streams };

/** Runs one command line to its exit code; whatever goes wrong is a sentence on stderr. */
export async function run(program: Program, argv: readonly string[]): Promise<Exit> {
  const { err } = program.streams;
  try {
    return await dispatch(program, argv);
  } catch (error) {
    // Errors of others may quote what they were given, and somebody will give a token where none belongs.
    const sentence = redactTokens(printableLines(sentenceOf(error)));
    err.write(`${err.style('red', sentence)}\n`);
    if (error instanceof UsageError) err.write(`${helpHint(program, argv)}\n`);
    return exitOf(error);
  }
}

async function dispatch({ table, version, streams }: Program, argv: readonly string[]): Promise<Exit> {
  const { out, err } = streams;
  const [first, ...rest] = argv;
  if (first === undefined) {
    err.write(overview(table, err.style));
    return 2;
  }
  if (first === '--version') {
    out.write(rest.includes('--json') ? `${printableJson({ version })}\n` : `${version}\n`);
    return 0;
  }
  if (isHelp(first) && rest.length === 0) {
    out.write(overview(table, out.style));
    return 0;
  }
  if (first === 'help') return dispatch({ table, version, streams }, [...rest, '--help']);

  const { name, args } = commandIn(table, argv);
  const entry = table[name];
  if (entry === undefined) {
    if (!args.some(isHelp))
      throw new UsageError(`"keywright ${name}" needs one of: ${groupOf(table, name).join(', ')}.`);
    out.write(overview(table, out.style, name));
    return 0;
  }
  const command = await entry.load();
  const given = parseCommandLine(command, args);
  if (given !== 'help') return command.run(given, streams);
  out.write(commandHelp(command, out.style));
  return 0;
}

/** The command's name, of one word or two, or a word with which several begin; and what follows it. */
function commandIn(table: CommandTable, argv: readonly string[]): { name: string; args: readonly string[] } {
  const [first = '', second = ''] = argv;
  const names = Object.keys(table);
  if (names.includes(`${first} ${second}`)) return { name: `${first} ${second}`, args: argv.slice(2) };
  if (names.includes(first)) return { name: first, args: argv.slice(1) };
  const group = groupOf(table, first);
  if (first.startsWith('-')) {
    throw new UsageError(`There is no option ${first} before a command.${didYouMean(first, ['--help', '--version'])}`);
  }
  if (group.length === 0) throw new UsageError(`There is no command "${first}".${didYouMean(first, names)}`);
  if (second !== '' && !second.startsWith('-')) {
    throw new UsageError(`There is no command "${first} ${second}".${didYouMean(`${first} ${second}`, names)}`);
  }
  return { name: first, args: argv.slice(1) };
}

/** The second words of the commands that begin with this one. */
function groupOf(table: CommandTable, first: string): string[] {
  return Object.keys(table).flatMap((name) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []));
}

function helpHint({ table }: Program, argv: readonly string[]): string {
  const known = Object.keys(table).find((name) => ` ${argv.join(' ')} `.startsWith(` ${name} `));
  return `See: npx keywright ${known === undefined ? '' : `${known} `}--help`;
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h' || word === 'help';
}
