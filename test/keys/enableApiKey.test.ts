import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, eventsOf, makeTenant, makeUser, send, verdictOn } from '../support/verbs.ts';

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

describe('enableApiKey', () => {
  it('brings back exactly what was stopped: each secret, until its own end', async () => {
    const { apiKey, secret: old } = await create({ scopes: ['a:read'] });
    const { secret } = await send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: 60 }, tenant.key);
    await send(service, 'disableApiKey', { id: apiKey.id }, tenant.key);
    expect(await send(service, 'enableApiKey', { id: apiKey.id }, tenant.key)).toMatchObject({
      apiKey: { status: 'ACTIVE', isActive: true, scopes: ['a:read'], secrets: [{ no: 2 }, { no: 1 }] },
      userErrors: [],
    });
    expect([await verdictOn(service, old), await verdictOn(service, secret)]).toEqual(['VALID', 'VALID']);
    expect((await eventsOf(service, apiKey.id)).map((event) => event.action)).toEqual([
      'createApiKey',
      'rotateApiKey',
      'disableApiKey',
      'enableApiKey',
    ]);
  });

  it('nobody gives back what they do not hold, or not for as long: a person, say, what the tenant took from their key', async () => {
    const expiresAt = new Date(service.clock.now.getTime() + 60_000).toISOString();
    const { secret: weak } = await create({ scopes: ['keywright:keys:write', 'a:*'] });
    const { secret: brief } = await create({ scopes: ['keywright:keys:write', '*'], expiresAt });
    const ada = await makeUser(service, tenant.key, ['keywright:keys:write']);
    const { apiKey: wide } = await create({ scopes: ['b:read'], ownerUserId: ada.id });
    const { apiKey: fitting } = await create({ scopes: ['a:read'], expiresAt });
    for (const { id } of [wide, fitting]) await send(service, 'disableApiKey', { id }, tenant.key);
    const enable = (id: string, key: string) => send(service, 'enableApiKey', { id }, key);
    const before = await checksum(service);
    for (const [key, code] of [
      [weak, 'SCOPE_NOT_HELD'],
      [ada.key, 'SCOPE_NOT_HELD'],
      [brief, 'EXPIRES_TOO_LATE'],
    ] as const) {
      expect(await enable(wide.id, key)).toMatchObject({ apiKey: null, userErrors: [{ code, path: ['input', 'id'] }] });
    }
    expect(await checksum(service)).toBe(before);
    expect((await enable(fitting.id, weak)).userErrors).toEqual([]);
  });

  it('is logged for whoever answers from memory, as the withdrawal was', async () => {
    const { apiKey } = await create();
    for (const verb of ['disableApiKey', 'enableApiKey'] as const)
      await send(service, verb, { id: apiKey.id }, tenant.key);
    const [row] = await service.database.sql(
      "select count(*)::int as n from revocation_log where kind = 'key' and 'key_' || keywright_base32(subject_id) = $1",
      [apiKey.id],
    );
    expect(row).toEqual({ n: 2 });
  });
});
