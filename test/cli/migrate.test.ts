import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { migrationNames } from '../../migrations/index.ts';
import { atDatabase } from '../support/addresses.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { databaseUrl, keywright } from './keywright.ts';

let database: TestDatabase;
const emptyName = `${inject('server').prefix}_${randomBytes(4).toString('hex')}`;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`create database ${emptyName} template template0 encoding 'UTF8' locale 'C.UTF-8'`);
});

afterAll(async () => {
  await database.sql(`drop database ${emptyName} with (force)`);
  await database.drop();
});

test('an empty database gets every migration, and a second run has nothing to do', async () => {
  const env = {
    MIGRATE_DATABASE_URL: databaseUrl(atDatabase(database.admin, emptyName)),
    DATABASE_URL: databaseUrl(atDatabase(database.service, emptyName)),
  };
  const told = migrationNames.map((name) => `Applied ${name} to the database "${emptyName}".\n`).join('');
  expect(await keywright(['migrate'], { env })).toEqual({ code: 0, stdout: told, stderr: '' });
  expect(await keywright(['migrate'], { env })).toEqual({
    code: 0,
    stdout: `The database "${emptyName}" has the schema of this release already.\n`,
    stderr: '',
  });
  const { stdout } = await keywright(['migrate', '--json'], { env });
  expect(JSON.parse(stdout)).toEqual({ database: emptyName, applied: [] });
});

test('without MIGRATE_DATABASE_URL the login of DATABASE_URL migrates', async () => {
  const env = { DATABASE_URL: databaseUrl(database.admin) };
  const { code, stdout } = await keywright(['migrate', '--json'], { env });
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, applied: [] });
});

test('without any database it says who migrates the embedded one', async () => {
  const stdout =
    'Neither MIGRATE_DATABASE_URL nor DATABASE_URL is set: the embedded database migrates itself at start.\n';
  expect(await keywright(['migrate'])).toEqual({ code: 0, stdout, stderr: '' });
  expect((await keywright(['migrate', '--json'])).stdout).toBe('{"database":null,"applied":[]}\n');
});

test('a database that cannot be reached is exit code 3, and its password is not told', async () => {
  const env = { MIGRATE_DATABASE_URL: 'postgres://owner:hunter2@127.0.0.1:1/keywright' };
  const { code, stdout, stderr } = await keywright(['migrate'], { env });
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toBe(
    'MIGRATE_DATABASE_URL (postgres://owner:***@127.0.0.1:1/keywright) cannot be used: connect ECONNREFUSED 127.0.0.1:1. ' +
      'Is the server up, and are name, login and password right?\n',
  );
});

test('a database that is not there is exit code 1 and a sentence', async () => {
  const env = { DATABASE_URL: databaseUrl(atDatabase(database.admin, 'keywright_nowhere')) };
  const { code, stderr } = await keywright(['migrate'], { env });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^DATABASE_URL \(.*\) cannot be used: database "keywright_nowhere" does not exist\. Is the server up/,
  );
});
