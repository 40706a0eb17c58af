import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Bench, Figure } from './Bench.ts';
import { answer } from './main.ts';

const never = new AbortController().signal;

function benchOf(figures: readonly Figure[], name = 'sample'): Bench {
  return { name, shows: `what ${name} shows`, measure: async () => figures };
}

async function run(
  argv: readonly string[],
  known: readonly Bench[],
  { busy = 0, interrupted = never, terminal = false } = {},
) {
  const out: string[] = [];
  const err: string[] = [];
  const output = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    errIsTerminal: terminal,
  };
  const code = await answer(argv, output, { known, interrupted, busyShare: async () => busy });
  return { code, out: out.join(''), err: err.join('') };
}

const keeps: Figure = { name: 'ratio', value: 0.8, unit: '', bound: { atLeast: 0.8 } };
const fails: Figure = { name: 'slowest answer', value: 1234.5678, unit: ' ms', bound: { atMost: 1000 } };
const free: Figure = { name: 'creations', value: 96.04, unit: '/s' };

describe('npm run bench', () => {
  it('lists what there is, each with what it shows', async () => {
    const known = [benchOf([], 'create'), benchOf([], 'verify-cold')];
    const list = 'create       what create shows\nverify-cold  what verify-cold shows\n';
    expect(await run(['help'], known)).toEqual({ code: 0, out: list, err: '' });
    const unknown = { code: 2, out: '', err: `There is no benchmark "creat". There are:\n\n${list}` };
    expect(await run(['creat'], known)).toEqual(unknown);
    for (const wrong of [[], ['create', 'verify-cold'], ['create', '--fast']]) {
      const { code, out, err } = await run(wrong, known);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/^Usage: .*\n\ncreate /);
    }
  });

  it('ends with one line for each figure, and with 0 when every bound holds', async () => {
    const out = 'creations  96/s\nratio       0.8  at least 0.8  holds\n';
    expect(await run(['sample'], [benchOf([free, keeps])])).toEqual({ code: 0, out, err: '' });
  });

  it('ends with 1 when one figure falls short, and says which', async () => {
    const out =
      'ratio                0.8  at least 0.8   holds\nslowest answer  1,235 ms  at most 1,000  falls short\n';
    const { code, out: said } = await run(['sample'], [benchOf([keeps, fails])]);
    expect({ code, said }).toEqual({ code: 1, said: out });
  });

  it('shows what falls short by a hair as less than its bound, and what is over as more', async () => {
    const short = { ...keeps, value: 0.79999 };
    const over = { ...fails, name: 'p99', value: 1000.0001, bound: { atMost: 1000 } };
    const { out } = await run(['sample'], [benchOf([short, over])]);
    expect(out).toBe('ratio     0.799  at least 0.8   falls short\np99    1,001 ms  at most 1,000  falls short\n');
  });

  it('takes a measurement that is no number for one that falls short', async () => {
    const { code } = await run(['sample'], [benchOf([{ ...fails, value: Number.NaN }])]);
    expect(code).toBe(1);
  });

  it('prints one object with --json, and judges it all the same', async () => {
    const { code, out } = await run(['sample', '--json'], [benchOf([free, fails])]);
    expect(code).toBe(1);
    const { date, ...report } = JSON.parse(out);
    expect(new Date(date).toISOString()).toBe(date);
    expect(report).toEqual({
      bench: 'sample',
      node: process.version,
      cpus: availableParallelism(),
      rounds: 3,
      figures: [
        { ...free, bound: null, holds: null },
        { ...fails, holds: false },
      ],
    });
  });

  it('tells what it does in lines, and on a terminal in one that is written anew', async () => {
    const bench: Bench = {
      ...benchOf([]),
      async measure({ progress }) {
        progress('one');
        progress('two');
        return [keeps];
      },
    };
    expect((await run(['sample'], [bench])).err).toBe('sample: one\nsample: two\n');
    const { err } = await run(['sample'], [bench], { terminal: true });
    expect(err).toBe('\r\u001b[Ksample: one\r\u001b[Ksample: two\r\u001b[K');
  });

  it('warns of a machine that is busy with something else', async () => {
    const { err } = await run(['sample'], [benchOf([keeps])], { busy: 0.634 });
    expect(err).toBe('sample: other work has 63 % of this machine; these figures will not be its own.\n');
  });

  it('leaves no folder behind, however a run ends', async () => {
    const folders: string[] = [];
    const interruption = new AbortController();
    const bench = (end: () => void): Bench => ({
      ...benchOf([]),
      async measure({ folder, signal }) {
        folders.push(folder);
        expect(existsSync(folder)).toBe(true);
        end();
        signal.throwIfAborted();
        return [keeps];
      },
    });
    expect((await run(['sample'], [bench(() => {})])).code).toBe(0);
    const broken = bench(() => {
      throw new Error('broken');
    });
    const { code, out, err } = await run(['sample'], [broken]);
    expect({ code, out, err: err.split('\n')[0] }).toEqual({ code: 1, out: '', err: 'Error: broken' });
    const stopped = run(['sample'], [bench(() => interruption.abort())], { interrupted: interruption.signal });
    expect(await stopped).toEqual({ code: 130, out: '', err: 'Interrupted.\n' });
    expect(folders.map((folder) => existsSync(folder))).toEqual([false, false, false]);
  });
});
