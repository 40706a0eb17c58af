import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BenchService } from './startService.ts';

/** A bare server that answers one list, in a process of its own as the service is. */
export type RawLists = AsyncDisposable & { readonly url: string; readonly pid: number };

/** Starts one on the service's database. */
export async function startRawLists(
  { database }: BenchService,
  of: { readonly tenantId: string; readonly size: number },
): Promise<RawLists> {
  const server = fileURLToPath(new URL('./rawServer.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [server, JSON.stringify({ ...of, database })], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [url] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [])]);
  if (typeof url !== 'string' || child.pid === undefined) throw new Error('The raw server did not start.');
  return {
    url,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
