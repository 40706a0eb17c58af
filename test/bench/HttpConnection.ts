import { connect, type Socket } from 'node:net';

/** A service that has not answered by then is stuck, and the benchmark must end. */
const timeoutMs = 10_000;

const headEnd = Buffer.from('\r\n\r\n');

/** An answer, as far as a benchmark looks at it. */
export type HttpAnswer = { readonly status: number; readonly body: string };

type Waiting = PromiseWithResolvers<HttpAnswer>;

/**
 * One connection that stays open and carries one request at a time. Node's own client costs several times as much,
 * on cores that the measured service needs; this one reads answers with a content-length, and no others.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #waiting: Waiting | undefined;
  #received: Buffer = Buffer.alloc(0);

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.setTimeout(timeoutMs, () => {
      if (this.#waiting !== undefined) this.#fail(new Error('The service did not answer in time.'));
    });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('The service closed the connection.')));
  }

  /** Sends the head of a request, which names the length of the body, and the body. */
  send(head: string, body: string): Promise<HttpAnswer> {
    if (this.#waiting !== undefined) throw new Error('One request at a time.');
    this.#waiting = Promise.withResolvers<HttpAnswer>();
    this.#socket.write(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return this.#waiting.promise;
  }

  /** Whether it takes requests: a service closes what was idle for long. */
  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const bodyAt = this.#received.indexOf(headEnd) + headEnd.length;
    if (bodyAt < headEnd.length) return;
    const head = this.#received.toString('latin1', 0, bodyAt);
    const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
    if (length === undefined) {
      this.#fail(new Error(`An answer without a content-length:\n${head}`));
      return;
    }
    const end = bodyAt + Number(length);
    if (this.#received.length >= end) this.#answer(head, this.#received.toString('utf8', bodyAt, end));
  }

  #answer(head: string, body: string): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#received = Buffer.alloc(0);
    waiting?.resolve({ status: Number(head.split(' ', 2)[1]), body });
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.#socket.destroy();
  }
}
