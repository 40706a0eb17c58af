import { rmSync } from 'node:fs';
import { findPostmaster, foundServer, stopServer } from '../../../src/store/postmaster.ts';

// Waits until the benchmark is gone, and then ends what it left. Whoever dismisses it kills it.

const { folder, data } = JSON.parse(process.argv[2] ?? '') as { folder: string; data: string };
const pids: number[] = [];
process.on('message', ({ pid }: { pid: number }) => void pids.push(pid));
process.once('disconnect', async () => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
  // A stopped backend does not hear the server's signals, but nobody survives this one.
  const server = findPostmaster(data);
  if (server !== undefined) await stopServer(foundServer(data, server.pid)).catch(() => {});
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});
