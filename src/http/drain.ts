import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { closeIdle } from './connections.ts';
import type { Door } from './Door.ts';

/**
 * Stops a server without losing a request: no new connections, every answer closes its own, idle ones go a little later
 * because a request may be on its way on them, and what is not done by `drainMs` is cut off.
 */
export async function drain(server: Server, door: Door): Promise<void> {
  door.draining = true;
  const { limits, connections, log } = door;
  // Connections that the kernel has made and we have not taken yet would be reset by closing: one turn of the loop takes them.
  await nextTurn();
  const closed = new Promise<void>((resolve) => {
    // Not the HTTP server's own `close`: it cuts idle connections at once, also those with a request on the wire.
    NetServer.prototype.close.call(server, () => resolve());
  });
  const idle = setInterval(async () => {
    // A loop that was busy runs its timers first: what lies unread on a connection is read in the turn that follows.
    await nextTurn();
    await nextTurn();
    closeIdle(server, connections);
  }, limits.drainIdleMs);
  const deadline = setTimeout(() => {
    log.warn({ connections: connections.size }, 'stopping did not end in time; connections are cut off');
    for (const { socket } of connections.values()) socket.destroy();
  }, limits.drainMs);
  await closed;
  clearInterval(idle);
  clearTimeout(deadline);
  // What is left to close is Node's timer that looks for slow clients.
  server.close();
}
