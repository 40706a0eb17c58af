import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertKey, insertTenant, insertUser } from '../support/rows.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

async function keyRow(id: string) {
  const [row] = await database.sql<{ tenant_id: string; user_id: string | null; owner_user_id: string | null }>(
    'select tenant_id, user_id, owner_user_id from api_keys where id = $1',
    [id],
  );
  return row;
}

describe('what the references between the tables promise', () => {
  it('a deleted maker leaves the key, its tenant and its owner as they were, and no maker', async () => {
    const tenantId = await insertTenant(database);
    const [maker, owner] = [await insertUser(database, tenantId), await insertUser(database, tenantId)];
    const key = await insertKey(database, { tenantId, userId: maker, ownerUserId: owner });
    await database.sql('delete from users where id = $1', [maker]);
    expect(await keyRow(key)).toEqual({ tenant_id: tenantId, user_id: null, owner_user_id: owner });
  });

  it('a deleted owner takes the personal key, its retiring secrets and its locks along', async () => {
    const tenantId = await insertTenant(database);
    const owner = await insertUser(database, tenantId);
    const key = await insertKey(database, { tenantId, ownerUserId: owner });
    await database.sql('delete from users where id = $1', [owner]);
    expect(await keyRow(key)).toBeUndefined();
    const left = await database.sql(
      `select 1 from api_key_retiring_secrets where api_key_id = $1 union all select 1 from api_key_recovery where api_key_id = $1`,
      [key],
    );
    expect(left).toEqual([]);
  });

  it('a tenant with a key, or with a user, cannot be deleted', async () => {
    const [withKey, withUser] = [await insertTenant(database), await insertTenant(database)];
    await insertKey(database, { tenantId: withKey });
    await insertUser(database, withUser);
    await expect(database.sql('delete from tenants where id = $1', [withKey])).rejects.toMatchObject({
      constraint: 'fk_api_keys_tenant',
    });
    await expect(database.sql('delete from tenants where id = $1', [withUser])).rejects.toMatchObject({
      constraint: 'fk_users_tenant',
    });
  });

  it('no key can name a user of another tenant, neither as its maker nor as its owner', async () => {
    const [own, foreign] = [await insertTenant(database), await insertTenant(database)];
    const stranger = await insertUser(database, foreign);
    await expect(insertKey(database, { tenantId: own, userId: stranger })).rejects.toMatchObject({
      constraint: 'fk_api_keys_user',
    });
    await expect(insertKey(database, { tenantId: own, ownerUserId: stranger })).rejects.toMatchObject({
      constraint: 'fk_api_keys_owner',
    });
  });

  it('no secret and no lock can belong to a key of another tenant', async () => {
    const [own, foreign] = [await insertTenant(database), await insertTenant(database)];
    const key = await insertKey(database, { tenantId: own });
    await expect(
      database.sql('update api_key_retiring_secrets set tenant_id = $1 where api_key_id = $2', [foreign, key]),
    ).rejects.toMatchObject({ constraint: 'fk_api_key_retiring_secrets_key' });
    await expect(
      database.sql('update api_key_recovery set tenant_id = $1 where api_key_id = $2', [foreign, key]),
    ).rejects.toMatchObject({
      constraint: 'fk_api_key_recovery_key',
    });
  });

  it('a name is taken in its tenant whatever its case, letters beyond ASCII too, and free in another', async () => {
    const [one, other] = [await insertTenant(database), await insertTenant(database)];
    await insertKey(database, { tenantId: one, name: 'ÉTÉ key' });
    await expect(insertKey(database, { tenantId: one, name: 'été KEY' })).rejects.toMatchObject({
      constraint: 'ux_api_keys_tenant_name',
    });
    await insertKey(database, { tenantId: other, name: 'été KEY' });
  });

  it('there is one tenant of kind platform, and it cannot be suspended', async () => {
    const id = await insertTenant(database, { kind: 'platform' });
    await expect(insertTenant(database, { kind: 'platform' })).rejects.toMatchObject({
      constraint: 'ux_tenants_platform',
    });
    await expect(database.sql("update tenants set status = 'suspended' where id = $1", [id])).rejects.toMatchObject({
      constraint: 'tenants_platform_active_check',
    });
  });
});
