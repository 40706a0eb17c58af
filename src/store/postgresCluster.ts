import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../lib/errors.ts';
import { errorCode } from './errorCode.ts';
import type { PostgresBinaries } from './postgresBinaries.ts';
import { lastLines } from './postgresLog.ts';
import type { PostgresUser } from './postgresUser.ts';

/** The superuser of every cluster. */
export const superuser = 'postgres';
/** Databases are made here under another name, so that one under this name is whole. */
const unfinished = 'data.unfinished-';

/** Makes the folder of the server and answers its real path; refuses a database that these programs cannot open. */
export function openPostgresFolder(path: string, majorVersion: string): { root: string; data: string } {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new SetupError(
      `The folder of the embedded database, ${path}, cannot be made (${errorCode(cause)}). ` +
        'Set DATA_DIR to a folder that this user can write.',
      { cause },
    );
  }
  const root = realpathSync(path);
  const data = join(root, 'data');
  refuseOtherVersion(data, majorVersion);
  return { root, data };
}

/** Where PostgreSQL says by which version a database was made. */
function refuseOtherVersion(data: string, majorVersion: string): void {
  if (!existsSync(data)) return;
  let found: string;
  try {
    found = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  } catch (cause) {
    throw new SetupError(
      `${data} is there, but no PostgreSQL database that this user can read (PG_VERSION: ${errorCode(cause)}). ` +
        'Move it away, or set DATA_DIR to another folder.',
      { cause },
    );
  }
  if (found === majorVersion) return;
  throw new SetupError(
    `The database in ${data} was made by PostgreSQL ${found}, and this Keywright brings PostgreSQL ${majorVersion}. ` +
      `Use a Keywright that brings PostgreSQL ${found}, or dump the database with it (pg_dumpall) and restore it into a new DATA_DIR.`,
  );
}

/** Makes a new database cluster at `data`: all of it or nothing, whenever this process is killed. */
export async function createCluster(
  { root, data }: { root: string; data: string },
  options: { binaries: PostgresBinaries; user: PostgresUser; durable: boolean; timeoutMs: number },
): Promise<void> {
  sweepUnfinished(root);
  // A new name each time: a killed process leaves its `initdb` running, which must not meet ours.
  const temporary = join(root, `${unfinished}${randomUUID()}`);
  const { code, output } = await runToEnd(
    // The locale is Postgres's own and the same on every machine: another C library would sort and fold otherwise.
    [options.binaries.initdb, '-D', temporary, '-U', superuser, '--auth=trust', '--encoding=UTF8', '--locale=C'].concat(
      ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
      options.durable ? [] : ['--no-sync'],
    ),
    options,
  );
  if (code !== 0) {
    rmSync(temporary, { recursive: true, force: true });
    throw new SetupError(
      `The embedded database could not be made in ${root} (initdb: ${code}). Its last words:\n${lastLines(output)}`,
    );
  }
  renameSync(temporary, data);
  if (options.durable) syncFolder(root);
}

function sweepUnfinished(root: string): void {
  for (const name of readdirSync(root)) {
    if (!name.startsWith(unfinished)) continue;
    try {
      rmSync(join(root, name), { recursive: true, force: true });
    } catch {
      // An orphaned `initdb` still writes to it; the next creation in this folder, if there is one, takes it along.
    }
  }
}

/** Without this, a power cut may lose the name of a database whose content is safe. */
function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Programs of Postgres see nothing of our environment: it holds secrets, and PG… variables would change what they do. */
export const postgresEnvironment = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' } as const;

async function runToEnd(
  command: readonly string[],
  { user, timeoutMs }: { user: PostgresUser; timeoutMs: number },
): Promise<{ code: number | string; output: string }> {
  const [program = '', ...args] = [...user.prefix, ...command];
  const child = spawn(program, args, {
    ...user.ids,
    cwd: '/',
    env: postgresEnvironment,
    // Away from the terminal: Ctrl-C is answered by us alone.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: errorCode(error), output: `${output}${error.message}` }));
    child.once('close', (code, signal) => resolve({ code: code ?? signal ?? 'no code', output }));
  });
}
