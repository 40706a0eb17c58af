import { limits } from '../lib/limits.ts';

/** The name that somebody who typed `word` most likely meant; undefined where none is near. */
export function closest(word: string, names: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  // A third of the letters may be wrong: beyond that a suggestion is a guess, and misleads.
  let distanceMax = Math.min(limits.suggestionEditsMax, Math.floor(typed.length / 3));
  let best: string | undefined;
  for (const name of names) {
    const distance = edits(typed, name.toLowerCase());
    if (distance > distanceMax || (distance === distanceMax && best !== undefined)) continue;
    best = name;
    distanceMax = distance;
  }
  return best;
}

/** ` Did you mean name?`, or nothing: ready to follow a sentence. */
export function didYouMean(word: string, names: readonly string[]): string {
  const name = closest(word, names);
  return name === undefined ? '' : ` Did you mean ${name}?`;
}

/** How many letters have to be put in, taken out, replaced or swapped with their neighbour. */
function edits(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let least = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped && row > 1 && column > 1) least = Math.min(least, at(beforeLast, column - 2) + 1);
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
