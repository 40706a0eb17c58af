import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A server that reads every body and answers each with the same one, in a process of its own. */
export type BareServer = AsyncDisposable & { readonly url: string; readonly pid: number };

/** Starts one. Dispose of it before the run is over. */
export async function startBareServer(answer: string): Promise<BareServer> {
  const server = fileURLToPath(new URL('./bareServer.ts', import.meta.url));
  const child = spawn(process.execPath, [server, answer], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [url] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [])]);
  if (typeof url !== 'string' || child.pid === undefined) throw new Error('The bare server did not start.');
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
