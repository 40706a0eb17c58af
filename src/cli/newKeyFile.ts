import { open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Secret } from '../crypto/Secret.ts';
import { SetupError } from '../lib/errors.ts';
import { errorCode } from '../store/errorCode.ts';

const ownerOnly = 0o600;

/** Writes a secret to a new file of mode 0600, durably; never over a file that is there, which may hold a key in use. */
export async function writeNewKeyFile(path: string, secret: Secret): Promise<void> {
  const file = await open(path, 'wx', ownerOnly).catch((error: unknown) => {
    throw cannotWrite(path, error);
  });
  try {
    // The process's umask may have taken bits away from the owner, too.
    await file.chmod(ownerOnly);
    await file.writeFile(`${secret.reveal()}\n`);
    await file.sync();
    await syncFolder(dirname(path));
  } catch (error) {
    await unlink(path);
    throw cannotWrite(path, error);
  } finally {
    await file.close();
  }
}

/** Without this, a power cut may lose the name of a file whose content is safe. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function cannotWrite(path: string, error: unknown): SetupError {
  const code = errorCode(error);
  if (code === 'EEXIST') {
    return new SetupError(
      `${path} exists and is never overwritten: it may hold a key in use. Move it away, or name another file with --out.`,
    );
  }
  return new SetupError(
    `${path} cannot be written (${code}), so no key was made. Name a file in a folder that this user can write with --out.`,
  );
}
