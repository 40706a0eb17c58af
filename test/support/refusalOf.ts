import { Refusal, type RefusalCode } from '../../src/lib/errors.ts';

/** What a call is refused with, as plain data; anything but a refusal fails the test. */
export function refusalOf(call: () => unknown): { code: RefusalCode; message: string; path: readonly string[] } {
  try {
    call();
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, message: error.message, path: error.inputPath };
    throw error;
  }
  throw new Error('Expected a refusal, and nothing was refused.');
}
