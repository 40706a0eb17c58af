import { createServer, type Socket } from 'node:net';
import { limits } from '../lib/limits.ts';
import { takeWaiting } from './drain.ts';
import { listen } from './listen.ts';

/** Who serves connections: another process, as a rule. It is given the next one once it has said that it took this one. */
export interface Taker {
  /** The connection stays open here until the taker has it: a copy that was on its way is lost with its process. */
  give(connection: Socket): void;
}

/** A listener that serves nothing: it gives connections to takers in turn. */
export interface Handout {
  /** Takes connections from here on, and keeps them for the first taker; a `SetupError` says why it cannot. */
  listen(at: { readonly host: string; readonly port: number }): Promise<{ url: string }>;
  /** A taker is new, or has taken what it was given. */
  ready(taker: Taker): void;
  /** A taker is gone. What it was given and has not taken is another's. */
  remove(taker: Taker): void;
  /** Takes no new connection; resolves when each has been taken by somebody, or nobody is left to take it. */
  close(): Promise<void>;
}

/**
 * Opens one. The listener stays in one process, whatever becomes of the takers: it has one port for all of them, and it
 * closes after the last connection has been handed out. A listener that the takers share would close with the last of
 * them, and reset whoever knocked meanwhile.
 */
export function createHandout({ drainMs }: { readonly drainMs: number } = limits): Handout {
  const waiting: Socket[] = [];
  const free = new Set<Taker>();
  const given = new Map<Taker, Socket>();
  let settled: (() => void) | undefined;
  // Without noDelay, answers would wait for the acknowledgement of the ones before: Node's HTTP servers set it, too.
  const server = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: true });
  server.maxConnections = limits.connectionsMax;
  server.on('connection', (socket) => {
    // A connection that breaks before it is handed out is its taker's to notice.
    socket.on('error', () => {});
    waiting.push(socket);
    give();
  });

  function give(): void {
    for (const taker of free) {
      const socket = waiting.shift();
      if (socket === undefined) break;
      free.delete(taker);
      given.set(taker, socket);
      taker.give(socket);
    }
    const nobody = free.size === 0 && given.size === 0;
    if (nobody && settled !== undefined) for (const socket of waiting.splice(0)) socket.destroy();
    if (waiting.length === 0 && given.size === 0) settled?.();
  }

  return {
    listen: (at) => listen(server, at),
    ready(taker) {
      // Closes this process's end alone.
      given.get(taker)?.destroy();
      given.delete(taker);
      free.add(taker);
      give();
    },
    remove(taker) {
      const socket = given.get(taker);
      if (socket !== undefined) waiting.unshift(socket);
      given.delete(taker);
      free.delete(taker);
      give();
    },
    async close() {
      if (!server.listening) return;
      await takeWaiting(server);
      // Its end is not waited for: Node would ask the takers whether they have closed what they were given.
      server.close();
      await new Promise<void>((done) => {
        // A taker that hangs is cut off as a slow request would be.
        const late = setTimeout(done, drainMs);
        settled = () => {
          clearTimeout(late);
          done();
        };
        give();
      });
    },
  };
}
