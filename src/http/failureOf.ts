import { redactTokens } from '../crypto/token.ts';
import { Denied, Refusal, Unavailable } from '../lib/errors.ts';
import { HttpFailure } from './HttpFailure.ts';
import type { OperationOutcome } from './operationNote.ts';

/** What a caller is told of anything that was thrown: its own failing, that we cannot tell now, or no more than that. */
export function failureOf(error: unknown): { failure: HttpFailure; outcome: OperationOutcome } {
  if (error instanceof HttpFailure) return { failure: error, outcome: 'invalid' };
  if (error instanceof Refusal) {
    const { code, message, inputPath } = error;
    // Somebody will send a token where none belongs, and errors of clients are logged.
    return { failure: new HttpFailure(400, code, redactTokens(message), [], inputPath), outcome: 'invalid' };
  }
  if (error instanceof Denied) {
    const { code, message } = error;
    const failure =
      code === 'FORBIDDEN'
        ? new HttpFailure(403, code, message)
        : new HttpFailure(401, code, message, ['www-authenticate', 'Bearer']);
    return { failure, outcome: 'denied' };
  }
  if (error instanceof Unavailable) {
    const retry = ['retry-after', String(error.retryAfterSeconds)];
    return { failure: new HttpFailure(503, 'UNAVAILABLE', error.message, retry), outcome: 'unavailable' };
  }
  const message = 'The service failed on this request. Its log says why, under the request id.';
  return { failure: new HttpFailure(500, 'INTERNAL_SERVER_ERROR', message), outcome: 'error' };
}
