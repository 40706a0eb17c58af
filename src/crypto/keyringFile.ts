import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SetupError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { type Keyring, parseKeyring } from './keyring.ts';
import { type RingEntry, readRing, writeRing } from './ringFormat.ts';
import { Secret } from './Secret.ts';

const ownerOnly = 0o600;
const anyoneElse = 0o077;
const groupReads = 0o040;

/** Reads the ring in a file that nobody but its owner can read, or that root has given this service's group to read. */
export async function readKeyringFile(path: string): Promise<Keyring> {
  return parseKeyring((await readKeyringText(path)).reveal(), path);
}

/** The same ring as text, for whoever has to give it on. */
export async function readKeyringText(path: string): Promise<Secret> {
  const file = await openExisting(path);
  try {
    // Asked of the open file and not of the path, so that what was checked is what is read.
    refuseUnsafe(path, await file.stat());
    return new Secret(await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

/**
 * Writes a new ring with mode 0600, durably and all of it or nothing; never over a file that is there,
 * because the ring in it may be the only key to every secret of a database.
 */
export async function writeNewKeyringFile(path: string, json: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeDurably(temporary, json);
    // A link fails where a rename would replace.
    await link(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw cannotWrite(path, error);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

/**
 * Replaces the ring in a file by what `edit` makes of it: the new one is on the disk before it takes the old one's name,
 * so that at every moment the file is one of the two, whole. Refuses where the file is not its caller's alone to replace.
 */
export async function editKeyringFile<T>(
  path: string,
  edit: (entries: readonly RingEntry[]) => { readonly entries: readonly RingEntry[] } & T,
): Promise<T> {
  // One name for all, and never opened where it is taken: of two commands at once, one would lose the other's key.
  const next = `${path}.new`;
  const file = await open(next, 'wx', ownerOnly).catch((error: unknown) => {
    throw cannotEdit(path, next, error);
  });
  try {
    const { entries, ...told } = edit(await readForEdit(path));
    const json = writeRing(entries);
    // A ring that could not be read again must not take the place of one that can.
    readRing(json, next);
    await finish(file, json);
    await rename(next, path);
    await syncFolder(dirname(path));
    return told as T;
  } catch (error) {
    await unlink(next).catch(() => undefined);
    throw error instanceof SetupError ? error : cannotWrite(path, error);
  } finally {
    await file.close();
  }
}

/** The entries of a ring that its reader may replace; through a link, the file behind it would stay as it was. */
async function readForEdit(path: string): Promise<readonly RingEntry[]> {
  const file = await openExisting(path, constants.O_NOFOLLOW);
  try {
    const stats = await file.stat();
    refuseUnsafe(path, stats);
    const user = process.geteuid?.() ?? stats.uid;
    if (stats.uid !== user) {
      throw new SetupError(`The key ring ${path} belongs to user ${stats.uid}. Change it as that user.`);
    }
    return readRing(await file.readFile('utf8'), path);
  } finally {
    await file.close();
  }
}

async function openExisting(path: string, flags = 0): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer for ever.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK | flags);
  } catch (error) {
    throw cannotRead(path, error, flags);
  }
}

function refuseUnsafe(path: string, stats: Stats): void {
  if (!stats.isFile()) {
    throw new SetupError(`The key ring ${path} is not a file. Name the file itself in KEYRING_FILE.`);
  }
  // The effective user is the one whose rights count; Windows has neither and answers undefined.
  const user = process.geteuid?.();
  if (user !== undefined && stats.uid !== user && stats.uid !== 0) {
    throw new SetupError(
      `The key ring ${path} belongs to user ${stats.uid}, who could replace it, and this service runs as user ${user}. ` +
        `Run: chown ${user} ${path}`,
    );
  }
  // Orchestrators mount secrets as root's, readable by the one group that they put the service in.
  const given = user !== 0 && stats.uid === 0 ? groupReads : 0;
  if (user !== undefined && (stats.mode & anyoneElse & ~given) !== 0) {
    const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
    throw new SetupError(`The key ring ${path} has mode ${mode}: others can use it. Run: chmod 600 ${path}`);
  }
  if (stats.size > limits.keyringBytesMax) {
    throw new SetupError(`The key ring ${path} is larger than ${limits.keyringBytesMax} bytes. Name the right file.`);
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', ownerOnly);
  try {
    await finish(file, text);
  } finally {
    await file.close();
  }
}

async function finish(file: FileHandle, text: string): Promise<void> {
  // The process's umask may have taken bits away from the owner, too.
  await file.chmod(ownerOnly);
  await file.writeFile(text);
  await file.sync();
}

/** Without this, a power cut may lose the name of a file whose content is safe. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function cannotRead(path: string, error: unknown, flags: number): SetupError {
  const code = codeOf(error);
  if (code === 'ENOENT') {
    return new SetupError(
      `There is no key ring at ${path}. Name the ring of this database in KEYRING_FILE, ` +
        'or make the first one with "keywright keyring init".',
    );
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const user = process.geteuid?.() ?? 'this user';
    return new SetupError(`The key ring ${path} cannot be read by user ${user}. Run: chown ${user} ${path}`);
  }
  if (code === 'ELOOP' && flags !== 0) {
    return new SetupError(`The key ring ${path} is a symbolic link. Name the file that it leads to.`);
  }
  return new SetupError(`The key ring ${path} cannot be opened (${code}). Name a readable file in KEYRING_FILE.`);
}

function cannotEdit(path: string, next: string, error: unknown): SetupError {
  if (codeOf(error) !== 'EEXIST') return cannotWrite(path, error);
  return new SetupError(
    `${next} is there: another command is changing this key ring, or one was interrupted. ${path} itself is whole. ` +
      `If no other command runs, remove ${next} and run this again.`,
  );
}

function cannotWrite(path: string, error: unknown): SetupError {
  const code = codeOf(error);
  if (code === 'EEXIST') {
    return new SetupError(
      `${path} exists and is never overwritten: it may be a database's only ring. Name another file.`,
    );
  }
  return new SetupError(
    `The key ring ${path} cannot be written (${code}). Name a file in a folder that this user can write.`,
  );
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown error';
}
