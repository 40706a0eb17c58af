import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange } from './Exchange.ts';

/** One open socket and what is going on on it. */
export interface Connection {
  readonly socket: Socket;
  /** Requests whose answer has not been handed to Node yet. */
  readonly waiting: Set<Exchange>;
  /** The request that came last. */
  last: Exchange | undefined;
  /** Its end is decided: what else arrives on it is not executed, because nobody could be told the result. */
  closing: boolean;
  /** Node could not read it any further and it was told so. */
  refused: boolean;
}

/** Every open connection of one server. */
export type Connections = Map<Socket, Connection>;

/**
 * Follows the connections of a server from here on; a client that leaves aborts what is still working for it. One that
 * ends only its own side counts as gone: nothing tells it from one that closed.
 */
export function trackConnections(server: Server): Connections {
  const connections: Connections = new Map();
  server.on('connection', (socket) => {
    const connection: Connection = { socket, waiting: new Set(), last: undefined, closing: false, refused: false };
    connections.set(socket, connection);
    socket.on('close', () => {
      connections.delete(socket);
      for (const exchange of connection.waiting) exchange.leave();
    });
  });
  return connections;
}

/** Ends connections on which nothing goes on: no request arrives, is worked on, or is being answered. */
export function closeIdle(server: Server, connections: Connections): void {
  const sockets = [...connections.values()].map(({ socket }) => socket);
  // Node knows which ones are between two requests, but counts those that never sent a byte as busy,
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  // and those whose answer is still on its way to a slow reader as idle: while there is one, all others stay as well.
  if (sockets.every((socket) => socket.writableLength === 0)) server.closeIdleConnections();
}
