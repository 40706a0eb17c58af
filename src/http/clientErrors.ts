import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { failureBytes } from './answers.ts';
import type { Connection } from './connections.ts';
import type { Door } from './Door.ts';
import { HttpFailure } from './HttpFailure.ts';
import { requestIdOf } from './requestId.ts';
import { refuse } from './serve.ts';

/** Answers what Node could not read as a request, or not in time, and closes the connection. */
export function answerClientErrors(server: Server, door: Door): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const connection = door.connections.get(socket as Socket);
    if (connection === undefined || error.code === 'ECONNRESET' || error.code === 'EPIPE') socket.destroy(error);
    // Every further byte is an error of its own: one answer is enough.
    else if (!connection.refused) answerClientError(door, connection, failureOfClient(error.code));
  });
  // Node has let go of the socket by now; without a listener it would cut the connection without a word.
  server.on('connect', (_request, socket) => {
    const failure = new HttpFailure(405, 'METHOD_NOT_ALLOWED', 'This is no proxy: CONNECT is not served.');
    refuseSocket(door, socket as Socket, failure);
  });
}

function answerClientError(door: Door, connection: Connection, failure: HttpFailure): void {
  const { socket, last } = connection;
  connection.refused = true;
  connection.closing = true;
  if (last === undefined) refuseSocket(door, socket, failure);
  else if (!last.incoming.complete) {
    // The last request's own body broke off, stalled, or made no sense. It is told so, unless it was answered without.
    if (last.answered && !last.closesConnection) socket.destroy();
    last.closeConnection();
    refuse(door, last, failure);
  } else if (last.response.writableFinished) refuseSocket(door, socket, failure);
  // Something senseless behind whole requests: those are answered first.
  else last.response.on('finish', () => refuseSocket(door, socket, failure));
}

/** Writes an answer to a connection without a request, and closes it. */
function refuseSocket({ metrics, log, limits }: Door, socket: Socket, failure: HttpFailure): void {
  if (!socket.writable) return;
  const requestId = requestIdOf(undefined);
  const { status } = failure;
  metrics.httpRequest('other', 'other', status, 0);
  log.info({ requestId, route: 'other', status }, 'request');
  socket.end(failureBytes(failure, requestId));
  // The client may be sending still, and a socket closed over unread bytes resets the answer away.
  const timer = setTimeout(() => socket.destroy(), limits.lingerMs);
  socket.on('close', () => clearTimeout(timer));
  socket.resume();
}

function failureOfClient(code: string | undefined): HttpFailure {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpFailure(408, 'REQUEST_TIMEOUT', 'The request did not arrive in time.');
    case 'HPE_HEADER_OVERFLOW':
      return new HttpFailure(431, 'HEADERS_TOO_LARGE', 'The request line and headers are too large.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new HttpFailure(413, 'PAYLOAD_TOO_LARGE', 'The chunk extensions are too large.');
    default:
      return new HttpFailure(400, 'BAD_REQUEST', 'This is not a valid HTTP/1.1 request.');
  }
}
