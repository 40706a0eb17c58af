import type { Answered, TestService } from './service.ts';

/** The arguments of a list. */
export type PageArguments = Record<string, unknown>;

/** A list as a test asks for it: which field, with which types of variables, and what of each row. */
export type Listed = { readonly field: string; readonly types: Readonly<Record<string, string>>; readonly row: string };

/** Reads one page; fails where the request did. */
export async function page(
  service: TestService,
  { field, types, row }: Listed,
  args: PageArguments,
  key?: string,
): Promise<Answered> {
  const known = { first: 'Int', after: 'String', last: 'Int', before: 'String', ...types };
  const used = Object.keys(args);
  const variables = used.map((name) => `$${name}: ${known[name as keyof typeof known]}`).join(', ');
  const passed = used.map((name) => `${name}: $${name}`).join(', ');
  const head = used.length === 0 ? `{ ${field}` : `query (${variables}) { ${field}(${passed})`;
  const query = `${head} { nodes { ${row} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const { data, errors } = await service.graph(query, args, key);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return data[field];
}

/** Every row of a list, page by page in one direction, with how many pages it took; the order is that of the list. */
export async function walk(
  service: TestService,
  listed: Listed,
  { size, backwards = false, args = {} }: { size: number; backwards?: boolean; args?: PageArguments },
  key?: string,
): Promise<{ rows: Answered[]; pages: number }> {
  const [count, cursor] = backwards ? ['last', 'before'] : ['first', 'after'];
  let rows: Answered[] = [];
  let at: string | null = null;
  for (let pages = 1; ; pages++) {
    const answered: Answered = await page(service, listed, { ...args, [count]: size, [cursor]: at }, key);
    rows = backwards ? [...answered.nodes, ...rows] : [...rows, ...answered.nodes];
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = answered.pageInfo;
    if (!(backwards ? hasPreviousPage : hasNextPage)) return { rows, pages };
    at = backwards ? startCursor : endCursor;
  }
}
