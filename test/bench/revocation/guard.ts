import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Who tidies up after a benchmark that was killed: stopped processes and a database hear of no parent's end. */
export type Guard = {
  /** A process that must not be left. */
  watch(pid: number): void;
  /** Everything has been tidied up. */
  dismiss(): void;
};

/** Starts one. It ends the database in `data` and removes `folder`, once its parent is gone without having dismissed it. */
export function startGuard(of: { readonly folder: string; readonly data: string }): Guard {
  const main = fileURLToPath(new URL('./guardMain.ts', import.meta.url));
  const child = spawn(process.execPath, [main, JSON.stringify(of)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.unref();
  child.channel?.unref();
  return {
    watch: (pid) => void child.send({ pid }),
    dismiss: () => void child.kill('SIGKILL'),
  };
}
