import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { schemaDrift } from '../support/schemaDrift.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

describe('the entities', () => {
  it('say what the migrations made, and a column that only one of them knows is found', async () => {
    expect(await schemaDrift(database.admin)).toEqual([]);
    await database.sql('alter table users add column nickname text');
    expect(await schemaDrift(database.admin)).toEqual(['alter table "users" drop column "nickname";']);
    await database.sql('alter table users drop column nickname, alter column name set not null');
    expect(await schemaDrift(database.admin)).toEqual(['alter table "users" alter column "name" drop not null;']);
  });
});
