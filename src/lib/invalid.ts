import { Refusal } from './errors.ts';

/** The refusal of a value that is wrong in itself, whoever sends it. */
export function invalid(message: string, path: readonly string[]): Refusal {
  return new Refusal('INVALID_INPUT', message, path);
}
