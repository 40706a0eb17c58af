import { availableParallelism } from 'node:os';
import type { Bound, Figure } from './Bench.ts';

/** What a run came to, as `--json` prints it. */
export type Report = {
  readonly bench: string;
  readonly date: string;
  readonly node: string;
  readonly cpus: number;
  readonly rounds: number;
  readonly figures: readonly ReportedFigure[];
};

type ReportedFigure = Omit<Figure, 'bound'> & { readonly bound: Bound | null; readonly holds: boolean | null };

/** Judges each figure by its bound. */
export function reportOn(figures: readonly Figure[], of: { bench: string; rounds: number; now: Date }): Report {
  return {
    bench: of.bench,
    date: of.now.toISOString(),
    node: process.version,
    cpus: availableParallelism(),
    rounds: of.rounds,
    figures: figures.map(({ bound = null, ...figure }) => ({
      ...figure,
      bound,
      holds: bound === null ? null : holds(figure.value, bound),
    })),
  };
}

/** Whether no figure fell short of its bound. */
export function keepsPromises({ figures }: Report): boolean {
  return figures.every((figure) => figure.holds !== false);
}

/** One line for each figure, in columns: name, value, bound, and whether it holds. */
export function reportLines({ figures }: Report): string[] {
  const rows = figures.map(({ name, value, unit, bound, holds }) => ({
    name,
    value: `${shown(value, bound)}${unit}`,
    bound: bound === null ? '' : boundText(bound),
    verdict: holds === null ? '' : holds ? 'holds' : 'falls short',
  }));
  const width = (column: 'name' | 'value' | 'bound') => Math.max(...rows.map((row) => row[column].length));
  return rows.map(({ name, value, bound, verdict }) =>
    [name.padEnd(width('name')), value.padStart(width('value')), bound.padEnd(width('bound')), verdict]
      .join('  ')
      .trimEnd(),
  );
}

/** A measurement that is no number must not pass for one that holds: every comparison with it is false. */
function holds(value: number, bound: Bound): boolean {
  return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost;
}

function boundText(bound: Bound): string {
  return 'atLeast' in bound ? `at least ${shown(bound.atLeast)}` : `at most ${shown(bound.atMost)}`;
}

/** Three digits, which is more than a measurement repeats; whole numbers, which may be exact counts, in full. */
const digits = { maximumSignificantDigits: 3, maximumFractionDigits: 0, roundingPriority: 'morePrecision' } as const;
const nearest = new Intl.NumberFormat('en', digits);
const down = new Intl.NumberFormat('en', { ...digits, roundingMode: 'floor' });
const up = new Intl.NumberFormat('en', { ...digits, roundingMode: 'ceil' });

/** Rounded away from its bound, so that what falls short of 0.8 by a hair is not shown as 0.8. */
function shown(value: number, bound: Bound | null = null): string {
  if (bound === null) return nearest.format(value);
  return ('atLeast' in bound ? down : up).format(value);
}
