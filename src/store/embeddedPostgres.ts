import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SetupError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgresBinaries.ts';
import { createCluster, openPostgresFolder, postgresEnvironment, superuser } from './postgresCluster.ts';
import { openPostgresLog, type PostgresLog } from './postgresLog.ts';
import { chooseSocketFolder, socketPath, socketPort } from './postgresSocket.ts';
import { choosePostgresUser, type PostgresUser } from './postgresUser.ts';
import {
  childServer,
  findPostmaster,
  foundServer,
  type Postmaster,
  pidFileName,
  type ServerProcess,
  stopServer,
  stopServerNow,
  until,
} from './postmaster.ts';

/** A private PostgreSQL: where to connect (no password), and how to end it. */
export type EmbeddedPostgres = {
  /** The folder of its Unix socket, as `pg` takes it. */
  readonly host: string;
  readonly port: number;
  /** The superuser. */
  readonly user: string;
  /** Whether it ends with us: false for the guest of another process. */
  readonly owned: boolean;
  /** A new database, one that was there, a server that a killed process left running, or another process's. */
  readonly origin: 'created' | 'started' | 'adopted' | 'joined';
  /** Ends it when it is owned, and waits until it is gone. Close the pools first: it ends open transactions. */
  stop(): Promise<void>;
};

/** What may be different from a service's own database. */
export type EmbeddedPostgresOptions = {
  /** False for tests: a power cut would destroy the database, and everything is faster. */
  readonly durable?: boolean;
  /** For a guest (`DataFolder.role`): wait for the holder's server, start none, stop none. */
  readonly join?: boolean;
  /** Settings of postgresql.conf that come on top of ours. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly startTimeoutMs?: number;
};

/** Everything about one server that does not change while it runs. */
type Server = {
  readonly root: string;
  readonly data: string;
  readonly user: PostgresUser;
  readonly binaries: PostgresBinaries;
  readonly settings: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
};

/**
 * Starts the PostgreSQL of the folder `path`, and makes the folder and the database when they are missing.
 * Except for a guest, the caller holds the lock of the data folder: two servers on one database would destroy it.
 */
export async function startEmbeddedPostgres(
  path: string,
  options: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const timeoutMs = options.startTimeoutMs ?? limits.postgresStartTimeoutMs;
  if (options.join === true) return joinServer(resolve(path), timeoutMs);

  const binaries = findPostgresBinaries();
  const folder = openPostgresFolder(resolve(path), binaries.majorVersion);
  const user = choosePostgresUser(folder.root, folder.data, binaries);
  const durable = options.durable ?? true;
  const settings = { ...serverSettings(durable), ...options.settings };
  const server: Server = { ...folder, user, binaries, settings, timeoutMs };

  const isNew = !existsSync(server.data);
  if (isNew) await createCluster(folder, { binaries, user, durable, timeoutMs });
  return (await adoptOrphan(server)) ?? (await launch(server, isNew ? 'created' : 'started'));
}

async function joinServer(root: string, timeoutMs: number): Promise<EmbeddedPostgres> {
  const data = join(root, 'data');
  const found = await until(() => readyServer(data), timeoutMs);
  if (found !== undefined) {
    return {
      host: found.host,
      port: found.port,
      user: superuser,
      owned: false,
      origin: 'joined',
      stop: async () => {},
    };
  }
  throw new SetupError(
    `Another process has the data folder around ${root}, but its database is not ready after ${timeoutMs} ms. ` +
      'Look at what that process says, and try again when it is up.',
  );
}

/** A server whose process was killed serves on. It keeps its warm cache and is ours again, unless it was started otherwise. */
async function adoptOrphan(server: Server): Promise<EmbeddedPostgres | undefined> {
  const { data, root } = server;
  const orphan = findPostmaster(data);
  if (orphan === undefined) return undefined;
  const found = foundServer(data, orphan.pid);
  await until(() => !found.isAlive() || findPostmaster(data)?.status !== 'starting' || undefined, server.timeoutMs);
  const ready = readyServer(data);
  if (ready !== undefined && runsWith(data, serverArguments(server, ready.host))) {
    return own({ root, host: ready.host, port: ready.port, origin: 'adopted' }, found, openPostgresLog(logPath(root)));
  }
  // It was stopping already, or has other settings: those could be a durability that was promised and is not kept.
  await stopServer(found);
  return undefined;
}

async function launch(server: Server, origin: 'created' | 'started'): Promise<EmbeddedPostgres> {
  const { data, root, timeoutMs } = server;
  const host = chooseSocketFolder(root, server.user);
  removeLeftovers(data, host);
  const log = openPostgresLog(logPath(root));
  const child = spawnServer(server, serverArguments(server, host), log);
  const ending = endOf(child);
  const started = own({ root, host, port: socketPort, origin }, childServer(child), log);
  const seen = await until(() => ending.reason ?? readyServer(data, child.pid), timeoutMs);
  if (typeof seen === 'object') return started;

  const lastWords = log.lastLines();
  await started.stop();
  throw new SetupError(
    `The embedded PostgreSQL in ${root} did not start (${seen ?? `not ready after ${timeoutMs} ms`}). ` +
      `Its last words:\n${lastWords}\nThe whole log is ${logPath(root)}.`,
  );
}

function spawnServer(server: Server, args: readonly string[], log: PostgresLog): ChildProcess {
  const [program = '', ...rest] = [...server.user.prefix, server.binaries.postgres, ...args];
  const child = spawn(program, rest, {
    ...server.user.ids,
    cwd: '/',
    env: postgresEnvironment,
    // A session of its own: Ctrl-C reaches every process of the terminal's group, and Postgres must end after us.
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  child.unref();
  return child;
}

/** Why a process is no more, once it is. */
function endOf(child: ChildProcess): { reason?: string } {
  const ending: { reason?: string } = {};
  child.once('error', (error) => {
    ending.reason = error.message;
  });
  child.once('exit', (code, signal) => {
    ending.reason = signal === null ? `exit code ${code}` : signal;
  });
  return ending;
}

/** Ties a server's end to ours: by `stop`, or at the latest when this process exits. */
function own(
  at: Pick<EmbeddedPostgres, 'host' | 'port' | 'origin'> & { root: string },
  server: ServerProcess,
  log: PostgresLog,
): EmbeddedPostgres {
  const timer = setInterval(() => log.trim(), limits.postgresLogCheckMs).unref();
  const onExit = () => stopServerNow(join(at.root, 'data'), server);
  process.once('exit', onExit);
  const end = async () => {
    await stopServer(server);
    process.removeListener('exit', onExit);
    clearInterval(timer);
    log.close();
    if (at.host !== at.root) removeEmptyFolder(at.host);
  };
  let ended: Promise<void> | undefined;
  return {
    host: at.host,
    port: at.port,
    user: superuser,
    owned: true,
    origin: at.origin,
    stop: () => {
      ended ??= end();
      return ended;
    },
  };
}

function readyServer(data: string, pid?: number): Postmaster | undefined {
  const server = findPostmaster(data);
  return server?.status === 'ready' && (pid === undefined || server.pid === pid) ? server : undefined;
}

function serverSettings(durable: boolean): Record<string, string> {
  return {
    listen_addresses: '',
    unix_socket_permissions: '0700',
    max_connections: String(limits.postgresConnectionsMax),
    shared_buffers: '128MB',
    // What a failed statement says goes to who sent it; here it would copy rows and names of customers into a file.
    log_min_messages: 'log',
    // A statement that fails carries its values, and among them hashes and locks of secrets: they stay out of the log.
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
    ...(durable ? { fsync: 'on' } : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
}

function serverArguments({ data, settings }: Server, host: string): string[] {
  // The setting is a list: without quotes, a comma in the path would divide it.
  const quotedHost = `"${host.replaceAll('"', '""')}"`;
  const all = { ...settings, unix_socket_directories: quotedHost };
  return [
    '-D',
    data,
    '-p',
    String(socketPort),
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** Whether the running server was started with these arguments; Postgres writes them down. */
function runsWith(data: string, args: readonly string[]): boolean {
  const line = readFileSync(join(data, 'postmaster.opts'), 'utf8').trimEnd();
  return line.endsWith(args.map((arg) => ` "${arg}"`).join(''));
}

/** Postgres would respect an old pid file for as long as any other process has that number. */
function removeLeftovers(data: string, host: string): void {
  for (const path of [join(data, pidFileName), socketPath(host), `${socketPath(host)}.lock`])
    rmSync(path, { force: true });
}

function removeEmptyFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Something is left in it, or somebody was faster: an empty folder does no harm.
  }
}

function logPath(root: string): string {
  return join(root, 'log');
}
