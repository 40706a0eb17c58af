import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { HttpFailure } from './HttpFailure.ts';

/** Whether a request says that it has a body. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}

/** Refuses a body by its headers, before a byte of it is read. */
export function checkBodyHeaders({ headers }: IncomingMessage, bytesMax: number): void {
  const type = headers['content-type'];
  if (type !== 'application/json' && !isJsonInUtf8(type)) {
    const message = 'Send the body as "content-type: application/json", in UTF-8.';
    throw new HttpFailure(415, 'UNSUPPORTED_MEDIA_TYPE', message);
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const message = 'Send the body without a content-encoding.';
    throw new HttpFailure(415, 'UNSUPPORTED_MEDIA_TYPE', message, ['accept-encoding', 'identity']);
  }
  if (Number(headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
}

/** Who waits for a body: told once, of its bytes or of why there are none. */
export type BodyReader = { read(bytes: Buffer): void; failed(error: Error): void };

/** Collects a body and gives up at the limit, whatever its `content-length` said, and when the client leaves. */
export function readBody(incoming: IncomingMessage, bytesMax: number, reader: BodyReader): void {
  let first: Buffer | undefined;
  let all: Buffer[] | undefined;
  let length = 0;
  let isOver = false;
  const fail = (error: Error) => {
    if (!isOver) reader.failed(error);
    isOver = true;
  };
  incoming.on('data', (chunk: Buffer) => {
    length += chunk.length;
    // From here on the stream flows into nothing.
    if (length > bytesMax) fail(tooLarge(bytesMax));
    else if (first === undefined) first = chunk;
    else if (all === undefined) all = [first, chunk];
    else all.push(chunk);
  });
  incoming.on('end', () => {
    if (isOver) return;
    isOver = true;
    reader.read(all ? Buffer.concat(all, length) : (first ?? Buffer.alloc(0)));
  });
  incoming.on('error', fail);
}

/** The value in a JSON body. The parser's own message is never passed on: it repeats what was sent. */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw badBody('The body is empty. Send a JSON object.');
  if (!isUtf8(bytes)) throw badBody('The body is not UTF-8.');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw badBody('The body is not valid JSON.');
  }
}

function badBody(message: string): HttpFailure {
  return new HttpFailure(400, 'BAD_REQUEST', message);
}

function tooLarge(bytesMax: number): HttpFailure {
  return new HttpFailure(413, 'PAYLOAD_TOO_LARGE', `The body is larger than ${bytesMax} bytes.`);
}

/** `application/json`, alone or in UTF-8. No page of another origin can send it without asking first. */
function isJsonInUtf8(header: string | undefined): boolean {
  if (header === undefined) return false;
  const [essence, ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  if (essence !== 'application/json') return false;
  return parameters.every((parameter) => !parameter.startsWith('charset=') || /^charset="?utf-?8"?$/.test(parameter));
}
