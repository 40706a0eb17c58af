import { accessSync, chmodSync, constants, mkdirSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SetupError } from '../lib/errors.ts';
import { errorCode } from './errorCode.ts';
import { describeLockHolder, lockFileName, takeFolderLock } from './folderLock.ts';
import { nobody } from './postgresUser.ts';

const ownerOnly = 0o700;
const anyoneElse = 0o077;

/** The folder of one installation without `DATABASE_URL`: its database and its secrets. */
export type DataFolder = {
  readonly path: string;
  /** For `startEmbeddedPostgres`, which makes it. */
  readonly postgresPath: string;
  readonly keyringPath: string;
  readonly bootstrapKeyPath: string;
  /** `holder`: nobody else has the folder until `close`. `joiner`: a running process has it, and we are its guest. */
  readonly role: 'holder' | 'joiner';
  /** Gives the folder back; the end of the process does so, too. */
  close(): void;
};

/**
 * Makes the folder when it is missing, keeps it private, and takes it for this process.
 * `purpose` is what others are told who find it in use; with `join`, finding it in use is no error.
 */
export function openDataFolder(path: string, options: { purpose: string; join?: boolean }): DataFolder {
  const wanted = resolve(path);
  makeFolder(wanted);
  keepPrivate(wanted);
  const folder = realpathSync(wanted);
  const lock = takeFolderLock(folder, options.purpose);
  if (lock === undefined && options.join !== true) {
    throw new SetupError(
      `The data folder ${wanted} is in use by ${describeLockHolder(folder)}. ` +
        'Stop it first, or set DATA_DIR to another folder.',
    );
  }
  return {
    path: folder,
    postgresPath: join(folder, 'postgres'),
    keyringPath: join(folder, 'keyring.json'),
    bootstrapKeyPath: join(folder, 'bootstrap-key'),
    role: lock === undefined ? 'joiner' : 'holder',
    close: () => lock?.release(),
  };
}

function makeFolder(path: string): void {
  try {
    // Only the last folder is private: those above it may serve others, too.
    mkdirSync(dirname(path), { recursive: true });
    mkdirSync(path, { mode: ownerOnly });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    throw new SetupError(
      `The data folder ${path} cannot be made by user ${myId()} (${errorCode(error)}). ` +
        'Set DATA_DIR to a folder that this user can make.',
      { cause: error },
    );
  }
}

function keepPrivate(path: string): void {
  const stats = statOf(path);
  if (!stats.isDirectory()) {
    throw new SetupError(
      `The data folder ${path} is not a folder. Set DATA_DIR to a folder, or to a path that is free.`,
    );
  }
  refuseForeign(path, stats);
  if ((stats.mode & anyoneElse) !== 0) tighten(path, stats);
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new SetupError(
      `The data folder ${path} cannot be written by user ${myId()} (${errorCode(error)}). ` +
        `Run: chmod 700 ${path}, or set DATA_DIR to a folder that this user can write.`,
      { cause: error },
    );
  }
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw new SetupError(
      `The data folder ${path} cannot be reached by user ${myId()} (${errorCode(error)}). ` +
        'Set DATA_DIR to a folder that this user can reach.',
      { cause: error },
    );
  }
}

/** Whoever owns the folder can replace every secret in it; and what we leave there, its owner could not use. */
function refuseForeign(path: string, stats: Stats): void {
  const me = myId();
  // Root hands its folder to nobody where Postgres can only run as that user.
  if (stats.uid === me || (me === 0 && stats.uid === nobody.uid)) return;
  throw new SetupError(
    `The data folder ${path} belongs to user ${stats.uid}, and this process runs as user ${me}. ` +
      `Run it as user ${stats.uid}, or set DATA_DIR to a new folder.`,
  );
}

function tighten(path: string, stats: Stats): void {
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
  // Taking the rights of others away from a folder such as /tmp or a home would break more than it protects.
  if (!isEmptyOrOurs(path)) {
    throw new SetupError(
      `The folder ${path} has mode ${mode}, which lets others in, and holds other files. ` +
        'Set DATA_DIR to a new or empty folder.',
    );
  }
  try {
    chmodSync(path, ownerOnly);
  } catch (error) {
    throw new SetupError(`The data folder ${path} has mode ${mode}, and it cannot be changed (${errorCode(error)}).`, {
      cause: error,
    });
  }
  if ((statOf(path).mode & anyoneElse) !== 0) {
    throw new SetupError(
      `The data folder ${path} stays open to others: its file system knows no modes. Set DATA_DIR to a folder on a disk that does.`,
    );
  }
}

function isEmptyOrOurs(path: string): boolean {
  const names = readdirSync(path);
  return names.length === 0 || [lockFileName, 'keyring.json', 'postgres'].some((name) => names.includes(name));
}

/** The effective user is the one whose rights count. */
function myId(): number {
  return process.geteuid?.() ?? 0;
}
