import { STATUS_CODES } from 'node:http';
import type { HttpFailure } from './HttpFailure.ts';
import type { OperationNote } from './operationNote.ts';

/** What a door says to a request; the server adds the headers that every answer carries. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** Further headers: name, value, name, value. */
  readonly headers?: readonly string[];
  /** What a GraphQL request asked for and how it ended, for the log and the metrics. */
  readonly operation?: OperationNote;
  /** Why its credential was refused, in one word, for the log alone. */
  readonly denied?: string;
}

/** GraphQL clients read `errors`; everyone else gets one `error`. */
export type AnswerForm = 'graphql' | 'plain';

/** The type of every body that is JSON. */
export const jsonType = 'application/json; charset=utf-8';

/** Plain data as JSON. */
export function jsonAnswer(status: number, value: unknown, headers: readonly string[] = []): Answer {
  return { status, type: jsonType, body: JSON.stringify(value), headers };
}

/** A failure in the form that this route's clients parse. */
export function failureAnswer(form: AnswerForm, failure: HttpFailure, requestId: string): Answer {
  const { status, code, message, headers, path } = failure;
  if (form === 'plain') return jsonAnswer(status, { error: { code, message, requestId, path } }, headers);
  return jsonAnswer(status, { errors: [{ message, extensions: { code, requestId } }] }, headers);
}

/** The headers that every answer carries, as a list to add to: nothing from here may be kept by a cache. */
export function commonHeaders(requestId: string): string[] {
  return ['cache-control', 'no-store', 'x-request-id', requestId];
}

/** A failure as the bytes of a whole answer, for a connection on which Node found no request to answer. */
export function failureBytes(failure: HttpFailure, requestId: string): string {
  const { status, type, body } = failureAnswer('plain', failure, requestId);
  const headers = commonHeaders(requestId);
  headers.push('content-type', type, 'content-length', String(Buffer.byteLength(body)));
  headers.push(...failure.headers, 'date', new Date().toUTCString(), 'connection', 'close');
  let bytes = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (let i = 0; i < headers.length; i += 2) bytes += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${bytes}\r\n${body}`;
}
