import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SetupError } from '../lib/errors.ts';
import { quoted } from '../lib/quoted.ts';

/** What a folder is locked by; also the sign by which a data folder of ours is known. */
export const lockFileName = 'lock';
const holderFileName = 'holder.json';
/** SQLite's code for a file that somebody else has locked. */
const sqliteBusy = 5;

/** A folder that is ours until `release`, or until this process ends in any way. */
export type FolderLock = { release(): void };

/** Locks that this process holds: a connection that nothing refers to would be collected, and its lock with it. */
const held = new Set<DatabaseSync>();

/**
 * Takes the folder for this process, or answers undefined when somebody else has it.
 *
 * The lock is the kernel's own record lock on a file, which Node reaches only through SQLite: it ends with its process,
 * even by `kill -9`, it leaves nothing stale behind, and it also holds between containers that share a volume, which
 * have process ids and abstract sockets of their own and would see nothing of each other.
 * Nothing in this process may open that file otherwise: closing it again would give the lock away.
 */
export function takeFolderLock(folder: string, purpose: string): FolderLock | undefined {
  const connection = lock(join(folder, lockFileName));
  if (connection === undefined) return undefined;
  held.add(connection);
  const holder = join(folder, holderFileName);
  const release = () => {
    if (!held.delete(connection)) return;
    rmSync(holder, { force: true });
    connection.close();
  };
  try {
    rmSync(holder, { force: true });
    writeFileSync(holder, JSON.stringify({ pid: process.pid, purpose, host: hostname() }), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    release();
    throw new SetupError(`The data folder ${folder} cannot be written (${reasonOf(error)}). Make room in it.`);
  }
  return { release };
}

/** Who has a locked folder, as an error says it. Believed only while the lock is taken: the note may be a dead one's. */
export function describeLockHolder(folder: string): string {
  try {
    const { pid, purpose, host } = JSON.parse(readFileSync(join(folder, holderFileName), 'utf8'));
    if (!Number.isSafeInteger(pid) || typeof purpose !== 'string') return 'another process';
    // In another container, the same number is another process.
    const place = host === hostname() ? '' : ` on the machine ${quoted(host)}`;
    return `process ${pid} (${purpose})${place}`;
  } catch {
    // It has just taken the lock, and has not said who it is yet.
    return 'another process';
  }
}

function lock(path: string): DatabaseSync | undefined {
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(path, { timeout: 0 });
    // The transaction is never ended and writes nothing: only its lock is wanted.
    connection.exec('begin exclusive');
    return connection;
  } catch (error) {
    if (connection?.isOpen) connection.close();
    if (error instanceof Error && Reflect.get(error, 'errcode') === sqliteBusy) return undefined;
    throw new SetupError(
      `${path} cannot be locked (${reasonOf(error)}). ` +
        'Set DATA_DIR to a folder on a local disk that this user can write.',
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
