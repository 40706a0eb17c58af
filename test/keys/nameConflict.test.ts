import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, eventsOf, makeTenant, makeUser, send, sendRaw } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

const create = (input: Record<string, unknown>, key = tenant.key) => send(service, 'createApiKey', input, key);
const again = (name: string, key = tenant.key) => create({ name, onNameConflict: 'RENAME_REVOKED' }, key);

async function makeRevoked(name: string, key = tenant.key) {
  const { apiKey } = await create({ name }, key);
  await send(service, 'revokeApiKey', { id: apiKey.id }, key);
  return apiKey;
}

describe('a name that is taken', () => {
  it('a revoked key that holds it gets another, in the same transaction, and the audit says so', async () => {
    const old = await makeRevoked('Production');
    const { apiKey } = await again('production');
    expect(apiKey.name).toBe('production');
    const renamed = `Production (revoked ${old.publicId})`;
    expect((await eventsOf(service, old.id)).at(-1)).toEqual({
      action: 'updateApiKey',
      changes: { before: { name: 'Production' }, after: { name: renamed } },
    });
    const [row] = await service.database.sql(
      `select old.name, old.xmin = made.xmin as one from api_keys old, api_keys made
       where 'key_' || keywright_base32(old.id) = $1 and 'key_' || keywright_base32(made.id) = $2`,
      [old.id, apiKey.id],
    );
    expect(row).toEqual({ name: renamed, one: true });
  });

  it('can be freed again and again, and cuts no character in two where it is long', async () => {
    const name = `x${'🔑'.repeat(254)}`;
    for (let round = 0; round < 3; round++) {
      const { apiKey } = await again(name);
      expect(apiKey.name).toBe(name);
      await send(service, 'revokeApiKey', { id: apiKey.id }, tenant.key);
    }
    const [row] = await service.database.sql("select count(*)::int as n from api_keys where name like 'x🔑%'");
    expect(row).toEqual({ n: 3 });
  });

  it('a living key keeps it, and without the wish a revoked one does; nothing changes', async () => {
    await create({ name: 'Living' });
    await makeRevoked('Dead');
    const before = await checksum(service);
    for (const attempt of [
      again('living'),
      create({ name: 'dead' }),
      create({ name: 'dead', onNameConflict: 'REFUSE' }),
    ]) {
      expect(await attempt).toMatchObject({
        apiKey: null,
        secret: null,
        userErrors: [{ code: 'NAME_TAKEN', path: ['input', 'name'] }],
      });
    }
    expect(await checksum(service)).toBe(before);
  });

  it('a person frees names of their own revoked keys, and of no other', async () => {
    const ada = await makeUser(service, tenant.key);
    await makeRevoked('the tenant’s');
    await makeRevoked('mine', ada.key);
    expect((await again('the tenant’s', ada.key)).userErrors).toMatchObject([{ code: 'NAME_TAKEN' }]);
    expect((await again('mine', ada.key)).userErrors).toEqual([]);
  });

  it('of two that want it at once, exactly one gets it', async () => {
    for (let round = 0; round < 5; round++) {
      await makeRevoked(`wanted ${round}`);
      const answers = await Promise.all([again(`wanted ${round}`), again(`wanted ${round}`)]);
      expect(answers.map((answer) => answer.userErrors[0]?.code ?? 'made').sort()).toEqual(['NAME_TAKEN', 'made']);
    }
  });
});

describe('the identifier of a gateway', () => {
  it('is the platform’s to give, and taken across tenants', async () => {
    const before = await checksum(service);
    const denied = await sendRaw(service, 'createApiKey', { name: 'gw', externalKeyId: 'gw-7' }, tenant.key);
    expect(denied.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await checksum(service)).toBe(before);
    const input = { name: 'gw', externalKeyId: 'gw-7' };
    expect((await create({ ...input, tenantId: tenant.id }, service.platformKey)).userErrors).toEqual([]);
    const other = await makeTenant(service);
    expect((await create({ ...input, tenantId: other.id }, service.platformKey)).userErrors).toMatchObject([
      { code: 'EXTERNAL_KEY_ID_TAKEN', path: ['input', 'externalKeyId'] },
    ]);
  });
});
