import { HttpConnection } from '../bench/HttpConnection.ts';
import type { Ledger } from './Ledger.ts';

/** Clients that ask without a pause, each one thing at a time. */
export type Clients = {
  /** Resolves when every client has left: told to, or because the service died. */
  readonly left: Promise<void>;
  /** Lets everyone finish what is in flight. */
  stop(): Promise<void>;
};

/** Sends the load: the first client asks for `focus` alone, so that it comes to be interrupted; the others for anything. */
export function startClients(
  ledger: Ledger,
  url: string,
  { count, focus }: { readonly count: number; readonly focus?: string | undefined },
): Clients {
  let stopped = false;
  async function ask(own: string | undefined): Promise<void> {
    const [connection, second] = [new HttpConnection(url), new HttpConnection(url)];
    while (!stopped && connection.isOpen && second.isOpen) {
      const operation = ledger.take(own);
      // Some ask again before they have heard of the first.
      const isImpatient = operation.kind.repeatable && ledger.operations.length % impatience === 0;
      await Promise.all([
        ledger.attempt(operation, connection),
        ...(isImpatient ? [ledger.attempt(operation, second)] : []),
      ]);
    }
    connection.close();
    second.close();
  }
  const left = Promise.all(Array.from({ length: count }, (_, at) => ask(at === 0 ? focus : undefined))).then(() => {});
  return {
    left,
    stop() {
      stopped = true;
      return left;
    },
  };
}

/** One in so many operations is sent twice at once. */
const impatience = 7;
