import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Connection } from './connections.ts';
import { requestIdOf } from './requestId.ts';
import type { HttpRequest, PathRoutes, Route } from './routes.ts';

/** One request and its answer, from the last header that came in to the first that goes out. */
export class Exchange implements HttpRequest {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: Connection;
  readonly requestId: string;
  readonly startedMs: number;
  path: PathRoutes | undefined;
  route: Route | undefined;
  body: unknown;
  /** The client sends its body only when it is told to. */
  awaitsContinue = false;
  answered = false;
  /** The answer is the connection's last. */
  closesConnection = false;
  #left = false;
  #abort: AbortController | undefined;

  constructor(incoming: IncomingMessage, response: ServerResponse, connection: Connection) {
    this.incoming = incoming;
    this.response = response;
    this.connection = connection;
    this.requestId = requestIdOf(incoming.headers['x-request-id']);
    this.startedMs = performance.now();
  }

  get headers(): IncomingHttpHeaders {
    return this.incoming.headers;
  }

  /** Made when somebody asks for it: most requests end before anyone does. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#left) this.#abort.abort();
    return this.#abort.signal;
  }

  /** Whether the client has gone. */
  get left(): boolean {
    return this.#left;
  }

  /** The client has gone: whoever still works for it may stop. */
  leave(): void {
    this.#left = true;
    this.#abort?.abort();
  }

  /** Nothing that arrives behind this request is executed: its answer ends the connection. */
  closeConnection(): void {
    this.closesConnection = true;
    this.connection.closing = true;
  }
}
