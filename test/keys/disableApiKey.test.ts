import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { eventsOf, makeTenant, send, verdictOn } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

let count = 0;
const create = (input: Record<string, unknown> = {}, key = tenant.key) =>
  send(service, 'createApiKey', { name: `key ${++count}`, ...input }, key);

const disable = (id: string, reason?: string, key = tenant.key) => send(service, 'disableApiKey', { id, reason }, key);

describe('disableApiKey', () => {
  it('stops every secret of the key from the answer on, and the audit says why', async () => {
    const { apiKey, secret: old } = await create();
    const { secret } = await send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: 60 }, tenant.key);
    expect(await disable(apiKey.id, 'on leave')).toMatchObject({
      apiKey: { status: 'DISABLED', isActive: false, secrets: [{ no: 2 }, { no: 1 }] },
      userErrors: [],
    });
    expect([await verdictOn(service, old), await verdictOn(service, secret)]).toEqual(['DISABLED', 'DISABLED']);
    expect((await eventsOf(service, apiKey.id)).at(-1)).toEqual({
      action: 'disableApiKey',
      changes: { before: { status: 'active' }, after: { status: 'disabled', reason: 'on leave' } },
    });
  });

  it('the last key of the platform that works is refused, whoever else is asked at the same moment', async () => {
    const { apiKey: second } = await create({ scopes: ['keywright:*'] }, service.platformKey);
    const { apiKey: personal } = await ownKeyOfAPlatformUser();
    const { data } = await service.graph('{ viewer { apiKey { id } } }');
    const answers = await Promise.all(
      [second.id, data.viewer.apiKey.id].map((id) => disable(id, undefined, service.platformKey)),
    );
    expect(answers.map((answer) => answer.apiKey?.status ?? answer.userErrors[0].code).sort()).toEqual([
      'DISABLED',
      'WRONG_STATE',
    ]);
    expect(personal.status).toBe('ACTIVE');
    const [row] = await service.database.sql(
      "select count(*)::int as n from api_keys k join tenants t on t.id = k.tenant_id where t.kind = 'platform' and k.status = 'active' and k.owner_user_id is null",
    );
    expect(row).toEqual({ n: 1 });
  });
});

/** A personal key of a platform's user stands for that person, not for the platform. */
async function ownKeyOfAPlatformUser() {
  const { user } = await send(service, 'createUser', { name: 'operator' }, service.platformKey);
  return create({ ownerUserId: user.id }, service.platformKey);
}
