import { limits } from './limits.ts';

/** What a log line tells of an error. */
export interface DescribedError {
  type: string;
  message: string;
  stack?: string;
  cause?: unknown;
  errors?: unknown[];
  [detail: string]: unknown;
}

/**
 * Details that name a place or a kind. Libraries hang requests, headers, parameters and whole rows on their errors,
 * so everything else stays out.
 */
const details = ['code', 'errno', 'syscall', 'severity', 'schema', 'table', 'column', 'constraint', 'routine'] as const;

/** An error as data, with its causes. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'object' && error !== null ? '[not an error]' : error;
  const described: DescribedError = { type: error.name, message: error.message };
  if (error.stack !== undefined) described.stack = error.stack;
  for (const name of details) {
    const value: unknown = Reflect.get(error, name);
    if (typeof value === 'string' || typeof value === 'number') described[name] = value;
  }
  if (depth === limits.logCausesMax) return described;
  if (error.cause !== undefined) described.cause = describeError(error.cause, depth + 1);
  if (error instanceof AggregateError) {
    described.errors = error.errors.slice(0, limits.logCausesMax).map((inner) => describeError(inner, depth + 1));
  }
  return described;
}
