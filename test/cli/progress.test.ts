import { expect, test } from 'vitest';
import { progressLine, progressOn } from '../../src/cli/progress.ts';
import { limits } from '../../src/lib/limits.ts';

/** What is written at each of these moments, when 1,000 more of 10,000 are done at each. */
function toldAt(moments: readonly number[], isTerminal: boolean): string[] {
  const written: string[] = [];
  let now = 0;
  const output = {
    isTerminal,
    write: (text: string) => void written.push(text),
    style: (_: string, text: string) => text,
  };
  const progress = progressOn(output, () => now);
  for (const [at, moment] of moments.entries()) {
    now = moment;
    progress.tell((at + 1) * 1_000, 10_000);
  }
  progress.end();
  return written;
}

test('a line says how far it is, how fast it goes and what is left', () => {
  expect(progressLine({ done: 50_000, total: 200_000, seconds: 2 })).toBe(
    '50,000 of 200,000 (25 %), 25,000/s, 6 s left',
  );
  expect(progressLine({ done: 199_999, total: 200_000, seconds: 8 })).toBe(
    '199,999 of 200,000 (99 %), 25,000/s, 0 s left',
  );
  expect(progressLine({ done: 0, total: 10, seconds: 1 })).toBe('0 of 10 (0 %), 0/s');
  expect(progressLine({ done: 0, total: 0, seconds: 0 })).toBe('0 of 0 (100 %), 0/s');
  // More came in than were counted at the beginning.
  expect(progressLine({ done: 12, total: 10, seconds: 1 })).toBe('12 of 10 (100 %), 12/s, 0 s left');
});

test('on a terminal it is one line, written anew some times a second, and gone at the end', () => {
  const every = limits.progressTerminalMs;
  expect(toldAt([every - 1, every, every + 1, 2 * every], true)).toEqual([
    '\r\u001b[K2,000 of 10,000 (20 %), 10,000/s, 1 s left',
    '\r\u001b[K4,000 of 10,000 (40 %), 10,000/s, 1 s left',
    '\r\u001b[K',
  ]);
});

test('elsewhere it is a line of its own every few seconds, and nothing that a terminal obeys', () => {
  const every = limits.progressLineMs;
  expect(toldAt([limits.progressTerminalMs, every, every + 1, 2 * every], false)).toEqual([
    '2,000 of 10,000 (20 %), 400/s, 20 s left\n',
    '4,000 of 10,000 (40 %), 400/s, 15 s left\n',
  ]);
});
