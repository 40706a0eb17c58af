import { spawnSync } from 'node:child_process';
import { existsSync, lchownSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { SetupError } from '../lib/errors.ts';
import { lockFileName } from './folderLock.ts';
import type { PostgresBinaries } from './postgresBinaries.ts';

/** How Postgres is run, which refuses to be root. */
export type PostgresUser = {
  /** Who owns its files: another user than it believes to be, within a namespace. */
  readonly uid: number;
  readonly gid: number;
  /** What the process becomes before it starts the program. */
  readonly ids: { readonly uid?: number; readonly gid?: number };
  /** What stands before the program and its arguments. */
  readonly prefix: readonly string[];
};

/** The user without rights that every Linux has. */
export const nobody = { uid: 65534, gid: 65534 } as const;

/** Root's own files, seen by a process that believes to be nobody: a name that `initdb` finds on every machine. */
const namespace = ['unshare', '--user', `--map-user=${nobody.uid}`, `--map-group=${nobody.gid}`, '--'] as const;

/**
 * Who runs the cluster in `root`. One that exists keeps its owner, because no other user may open it.
 *
 * For a new one as root, a user namespace comes first and the user nobody second. Nobody is shared by unrelated
 * services (file servers, name servers, sandboxes): each of them could read a cluster of nobody's, connect to it as
 * superuser, and replace files in a data folder that was handed over so that nobody may pass. In a namespace, data and
 * folder stay root's alone; what that gives up, a Postgres with fewer rights than its service, is little beside a
 * service that is root itself. Containers forbid namespaces as a rule, but there nobody is nobody else: then the folder
 * is handed over, which keeps its mode 0700, and root's files in it (the key ring) stay unreadable to nobody.
 */
export function choosePostgresUser(root: string, data: string, binaries: PostgresBinaries): PostgresUser {
  const me = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  const owner = existsSync(data) ? statSync(data) : undefined;
  if (me.uid !== 0) return choosePlainUser(me, owner, data);
  if (owner !== undefined && owner.uid !== 0) {
    const { uid, gid } = owner;
    return { uid, gid, ids: { uid, gid }, prefix: [] };
  }
  if (namespaceWorks()) return { ...me, ids: {}, prefix: namespace };
  if (owner !== undefined) {
    throw new SetupError(
      `The database in ${data} belongs to root, as whom PostgreSQL refuses to run, and this machine forbids user namespaces. ` +
        'Give the whole data folder to a plain user and start Keywright as that user, or set DATABASE_URL to a PostgreSQL server.',
    );
  }
  handToNobody(root, binaries);
  return { ...nobody, ids: nobody, prefix: [] };
}

function choosePlainUser(
  me: { uid: number; gid: number },
  owner: { uid: number } | undefined,
  data: string,
): PostgresUser {
  if (owner !== undefined && owner.uid !== me.uid) {
    throw new SetupError(
      `The database in ${data} belongs to user ${owner.uid}, and this process runs as user ${me.uid}. ` +
        `Run it as user ${owner.uid}, or set DATA_DIR to a new folder.`,
    );
  }
  if (hasAccount()) return { ...me, ids: {}, prefix: [] };
  if (namespaceWorks()) return { ...me, ids: {}, prefix: namespace };
  throw new SetupError(
    `User ${me.uid} has no account on this machine (no line in /etc/passwd), and PostgreSQL needs one. ` +
      'Run Keywright as a user with an account, or set DATABASE_URL to a PostgreSQL server.',
  );
}

function hasAccount(): boolean {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}

function namespaceWorks(): boolean {
  const [program, ...args] = namespace;
  return spawnSync(program, [...args, 'true'], { cwd: '/', stdio: 'ignore' }).status === 0;
}

function handToNobody(root: string, binaries: PostgresBinaries): void {
  // Only a data folder of ours is given away, known by its lock; any other parent must already let nobody through.
  const parent = dirname(root);
  const isDataFolder = existsSync(join(parent, lockFileName));
  const passed = isDataFolder ? dirname(parent) : parent;
  const attempt = spawnSync('/bin/sh', ['-c', 'test -x "$0" && exec "$1" --version', passed, binaries.postgres], {
    ...nobody,
    cwd: '/',
    stdio: 'ignore',
  });
  if (attempt.status !== 0) {
    throw new SetupError(
      'PostgreSQL refuses to run as root, this machine forbids user namespaces, ' +
        `and the user nobody cannot reach ${passed} or ${binaries.postgres}. Start Keywright as a plain user, ` +
        'or set DATABASE_URL to a PostgreSQL server, or install it and set DATA_DIR where nobody can pass, such as /var/lib/keywright.',
    );
  }
  // Without following links: what lies here may not be what it was.
  if (isDataFolder) lchownSync(parent, nobody.uid, nobody.gid);
  lchownSync(root, nobody.uid, nobody.gid);
}
