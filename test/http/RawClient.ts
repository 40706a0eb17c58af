import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A socket that says exactly what it is told to, and takes answers apart. */
export class RawClient {
  readonly socket: Socket;
  /** Resolves when the connection has ended, however it did. */
  readonly closed: Promise<void>;
  /** What ended it, when it was not closed in order. */
  error: NodeJS.ErrnoException | undefined;
  #received = Buffer.alloc(0);
  /** What came since; joined with the rest only when there may be an answer in it. */
  #fresh: Buffer[] = [];
  #length = 0;
  #needed = 0;
  #ended = false;
  #more = Promise.withResolvers<void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()));
    const wake = () => {
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    };
    socket.on('data', (chunk) => {
      this.#fresh.push(chunk);
      this.#length += chunk.length;
      wake();
    });
    socket.on('error', (error) => {
      this.error = error;
    });
    socket.on('close', () => {
      this.#ended = true;
      wake();
    });
  }

  /** `allowHalfOpen` keeps its side open when the server has ended the other. */
  static async connect(port: number, { allowHalfOpen = false } = {}): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
    const client = new RawClient(socket);
    await once(socket, 'connect');
    return client;
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** The next answer; `hasBody` is false for one whose `content-length` is not followed by a body. */
  async answer({ hasBody = true } = {}): Promise<RawAnswer> {
    for (;;) {
      const taken = this.#take(hasBody);
      if (taken !== undefined) return taken;
      if (this.#ended)
        throw new Error(`no answer, but the end after: ${JSON.stringify(this.rest())} ${this.error ?? ''}`);
      await this.#more.promise;
    }
  }

  /** Waits for any byte. */
  async arrived(): Promise<void> {
    while (this.#length === 0 && !this.#ended) await this.#more.promise;
  }

  /** Everything that came and was not taken as an answer. */
  rest(): string {
    this.#join();
    return this.#received.toString('latin1');
  }

  #join(): void {
    this.#received = Buffer.concat([this.#received, ...this.#fresh]);
    this.#fresh = [];
  }

  #take(hasBody: boolean): RawAnswer | undefined {
    if (this.#length < this.#needed) return undefined;
    this.#join();
    const end = this.#received.indexOf('\r\n\r\n');
    if (end === -1) return undefined;
    const [statusLine = '', ...lines] = this.#received.toString('latin1', 0, end).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const from = end + 4;
    const to = from + (hasBody ? Number(headers['content-length'] ?? 0) : 0);
    this.#needed = this.#length < to ? to : 0;
    if (this.#needed > 0) return undefined;
    const body = this.#received.toString('utf8', from, to);
    this.#received = this.#received.subarray(to);
    this.#length -= to;
    return { status: Number(statusLine.split(' ')[1]), headers, body };
  }
}
