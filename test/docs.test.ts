import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { typeDefs } from '../src/graphql/createGraph.ts';
import { createMetrics } from '../src/http/metrics.ts';
import { markdownTable } from './support/markdownTable.ts';

const root = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Folders that hold pages of others, or what a run leaves behind. */
const passedOver = new Set(['node_modules', '.git', '.keywright', 'coverage']);

function pagesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return passedOver.has(entry.name) ? [] : pagesIn(path);
    return entry.name.endsWith('.md') ? [relative(root, path)] : [];
  });
}
const pages = pagesIn(root).sort();

/** A page without its blocks of code: those show what is run and what is only an example. */
const proseOf = (page: string) => read(page).replace(/^ *```[\s\S]*?^ *```$/gm, '');

/** All matches in all pages, as `page: match`, of which a test wants none left. */
function inPages(
  text: (page: string) => string,
  pattern: RegExp,
  isFault: (found: string, page: string) => boolean,
): string[] {
  return pages.flatMap((page) =>
    [...text(page).matchAll(pattern)]
      .map(([, found = '']) => found)
      .filter((found) => isFault(found, page))
      .map((found) => `${page}: ${found}`),
  );
}

/** The anchors of a page's headings, as its readers' sites make them. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isBrokenLink(link: string, page: string): boolean {
  if (/^(?:https?|mailto):/.test(link)) return false;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(root, resolve(root, dirname(page), path));
  if (!existsSync(join(root, target))) return true;
  return anchor !== undefined && !(target.endsWith('.md') && anchorsOf(target).includes(anchor));
}

/** What the migrations make, by kind: the names in their `CREATE` statements, and those of foreign keys. */
function madeByMigrations(): string[] {
  const folder = join(root, 'migrations');
  const sql = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const created = sql.matchAll(/^CREATE (?:UNIQUE )?(?:TABLE|INDEX|VIEW|FUNCTION) ([a-z0-9_.]+)/gm);
  const constraints = sql.matchAll(/CONSTRAINT ((?:fk|uq)_[a-z_]+)/g);
  const roles = sql.match(/FOREACH role_name IN ARRAY ARRAY\[([^\]]+)\]/)?.[1]?.matchAll(/'(\w+)'/g) ?? [];
  return [...created, ...constraints, ...roles].map(([, name = '']) => name);
}

describe('the pages', () => {
  it('are there, and every relative link in them leads to a file and a heading', () => {
    expect(pages).toEqual(
      expect.arrayContaining(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'SECURITY.md', 'docs/storage.md']),
    );
    expect(inPages(proseOf, /\[[^\]]*\]\(<?([^)\s>]+)>?\)/g, isBrokenLink)).toEqual([]);
  });

  it('name no file that is not there', () => {
    const isMissing = (path: string) => !existsSync(join(root, path));
    const path = /`((?:src|test|migrations|docs|deploy|\.ci)\/[\w./-]+|[A-Z]+\.md)`/g;
    // A name in capitals is to be filled in by the reader.
    expect(inPages(proseOf, path, (found) => !/NNNN/.test(found) && isMissing(found))).toEqual([]);
  });

  it('name no npm script that is not there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(inPages(read, /npm run (?:-\S+ )*([\w:-]+)/g, (script) => !(script in scripts))).toEqual([]);
  });

  it('name no command and no operation that is not there', () => {
    const help = execFileSync(process.execPath, [join(root, 'src/cli/main.ts'), '--help'], { encoding: 'utf8' });
    const commands = [...help.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}\S/gm)].map(([, name = '']) => name);
    expect(commands).toContain('keyring init');
    const isUnknown = (words: string) => !commands.some((name) => `${words} `.startsWith(`${name} `));
    expect(inPages(read, /npx keywright ([a-z]+(?: [a-z]+)?)/g, isUnknown)).toEqual([]);

    const schema = buildSchema(typeDefs);
    const operations = { ...schema.getQueryType()?.getFields(), ...schema.getMutationType()?.getFields() };
    expect(inPages(read, /npx keywright call ([a-z]\w+)/g, (operation) => !(operation in operations))).toEqual([]);
  });

  it('storage.md describes every table, index, reference, view, function and role of the migrations', () => {
    const page = proseOf('docs/storage.md');
    const names = madeByMigrations();
    expect(names).toEqual(
      expect.arrayContaining(['api_keys', 'ux_tenants_slug', 'fk_users_tenant', 'vw_api_keys', 'keywright_app']),
    );
    expect(names.filter((name) => !new RegExp(`\`${name}[\`(]`).test(page))).toEqual([]);
  });

  it('operating.md has every metric of ours with its type and labels, and no other', async () => {
    const metrics = createMetrics({
      pools: { main: () => ({ total: 1, idle: 1, waiting: 0 }) },
      argon2: { create: () => ({ running: 0, waiting: 0 }) },
      caches: { keys: () => 0 },
      lease: () => ({ alive: true, acked: 0 }),
      uses: () => ({ waiting: 0, written: 0, dropped: 0 }),
    });
    metrics.httpRequest('/graphql', 'POST', 200, 0.001);
    metrics.graphqlOperation({ fields: ['viewer'], label: 'viewer', outcome: 'ok' }, 0.001);
    const { body } = await metrics.text();
    const shown = [...body.matchAll(/^# TYPE (keywright_\w+) (\w+)$/gm)].map(([, name = '', type = '']) => {
      const series = new RegExp(`^${name}(?:_count)?\\{(.*)\\}`, 'm').exec(body)?.[1] ?? '';
      const labels = [...series.matchAll(/(\w+)="/g)].map(([, label]) => label);
      return [name, type, labels.join(', ')];
    });
    const documented = markdownTable('docs/operating.md', '### Metrics').map((row) =>
      row.slice(0, 3).map((cell) => cell.replaceAll('`', '')),
    );
    expect(documented.sort()).toEqual(shown.sort());
  });

  it('the record of dependencies has each of them, with its version', () => {
    const { dependencies, optionalDependencies, devDependencies, overrides } = JSON.parse(read('package.json'));
    const page = read('docs/decisions/0007-dependencies.md');
    const lines = page.split('\n');
    const isRecorded = ([name, version]: [string, string]) =>
      lines.some((line) => {
        const names = [...line.matchAll(/`([^`]+)`/g)].map(([, named = '']) => named);
        const isNamed = names.some(
          (named) => named === name || (named.endsWith('*') && name.startsWith(named.slice(0, -1))),
        );
        return isNamed && line.includes(` ${version}`);
      });
    const all = Object.entries<string>({ ...dependencies, ...optionalDependencies, ...devDependencies, ...overrides });
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter((entry) => !isRecorded(entry))).toEqual([]);
  });
});
