import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Bench } from './Bench.ts';
import { busyShare } from './busyShare.ts';
import { create } from './create.ts';
import { list } from './list.ts';
import { keepsPromises, reportLines } from './report.ts';
import { revocation } from './revocation.ts';
import { runBench } from './run.ts';
import { verify } from './verify.ts';

/** Every benchmark there is. */
const benches: readonly Bench[] = [create, list, verify, revocation];

/** A run that takes longer than this is stuck, or the machine too busy for its figures to mean anything. */
const secondsMax = { full: 900, quick: 50 } as const;
/** Beyond this share of the cores, the work of others is in the figures. */
const busyShareMax = 0.1;

/** Where a command line is answered: what it came to, and what is said meanwhile. */
export type BenchOutput = {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly errIsTerminal: boolean;
};

/** What there is to run, and on what machine. */
export type Surroundings = {
  readonly known: readonly Bench[];
  readonly interrupted: AbortSignal;
  readonly busyShare: () => Promise<number>;
};

/** Runs one command line to its exit code: 0 when every figure holds, 1 when one falls short, 2 for a wrong command line. */
export async function answer(
  argv: readonly string[],
  output: BenchOutput,
  surroundings: Surroundings,
): Promise<number> {
  const { known } = surroundings;
  const wanted = parse(argv);
  if (wanted === undefined) {
    output.err(`Usage: npm run bench NAME [-- --quick] [-- --json]\n\n${listOf(known)}`);
    return 2;
  }
  if (wanted.name === 'help') {
    output.out(listOf(known));
    return 0;
  }
  const bench = known.find(({ name }) => name === wanted.name);
  if (bench === undefined) {
    output.err(`There is no benchmark "${wanted.name}". There are:\n\n${listOf(known)}`);
    return 2;
  }
  return measure(bench, wanted, output, surroundings);
}

type Wanted = { readonly name: string; readonly quick: boolean; readonly json: boolean };

function parse(argv: readonly string[]): Wanted | undefined {
  const options = { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    const [name, ...more] = positionals;
    return name === undefined || more.length > 0 ? undefined : { name, ...values };
  } catch {
    return undefined;
  }
}

async function measure(
  bench: Bench,
  { quick, json }: Wanted,
  output: BenchOutput,
  { interrupted, busyShare }: Surroundings,
): Promise<number> {
  const seconds = quick ? secondsMax.quick : secondsMax.full;
  const timeUp = AbortSignal.timeout(seconds * 1000);
  const signal = AbortSignal.any([interrupted, timeUp]);
  const progress = progressOn(output, bench.name);
  try {
    const busy = await busyShare();
    if (busy > busyShareMax) {
      output.err(
        `${bench.name}: other work has ${Math.round(busy * 100)} % of this machine; these figures will not be its own.\n`,
      );
    }
    const report = await runBench(bench, { quick, signal, progress: progress.tell });
    progress.end();
    output.out(json ? `${JSON.stringify(report)}\n` : `${reportLines(report).join('\n')}\n`);
    return keepsPromises(report) ? 0 : 1;
  } catch (error) {
    progress.end();
    if (interrupted.aborted) output.err('Interrupted.\n');
    else if (timeUp.aborted) output.err(`Not done after ${seconds} seconds.\n`);
    else output.err(`${stacks(error).join('\n')}\n`);
    return interrupted.aborted ? 130 : 1;
  }
}

/** What went wrong, and what went wrong after that: a service that ends takes its connections along. */
function stacks(error: unknown): string[] {
  if (error instanceof SuppressedError) return [...stacks(error.suppressed), ...stacks(error.error)];
  return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
}

function listOf(known: readonly Bench[]): string {
  const width = Math.max(...known.map(({ name }) => name.length));
  return known.map(({ name, shows }) => `${name.padEnd(width)}  ${shows}\n`).join('');
}

/** One line that is written anew on a terminal, a line for each step elsewhere. */
function progressOn({ err, errIsTerminal }: BenchOutput, name: string) {
  const anew = '\r\u001b[K';
  return {
    tell: (doing: string) => err(errIsTerminal ? `${anew}${name}: ${doing}` : `${name}: ${doing}\n`),
    end: () => (errIsTerminal ? err(anew) : undefined),
  };
}

async function main(): Promise<void> {
  const { argv, stdout, stderr } = process;
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort());
  // A reader that has seen enough, such as `head`, must not keep us from tidying up.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  const output: BenchOutput = {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    errIsTerminal: stderr.isTTY === true,
  };
  process.exitCode = await answer(argv.slice(2), output, {
    known: benches,
    interrupted: interruption.signal,
    busyShare,
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
