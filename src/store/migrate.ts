import type { MikroORM } from '@mikro-orm/postgresql';
import { Client, type ClientBase } from 'pg';
import { migrationNames } from '../../migrations/index.ts';
import { SetupError } from '../lib/errors.ts';
import { type DatabaseAddress, describeAddress } from './DatabaseAddress.ts';
import { errorCode } from './errorCode.ts';
import { openOrm } from './orm.ts';

/** The roles that the service's login takes on, one at a time, and never has by itself. */
const serviceRoles = ['keywright_app', 'keywright_platform', 'keywright_verify', 'keywright_reader'];
/** The one that reads the locks of secrets: the service's as well, unless another login is there for it. */
const recoveryRole = 'keywright_recovery';

/** One arbitrary number: whoever holds this lock is the one that migrates. */
const migrationLock = 4_057_301_126;

/**
 * Brings a database to this release's schema, and makes `serviceLogin` a member of the roles. With a `recoveryLogin` of
 * its own, the role that reads the locks is that login's alone. Answers what it applied.
 */
export async function migrate(
  address: DatabaseAddress,
  serviceLogin: string,
  recoveryLogin: string = serviceLogin,
): Promise<readonly string[]> {
  const client = new Client({ ...address, application_name: 'keywright migrate' });
  client.on('error', () => {});
  await client.connect();
  try {
    await checkLetters(client);
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    const { orm } = openOrm(address, { ...address, application_name: 'keywright migrate' });
    try {
      const applied = await runMigrations(orm);
      await client.query('grant select on mikro_orm_migrations to keywright_app, keywright_platform, keywright_verify');
      const apart = recoveryLogin !== serviceLogin;
      await admitLogin(client, serviceLogin, apart ? serviceRoles : [...serviceRoles, recoveryRole]);
      if (apart) {
        await client.query(`revoke ${recoveryRole} from ${client.escapeIdentifier(serviceLogin)}`);
        await admitLogin(client, recoveryLogin, [recoveryRole]);
      }
      return applied;
    } catch (error) {
      throw lacksRights(error, describeAddress(address).user) ?? error;
    } finally {
      await orm.close(true);
    }
  } finally {
    await client.end();
  }
}

/** What is missing when the server says "insufficient privilege"; nothing has been applied then that a second run would not find. */
function lacksRights(error: unknown, login: string): SetupError | undefined {
  if (errorCode(error) !== '42501') return undefined;
  return new SetupError(
    `The login "${login}" may not set this database up: ${(error as Error).message}. It must own the database and have CREATEROLE; ` +
      `roles named keywright_… that another login made need GRANT … TO "${login}" WITH ADMIN OPTION first. Then run the command again.`,
    { cause: error },
  );
}

async function runMigrations(orm: MikroORM): Promise<readonly string[]> {
  const applied = await orm.migrator.up();
  return applied.map((migration) => migration.name);
}

/** Names are compared without case by `lower()`; a database that only knows ASCII would let two "É" in. */
async function checkLetters(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ good: boolean; name: string }>(
    "select lower('É') = 'é' as good, current_database() as name",
  );
  if (rows[0]?.good === true) return;
  throw new SetupError(
    `The database "${rows[0]?.name}" does not know that "é" is the lower case of "É", so names could not be compared. ` +
      "Create it with a UTF-8 locale: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'.",
  );
}

/** With inheritance, a forgotten SET ROLE would show every tenant; without it, it is a refused statement. */
async function admitLogin(client: ClientBase, login: string, roles: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ rolsuper: boolean }>('select rolsuper from pg_roles where rolname = $1', [
    login,
  ]);
  const [role] = rows;
  if (role === undefined)
    throw new SetupError(
      `DATABASE_URL or RECOVERY_DATABASE_URL names the login "${login}", which this server does not have. Create it: CREATE ROLE "${login}" LOGIN PASSWORD '…'.`,
    );
  if (role.rolsuper) return;
  const quoted = client.escapeIdentifier(login);
  const { rows: version } = await client.query<{ server_version_num: string }>('show server_version_num');
  const own = (await client.query<{ own: boolean }>('select current_user = $1 as own', [login])).rows[0]?.own === true;
  if (Number(version[0]?.server_version_num) >= 160_000) {
    await client.query(`grant ${roles.join(', ')} to ${quoted} with inherit false, set true`);
    return;
  }
  if (!own) await client.query(`alter role ${quoted} noinherit`);
  await client.query(`grant ${roles.join(', ')} to ${quoted}`);
}

/** The migrations that a database still lacks, as this release knows them; all of them where there is no schema yet. */
export async function pendingMigrations(address: DatabaseAddress): Promise<readonly string[]> {
  const client = new Client({ ...address, application_name: 'keywright' });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('set role keywright_verify');
    const { rows } = await client.query<{ name: string }>('select name from mikro_orm_migrations');
    const applied = new Set(rows.map((row) => row.name));
    return migrationNames.filter((name) => !applied.has(name));
  } catch (error) {
    // No table, no role, or no membership: this database, or this login, has never been migrated for.
    const code = (error as { code?: string }).code;
    if (code === '42P01' || code === '42704' || code === '22023' || code === '42501') return migrationNames;
    throw error;
  } finally {
    await client.end();
  }
}

/** Refuses a login that row-level security does not bind: a superuser, or the owner of the tables. */
export async function unboundLogin(address: DatabaseAddress): Promise<string | undefined> {
  const { user } = describeAddress(address);
  const client = new Client({ ...address, application_name: 'keywright' });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ why: string | null }>(
      `select case when r.rolsuper then 'is a superuser' when r.rolbypassrls then 'bypasses row-level security'
         when exists (select from pg_class c where c.relname = 'api_keys' and c.relnamespace = 'public'::regnamespace and c.relowner = r.oid)
         then 'owns the tables' end as why
       from pg_roles r where r.rolname = current_user`,
    );
    const why = rows[0]?.why ?? undefined;
    return why === undefined ? undefined : `The login "${user}" of DATABASE_URL ${why}`;
  } finally {
    await client.end();
  }
}
