import { Unavailable } from '../lib/errors.ts';

/** SQLSTATEs and classes that say "not now": connections, logins, resources, shutdown, locks, deadlocks, cancelled, read-only. */
const outageStates = /^(08|28|3D|53|57|58|40001|40P01|55000|55P03|25006|25P03)/;
const outageCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** What `pg` says without a code when a connection breaks or none is to be had. */
const outageWords =
  /Connection terminated|timeout exceeded when trying to connect|Client was closed|not queryable|Cannot use a pool/i;

/** Whether a database's error means that it cannot answer now, and the same question may be asked again. */
export function isOutage(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string' && (outageStates.test(code) || outageCodes.has(code))) return true;
    if (outageWords.test(at.message)) return true;
    if (at instanceof AggregateError && at.errors.some((inner) => isOutage(inner))) return true;
  }
  return false;
}

/** Whether the database refused a value itself (SQLSTATE class 22): the input's fault, which no parser of ours caught. */
export function isBadValue(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code)) return true;
  }
  return false;
}

/** Runs a question to the database; an outage becomes `Unavailable`, everything else stays what it is. */
export async function asking<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (isOutage(error)) throw new Unavailable('The database does not answer now. Try again.', { cause: error });
    throw error;
  }
}
