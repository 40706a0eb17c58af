import { limits } from './limits.ts';

/** A value as a message may repeat it: shortened, and with nothing in it that a terminal or a log would obey. */
export function quoted(value: unknown, charsMax: number = limits.quotedCharsMax): string {
  if (typeof value !== 'string') return nameOfKind(value);
  // Two units a character at most: cut first, so that a megabyte is never spread into an array.
  const chars = [...value.slice(0, 2 * charsMax + 2)];
  const shown = chars
    .slice(0, charsMax)
    .join('')
    .replace(/["\\]/g, '\\$&')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
  return chars.length > charsMax ? `"${shown}…"` : `"${shown}"`;
}

/** `U+202E`, as a message names a character that nobody could see. */
export function codePointName(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function escaped(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}

function nameOfKind(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
