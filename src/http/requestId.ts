import { newUuid } from '../lib/ids.ts';
import { limits } from '../lib/limits.ts';

const shape = new RegExp(`^[A-Za-z0-9._-]{1,${limits.requestIdCharsMax}}$`);

/** The caller's own id of its request, when nothing in it can upset a log or a header; else a new one. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && shape.test(header) ? header : newUuid();
}
