import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKeyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertMintedKeys, type MintedKey } from '../support/mintedKeys.ts';
import { insertTenant } from '../support/rows.ts';
import { type ServiceProcess, startProcess } from '../support/serviceProcess.ts';
import { urlOf } from '../support/urlOf.ts';

const KEYRING_JSON = createKeyring(new Date(), systemRandom);
let database: TestDatabase;
let keys: readonly MintedKey[];
const running: ServiceProcess[] = [];
beforeAll(async () => {
  database = await createDatabase();
  const tenantId = await insertTenant(database);
  keys = await insertMintedKeys(database, parseKeyring(KEYRING_JSON, 'the test'), { tenantId, count: 20 });
});
afterAll(async () => {
  for (const service of running) await service.stop('SIGKILL');
  await database.drop();
});

async function start(): Promise<ServiceProcess> {
  const service = await startProcess({ DATABASE_URL: urlOf(database.service), KEYRING_JSON });
  running.push(service);
  return service;
}

/** A request that a key lets in; answers when. */
async function present({ url }: ServiceProcess, { token }: MintedKey): Promise<number> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ viewer { __typename } }' }),
  });
  expect(await response.json()).toEqual({ data: { viewer: { __typename: 'Viewer' } } });
  return Date.now();
}

/** The keys that were used since a moment, by what is stored. */
async function usedSince(moment: number): Promise<string[]> {
  const rows = await database.sql<{ id: string }>(
    'select id from api_keys where last_used_at >= to_timestamp($1::float8 / 1000) and secret_last_used_at = last_used_at order by id',
    [moment],
  );
  return rows.map(({ id }) => id);
}

it('a process that is told to stop has written every use before it ends', async () => {
  const service = await start();
  const begin = Date.now();
  await Promise.all(keys.map((key) => present(service, key)));
  // At once: none has waited as long as a timer does.
  expect(await service.stop('SIGTERM')).toBe(0);
  expect(await usedSince(begin)).toEqual(keys.map(({ keyId }) => keyId).toSorted());
});

it('a use is stored within five seconds, without another request, so a killed process loses no older one', async () => {
  await database.sql('update api_keys set last_used_at = null, secret_last_used_at = null');
  const service = await start();
  const [old, late] = keys;
  if (old === undefined || late === undefined) throw new Error('There are no keys.');
  const begin = Date.now();
  const answered = await present(service, old);
  while ((await usedSince(begin)).length === 0 && Date.now() < answered + 10_000);
  expect(Date.now() - answered).toBeLessThan(5_000);
  await present(service, late);
  expect(await service.stop('SIGKILL')).toBe('SIGKILL');
  expect(await usedSince(begin)).toContain(old.keyId);
});
