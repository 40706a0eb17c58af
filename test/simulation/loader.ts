import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { guards } from './guards.ts';

const src = new URL('../../src/', import.meta.url).href;

/** Loads, for `?without=<number>`, a copy of our code of its own, without that guard. */
export function installLoader(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const query = context.parentURL?.split('?')[1];
      const isCopied = query !== undefined && /src\/(verification|store)\//.test(found.url) && !found.url.includes('?');
      // Entities are known to the ORM once.
      return isCopied && !found.url.includes('/entities/') ? { ...found, url: `${found.url}?${query}` } : found;
    },
    load(url, context, next) {
      const [file = '', query] = url.split('?');
      const path = file.startsWith(src) ? file.slice(src.length) : '';
      const guard = query === undefined ? undefined : guards[Number(query.split('=')[1])];
      const edits = guard === undefined ? [] : guard.edits.filter(([where]) => where === path);
      if (edits.length === 0) return next(url, context);
      let source = readFileSync(new URL(file), 'utf8');
      for (const [, text, instead] of edits) source = edited(source, text, instead, path);
      return { format: 'module-typescript', source, shortCircuit: true };
    },
  });
}

function edited(source: string, text: string, instead: string, path: string): string {
  const parts = source.split(text);
  if (parts.length !== 2) throw new Error(`${path} has ${parts.length - 1} times, and not once: ${text}`);
  return parts.join(instead);
}
