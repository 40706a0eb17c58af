import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SetupError } from '../../src/lib/errors.ts';
import type { DatabaseAddress } from '../../src/store/DatabaseAddress.ts';
import { migrate } from '../../src/store/migrate.ts';
import { readKnownPres } from '../../src/store/recoveryLocks.ts';
import { databaseUrl, keywright } from '../cli/keywright.ts';
import { withLogin } from '../support/addresses.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

// Memberships belong to the whole server: the logins are this file's own.
const suffix = randomBytes(6).toString('hex');
const [service, keeper] = [`keywright_test_service_${suffix}`, `keywright_test_keeper_${suffix}`];
const password = randomBytes(16).toString('hex');

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  for (const login of [service, keeper]) {
    await database.sql(`create role ${login} login noinherit password '${password}'`);
  }
});
afterAll(async () => {
  for (const login of [service, keeper]) await database.sql(`drop role ${login}`);
  await database.drop();
});

const at = (user: string): DatabaseAddress => withLogin(database.admin, { user, password });

/** Which of the service's roles a login may take on. */
async function rolesOf(login: string): Promise<string[]> {
  const client = new Client(at(login));
  await client.connect();
  const taken: string[] = [];
  for (const role of ['app', 'platform', 'verify', 'recovery', 'reader']) {
    await client.query(`set role keywright_${role}`).then(
      () => taken.push(role),
      () => {},
    );
  }
  await client.end();
  return taken;
}

it('with one login, the service reads the locks itself: a guard rail', async () => {
  await migrate(database.admin, service);
  expect(await rolesOf(service)).toEqual(['app', 'platform', 'verify', 'recovery', 'reader']);
  expect((await readKnownPres(at(service), [1])).size).toBe(0);
});

it('with a login of its own, the locks are that login’s alone: a wall, and so from the next "migrate" on', async () => {
  const env = {
    MIGRATE_DATABASE_URL: databaseUrl(database.admin),
    DATABASE_URL: databaseUrl(at(service)),
    RECOVERY_DATABASE_URL: databaseUrl(at(keeper)),
  };
  expect((await keywright(['migrate'], { env })).code).toBe(0);
  expect(await rolesOf(service)).toEqual(['app', 'platform', 'verify', 'reader']);
  expect(await rolesOf(keeper)).toEqual(['recovery']);
  expect((await readKnownPres(at(keeper), [1])).size).toBe(0);
});

it('a login that may not read the locks is refused with the command that lets it', async () => {
  const error = await readKnownPres(at(service), [1]).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SetupError);
  expect((error as SetupError).message).toBe(
    `The login "${service}" may not take on the role keywright_recovery, which reads the locks of secrets. ` +
      'Run "npx keywright migrate" with RECOVERY_DATABASE_URL set as it is here.',
  );
});

it('without that login, a further "migrate" gives the locks back to the service', async () => {
  await migrate(database.admin, service);
  expect(await rolesOf(service)).toContain('recovery');
});
