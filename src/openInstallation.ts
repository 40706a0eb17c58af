import { existsSync } from 'node:fs';
import { Client } from 'pg';
import type { Config } from './config.ts';
import { createKeyring, type Keyring, parseKeyring } from './crypto/keyring.ts';
import { readKeyringText, writeNewKeyringFile } from './crypto/keyringFile.ts';
import { systemRandom } from './crypto/random.ts';
import { Secret } from './crypto/Secret.ts';
import { systemClock } from './lib/clock.ts';
import { SetupError } from './lib/errors.ts';
import { limits } from './lib/limits.ts';
import { maskedUrl } from './lib/maskedUrl.ts';
import { asRole } from './store/asRole.ts';
import { checkKeyring, knowsKeyring } from './store/checkKeyring.ts';
import type { DatabaseAddress } from './store/DatabaseAddress.ts';
import { type DataFolder, openDataFolder } from './store/dataFolder.ts';
import { startEmbeddedPostgres } from './store/embeddedPostgres.ts';
import { migrate, pendingMigrations, unboundLogin } from './store/migrate.ts';
import { isUnusable } from './store/outage.ts';
import { refuseStandby } from './store/refuseStandby.ts';

/** A database with this release's schema, and the ring that belongs to it. */
export type Installation = {
  readonly database: DatabaseAddress;
  readonly keyring: Keyring;
  /** The ring's text, for workers that need it; undefined unless it was asked for. */
  readonly ring: Secret | undefined;
  /** The login that owns the tables of the embedded database; of any other, MIGRATE_DATABASE_URL names it. */
  readonly owner: DatabaseAddress | undefined;
  /** The folder of the embedded database; undefined where DATABASE_URL names another. */
  readonly folder: DataFolder | undefined;
  close(): Promise<void>;
};

/** Who opens it: the service, which needs the data folder for itself, or a command, which may join a running service. */
export type Opening = {
  readonly purpose: string;
  readonly join: boolean;
  /** Whether the ring's text is kept: otherwise nothing in this process holds it once it is read. */
  readonly keepsRing?: boolean;
};

/** The login under which the service works on its embedded database: none of its rights are its own. */
const embeddedLogin = 'keywright_service';
const embeddedDatabase = 'keywright';

/** Opens what the configuration names, or says what is missing and the command that mends it. */
export async function openInstallation(config: Config, opening: Opening): Promise<Installation> {
  return config.databaseUrl === undefined
    ? openEmbedded(config, opening)
    : openRemote(config, config.databaseUrl, opening);
}

async function openRemote(config: Config, connectionString: string, opening: Opening): Promise<Installation> {
  const database = { connectionString };
  return reaching(connectionString, async () => {
    await asRole(database, undefined, refuseStandby);
    const pending = await pendingMigrations(database);
    if (pending.length > 0) {
      throw new SetupError(
        `The database of DATABASE_URL lacks ${pending.length} of this release's migrations (${pending.join(', ')}). Run: npx keywright migrate`,
      );
    }
    const unbound = config.nodeEnv === 'production' ? await unboundLogin(database) : undefined;
    if (unbound !== undefined) {
      throw new SetupError(
        `${unbound}, so no row-level security would hold it. In production, give DATABASE_URL a login of its own, and MIGRATE_DATABASE_URL this one.`,
      );
    }
    const ring = await remoteRing(config);
    await checkKeyring(database, ring.keyring, config);
    return { database, ...kept(ring, opening), owner: undefined, folder: undefined, close: async () => {} };
  });
}

/** A ring, and the text that it was read from. */
type Ring = { readonly keyring: Keyring; readonly text: Secret };

function ringOf(text: Secret, where: string): Ring {
  return { keyring: parseKeyring(text.reveal(), where), text };
}

function kept({ keyring, text }: Ring, { keepsRing = false }: Opening): Pick<Installation, 'keyring' | 'ring'> {
  return { keyring, ring: keepsRing ? text : undefined };
}

async function remoteRing({ keyringFile, keyringJson }: Config): Promise<Ring> {
  if (keyringJson !== undefined) return ringOf(new Secret(keyringJson), 'KEYRING_JSON');
  if (keyringFile !== undefined) return ringOf(await readKeyringText(keyringFile), keyringFile);
  throw new SetupError(
    'DATABASE_URL needs a key ring: KEYRING_FILE or KEYRING_JSON. Make one: npx keywright keyring init FILE',
  );
}

/** A database that cannot be reached is a sentence with its address, never a stack. */
async function reaching<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SetupError || !isUnusable(error)) throw error;
    const reason = error instanceof AggregateError ? error.errors.map(String).join('; ') : (error as Error).message;
    throw new SetupError(
      `DATABASE_URL (${maskedUrl(url)}) cannot be used: ${reason}. Is the server up, and are name, login and password right?`,
      { cause: error },
    );
  }
}

async function openEmbedded(config: Config, opening: Opening): Promise<Installation> {
  const folder = openDataFolder(config.dataDir, opening);
  try {
    // A command that joined a running service is a guest of its database, too, and leaves it running.
    const postgres = await startEmbeddedPostgres(folder.postgresPath, {
      join: folder.role === 'joiner',
      settings: embeddedSettings(config),
    });
    const close = async () => {
      await postgres.stop();
      folder.close();
    };
    try {
      const { host, port, user } = postgres;
      const admin = { host, port, user, database: embeddedDatabase };
      const database = { host, port, user: embeddedLogin, database: embeddedDatabase };
      if (folder.role === 'holder') {
        await prepare({ ...admin, database: 'postgres' });
        await migrate(admin, embeddedLogin);
      }
      const ring = await embeddedRing(config, folder, database);
      await checkKeyring(database, ring.keyring, config);
      return { database, ...kept(ring, opening), owner: admin, folder, close };
    } catch (error) {
      await close();
      throw error;
    }
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** Room for the pools of every worker: with too little, those that came last would serve nothing. */
function embeddedSettings({ workers }: Config): Record<string, string> {
  const needed = workers * limits.workerConnectionsMax + limits.postgresConnectionsSpare;
  return needed > limits.postgresConnectionsMax ? { max_connections: String(needed) } : {};
}

/** The service's own database and login, made on the first start. */
async function prepare(admin: DatabaseAddress): Promise<void> {
  const client = new Client(admin);
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ login: boolean; database: boolean }>(
      'select exists (select from pg_roles where rolname = $1) as login, exists (select from pg_database where datname = $2) as database',
      [embeddedLogin, embeddedDatabase],
    );
    if (rows[0]?.login !== true) await client.query(`create role ${embeddedLogin} login noinherit`);
    if (rows[0]?.database !== true) await client.query(`create database ${embeddedDatabase}`);
  } finally {
    await client.end();
  }
}

async function embeddedRing(config: Config, folder: DataFolder, database: DatabaseAddress): Promise<Ring> {
  if (config.keyringFile !== undefined || config.keyringJson !== undefined) return remoteRing(config);
  const path = folder.keyringPath;
  if (!existsSync(path)) {
    if (await knowsKeyring(database)) {
      throw new SetupError(
        `The key ring ${path} is gone, but the database beside it was served with one. Put it back: without it no secret of this database can be verified. ` +
          `Only if nobody has a copy: npx keywright keyring init ${path} --lost NUMBERS, as docs/operating.md tells.`,
      );
    }
    await writeNewKeyringFile(path, createKeyring(systemClock(), systemRandom));
  }
  return ringOf(await readKeyringText(path), path);
}
