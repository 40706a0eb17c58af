import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { DatabaseAddress } from '../../src/store/DatabaseAddress.ts';

/** The program itself. */
export const mainPath = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** What a command line came to. */
export type Outcome = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

type Setting = { readonly env?: Readonly<Record<string, string>>; readonly input?: string; readonly cwd?: string };

/** Runs the program as a process of its own, off a terminal, with no environment but the one given. */
export async function keywright(args: readonly string[], setting: Setting = {}): Promise<Outcome> {
  const { env = {}, input = '', cwd } = setting;
  const child = spawn(process.execPath, [mainPath, ...args], { env, ...(cwd !== undefined && { cwd }) });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

/** Runs it with a reader that leaves at once. */
export async function keywrightUnread(args: readonly string[]): Promise<Omit<Outcome, 'stdout'>> {
  const child = spawn(process.execPath, [mainPath, ...args], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stderr, code] = await Promise.all([text(child.stderr), ended]);
  return { code, stderr };
}

/** Runs it on a terminal of its own: what a person would see there, both streams in one. */
export async function keywrightOnTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; screen: string }> {
  const words = [process.execPath, mainPath, ...args];
  // The two programs of one name take the command in different places.
  const scriptArgs =
    process.platform === 'darwin'
      ? ['-q', '/dev/null', ...words]
      : ['-qec', words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' '), '/dev/null'];
  const child = spawn('script', scriptArgs, {
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [screen, code] = await Promise.all([text(child.stdout), ended]);
  return { code, screen: screen.replaceAll('\r\n', '\n') };
}

/** An address as `DATABASE_URL` gives it. */
export function databaseUrl(address: DatabaseAddress): string {
  if ('connectionString' in address) return address.connectionString;
  const { host, port, user, database } = address;
  // The query wins over the host before it, which the syntax of a URL demands.
  return `postgres://${encodeURIComponent(user)}@localhost:${port}/${encodeURIComponent(database)}?host=${encodeURIComponent(host)}`;
}
