import { Unavailable } from '../lib/errors.ts';
import { errorCode } from './errorCode.ts';

/** SQLSTATEs and classes that say "not now": connections, resources, shutdown, locks, deadlocks, cancelled, read-only. */
const outageStates = /^(08|53|57|58|40001|40P01|55P03|25006|25P03)/;
/** Those that say "not you" or "not here": login refused, no such database, none that takes connections. */
const refusedStates = /^(28|3D|55000)/;
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
  return anyIn(error, (at) => {
    const code = errorCode(at);
    return outageStates.test(code) || outageCodes.has(code) || outageWords.test(at.message);
  });
}

/**
 * Whether it cannot be used at all, by a login or a name that it does not take. For a request that is an outage like any
 * other; for whoever started the service it is something to mend.
 */
export function isUnusable(error: unknown): boolean {
  return isOutage(error) || anyIn(error, (at) => refusedStates.test(errorCode(at)));
}

/** Looks at an error and at what it was caused by. */
function anyIn(error: unknown, test: (at: Error) => boolean): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (test(at)) return true;
    if (at instanceof AggregateError && at.errors.some((inner) => anyIn(inner, test))) return true;
  }
  return false;
}

/** Whether the database refused a value itself (SQLSTATE class 22): the input's fault, which no parser of ours caught. */
export function isBadValue(error: unknown): boolean {
  return anyIn(error, (at) => /^22[0-9A-Z]{3}$/.test(errorCode(at)));
}

/** Runs a question to the database; an outage becomes `Unavailable`, everything else stays what it is. */
export async function asking<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (isUnusable(error)) throw new Unavailable('The database does not answer now. Try again.', { cause: error });
    throw error;
  }
}
