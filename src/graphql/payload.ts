import { Refusal } from '../lib/errors.ts';
import type { KeywrightUserError } from './generated.ts';

/** The one catch of a `Refusal`: an expected failure becomes data, with its path as a client's variables have it. */
export async function payload<Result extends object, Empty extends object>(
  empty: Empty,
  verb: () => Promise<Result>,
): Promise<(Result | Empty) & { userErrors: KeywrightUserError[] }> {
  try {
    return { ...(await verb()), userErrors: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...empty, userErrors: [userErrorOf(error)] };
  }
}

/** A refusal as the graph shows it. */
export function userErrorOf({ code, message, path }: Refusal): KeywrightUserError {
  return { code, message, path: ['input', ...path] };
}
