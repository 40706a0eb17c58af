import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { closeIdle } from './connections.ts';
import type { Door } from './Door.ts';

/** More than the backlog of a listening socket, so that nobody in it is left out. */
const turnsMax = 1_000;

/**
 * Stops a server without losing a request: no new connections, every answer closes its own, idle ones go a little later
 * because a request may be on its way on them, and what is not done by `drainMs` is cut off.
 */
export async function drain(server: Server, door: Door): Promise<void> {
  door.draining = true;
  const { limits, connections, log } = door;
  await takeWaiting(server);
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
  // Those that another process accepted are none of the listener's.
  await Promise.all([...connections.keys()].map((socket) => new Promise((gone) => socket.once('close', gone))));
  clearInterval(idle);
  clearTimeout(deadline);
  // What is left to close is Node's timer that looks for slow clients.
  server.close();
}

/**
 * Connections that the kernel has made and we have not taken yet would be reset by closing, requests and all. A turn of
 * the loop may take but one: so until a turn has brought nobody, or somebody keeps on knocking.
 */
export async function takeWaiting(server: NetServer): Promise<void> {
  let taken = 0;
  const count = () => void taken++;
  server.on('connection', count);
  for (let turn = 0, before = -1; taken !== before && turn < turnsMax; turn++) {
    before = taken;
    await nextTurn();
    await nextTurn();
  }
  server.off('connection', count);
}
