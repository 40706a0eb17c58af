import { SetupError } from '../lib/errors.ts';
import { maskedUrl } from '../lib/maskedUrl.ts';
import { isUnusable } from '../store/outage.ts';

/** Where a database is, and the variable that says so. */
export type NamedUrl = { readonly variable: string; readonly url: string };

/** Runs what needs a database; one that cannot be used is a sentence with its address instead of a driver's error. */
export async function reachingDatabase<T>({ variable, url }: NamedUrl, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof SetupError || !isUnusable(error)) throw error;
    const reason =
      error instanceof AggregateError ? error.errors.map((each: Error) => each.message).join('; ') : error.message;
    const advice = 'Is the server up, and are name, login and password right?';
    throw new SetupError(`${variable} (${maskedUrl(url)}) cannot be used: ${reason}. ${advice}`, { cause: error });
  }
}
