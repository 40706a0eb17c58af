import { printable, printableJson } from '../printable.ts';
import type { Output } from '../Streams.ts';
import { isRecord } from './askGraph.ts';

/** An answer for a person: each path with its value, one to a line, aligned. Each path is one that `--pick` takes. */
export function showData(value: unknown, name: string, style: Output['style']): string {
  const lines = isRecord(value) || isListOfObjects(value) ? linesOf(value, []) : [[name, plain(value)] as const];
  const width = Math.max(0, ...lines.map(([path]) => path.length));
  return lines
    .map(([path, text]) => `${style('dim', path.padEnd(width))}  ${text}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

/** A picked value for a script: strings as they are, lists one item to a line. */
export function rawLines(value: unknown): string {
  const items = Array.isArray(value) ? value : [value];
  return items.map((item) => `${rawText(item)}\n`).join('');
}

function rawText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? printableJson(value) : String(value);
}

function linesOf(value: unknown, path: readonly string[]): (readonly [string, string])[] {
  if (isRecord(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([name, inner]) => linesOf(inner, [...path, name]));
  }
  if (isListOfObjects(value)) return value.flatMap((item, index) => linesOf(item, [...path, String(index)]));
  return [[printable(path.join('.')), plain(value)]];
}

function isListOfObjects(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null);
}

function plain(value: unknown): string {
  if (typeof value === 'string') return printable(value);
  if (!Array.isArray(value) || value.length === 0) return printableJson(value ?? null);
  return value.map(plain).join(', ');
}
