import { assert } from '../lib/assert.ts';

/** A piece of SQL: its text between the places of its values, which never become text. */
export type Sql = { readonly texts: readonly string[]; readonly values: readonly unknown[] };

/** SQL as `pg` takes it. */
export type Statement = { readonly text: string; readonly values: unknown[] };

/** A piece of SQL from a template: what stands in `${…}` is a value, or another piece, which is put in its place. */
export function sql(texts: TemplateStringsArray, ...parts: readonly unknown[]): Sql {
  const out: string[] = [texts[0] ?? ''];
  const values: unknown[] = [];
  for (const [index, part] of parts.entries()) {
    const following = texts[index + 1] ?? '';
    if (isSql(part)) {
      appendTo(out, part.texts[0] ?? '');
      out.push(...part.texts.slice(1));
      values.push(...part.values);
      appendTo(out, following);
    } else {
      values.push(part);
      out.push(following);
    }
  }
  return { texts: out, values };
}

/** A whole number as text of the statement, where the planner has to know it: a limit decides which index is right. */
export function literal(value: number): Sql {
  assert(Number.isSafeInteger(value) && value >= 0, 'a literal is a whole number');
  return { texts: [String(value)], values: [] };
}

/** Pieces one after the other, with a piece between each two. */
export function join(pieces: readonly Sql[], between: Sql): Sql {
  return pieces.reduce((all, piece, index) => (index === 0 ? piece : sql`${all}${between}${piece}`), sql``);
}

/** The statement that a piece is. */
export function toStatement({ texts, values }: Sql): Statement {
  return { text: texts.reduce((text, next, index) => `${text}$${index}${next}`), values: [...values] };
}

function isSql(part: unknown): part is Sql {
  return typeof part === 'object' && part !== null && 'texts' in part && 'values' in part;
}

function appendTo(out: string[], text: string): void {
  out[out.length - 1] += text;
}
