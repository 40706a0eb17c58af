import { readFileSync } from 'node:fs';

/** The rows of the first table under a heading of a page, each as its cells without back-ticks around the whole cell. */
export function markdownTable(page: string, heading: string): string[][] {
  const lines = readFileSync(page, 'utf8').split('\n');
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`${page} has no heading "${heading}".`);
  const first = lines.findIndex((line, index) => index > start && line.startsWith('|'));
  const rows: string[][] = [];
  for (let index = first; index !== -1 && lines[index]?.startsWith('|'); index += 1) {
    const cells = lines[index]?.split('|').slice(1, -1) ?? [];
    rows.push(cells.map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')));
  }
  // The first row is the header and the second the rule below it.
  return rows.slice(2);
}
