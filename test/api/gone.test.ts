import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { uuidOf } from '../support/manyKeys.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, makeTenant, makeUser, send, type Verb } from '../support/verbs.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

type Request = readonly [Verb, Record<string, unknown>, string];

/** Deletes by SQL, and lets the request come to the rows before the deletion is committed: it waits for them. */
async function whileDeleting(deletions: readonly string[], [verb, input, key]: Request): Promise<unknown> {
  const client = new Client(service.database.admin);
  await client.connect();
  try {
    await client.query('begin');
    for (const deletion of deletions) await client.query(deletion);
    const answer = send(service, verb, input, key);
    const waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while ((await service.database.sql(waiting)).length === 0);
    await client.query('commit');
    const before = await checksum(service);
    const { userErrors, ...results } = (await answer) as { userErrors: unknown };
    expect(Object.values(results).every((result) => result === null || result === false)).toBe(true);
    expect(await checksum(service)).toBe(before);
    return userErrors;
  } finally {
    await client.end();
  }
}

it('a person whose user is deleted while a key is made for them hears that, and no fault of ours', async () => {
  const tenant = await makeTenant(service);
  const ada = await makeUser(service, tenant.key);
  const deletion = `delete from users where id = '${uuidOf(ada.id)}'`;
  expect(await whileDeleting([deletion], ['createApiKey', { name: 'late' }, ada.key])).toMatchObject([
    { code: 'NOT_FOUND', path: ['input'] },
  ]);
});

it.each([0, 60])('a key that is deleted while it is rotated with a grace of %d seconds is not found', async (grace) => {
  const tenant = await makeTenant(service);
  const { apiKey } = await send(service, 'createApiKey', { name: 'brief' }, tenant.key);
  const deletion = `delete from api_keys where id = '${uuidOf(apiKey.id)}'`;
  const request: Request = ['rotateApiKey', { id: apiKey.id, graceSeconds: grace }, tenant.key];
  expect(await whileDeleting([deletion], request)).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'id'] }]);
});

it.each([
  ['with an idempotency key', { idempotencyKey: 'one' }, ['input']],
  ['without', {}, ['input', 'tenantId']],
])('a tenant that is deleted while it makes a user %s is not found', async (_how, more, path) => {
  const tenant = await makeTenant(service);
  const deletions = [
    `delete from api_keys where id = '${uuidOf(tenant.keyId)}'`,
    `delete from tenants where id = '${uuidOf(tenant.id)}'`,
  ];
  const request: Request = ['createUser', { name: 'late', ...more }, tenant.key];
  expect(await whileDeleting(deletions, request)).toMatchObject([{ code: 'NOT_FOUND', path }]);
});
