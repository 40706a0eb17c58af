import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseKeyring } from '../../src/crypto/keyring.ts';
import { checkKeyring } from '../../src/store/checkKeyring.ts';
import { importFormsSql } from '../../src/store/importForms.ts';
import { entryOf, ringText } from '../crypto/samples.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertKey, insertTenant } from '../support/rows.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const formsNow = async () => {
  const [found] = await database.sql<{ forms: string[] }>(`select ${importFormsSql} as forms`);
  return found?.forms.toSorted();
};

describe('the forms of imported tokens', () => {
  it('are each there once, of current and of retiring secrets, and none of what was minted here', async () => {
    const tenantId = await insertTenant(database);
    await insertKey(database, { tenantId });
    expect(await formsNow()).toEqual([]);
    for (const version of ['1/raw', '1/raw', '2<1/raw', '1/hmac:old']) {
      const id = await insertKey(database, { tenantId });
      await database.sql('update api_keys set token_hash_key_version = $1 where id = $2', [version, id]);
    }
    expect(await formsNow()).toEqual(['1/hmac:old', '1/raw', '2<1/raw']);
    await database.sql(
      `update api_key_retiring_secrets set token_hash_key_version = '1/sha256' where api_key_id in (select id from api_keys limit 2)`,
    );
    expect(await formsNow()).toEqual(['1/hmac:old', '1/raw', '1/sha256', '2<1/raw']);
  });

  it('are read from the indexes that hold them alone, however many keys there are', async () => {
    await database.sql(
      `insert into api_keys (id, tenant_id, name, environment, token_hash, token_hash_key_version)
       select gen_random_uuid(), tenants.id, 'bulk ' || n, 'live', sha256(n::text::bytea), case when n % 2 = 0 then '1' else '1/raw' end
       from tenants, generate_series(1, 5000) n`,
    );
    await database.sql('analyze api_keys');
    const plan = await database.sql<{ 'QUERY PLAN': string }>(`explain (analyze) select ${importFormsSql}`);
    const scans = plan.map(({ 'QUERY PLAN': line }) => / (\w[\w ]*Scan.*) on api_keys/.exec(line)?.[1]).filter(Boolean);
    expect(scans).toEqual(Array(2).fill('Index Only Scan using ix_api_keys_import_form'));
  });

  it('a ring without the pepper of one of them is refused, and the pepper is named', async () => {
    const ring = (...more: Record<string, unknown>[]) =>
      parseKeyring(ringText([entryOf(1, 'active'), entryOf(2, 'verify'), ...more]), 'the test');
    await expect(checkKeyring(database.service, ring())).rejects.toMatchObject({
      name: 'SetupError',
      message: expect.stringContaining('lacks import:old, with which tokens of this database were hashed'),
    });
    await checkKeyring(database.service, ring(entryOf(4, 'import:old')));
  });
});
