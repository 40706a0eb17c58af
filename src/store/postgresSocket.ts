import { createHash } from 'node:crypto';
import { lchownSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SetupError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { errorCode } from './errorCode.ts';
import type { PostgresUser } from './postgresUser.ts';

/** Postgres names its socket by a port; nothing listens on the network. */
export const socketPort = 5432;

/** The socket in a folder. */
export function socketPath(folder: string): string {
  return join(folder, `.s.PGSQL.${socketPort}`);
}

/**
 * The folder of the socket: beside the data, or where that path is longer than a socket's may be, a private one
 * of a name that follows from it. Others need not compute it: the server's pid file names it.
 */
export function chooseSocketFolder(root: string, user: PostgresUser): string {
  if (fits(root)) return root;
  const short = shortSocketFolder(root);
  if (!fits(short)) {
    throw new SetupError(
      `Neither ${root} nor ${short} leaves room for a socket (${limits.socketPathBytesMax} bytes of path). ` +
        'Set DATA_DIR to a shorter path.',
    );
  }
  makePrivate(short, user);
  return short;
}

/** Where the socket of a folder goes whose path is too long. */
export function shortSocketFolder(root: string): string {
  return join(tmpdir(), `keywright-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`);
}

function fits(folder: string): boolean {
  return Buffer.byteLength(socketPath(folder)) <= limits.socketPathBytesMax;
}

function makePrivate(path: string, user: PostgresUser): void {
  try {
    mkdirSync(path, { mode: 0o700 });
    lchownSync(path, user.uid, user.gid);
  } catch (cause) {
    if (errorCode(cause) !== 'EEXIST') {
      throw new SetupError(
        `The folder of the database's socket, ${path}, cannot be made (${errorCode(cause)}). Set DATA_DIR to a shorter path.`,
        { cause },
      );
    }
  }
  // Everyone may make folders there, and whoever owns this one could stand in for the database.
  const stats = lstatSync(path);
  if (stats.isDirectory() && stats.uid === user.uid && (stats.mode & 0o077) === 0) return;
  throw new SetupError(
    `The folder of the database's socket, ${path}, was made by somebody else or is open to others. ` +
      'Remove it, or set DATA_DIR to a shorter path.',
  );
}
