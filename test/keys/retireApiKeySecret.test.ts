import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, eventsOf, makeTenant, send, verdictOn } from '../support/verbs.ts';

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

const rotate = (id: string, graceSeconds = 3600) => send(service, 'rotateApiKey', { id, graceSeconds }, tenant.key);
const retire = (id: string, secretNo: number) => send(service, 'retireApiKeySecret', { id, secretNo }, tenant.key);

describe('retireApiKeySecret', () => {
  it('ends the one secret from the answer on, with its lock, and says when it was last used', async () => {
    const { apiKey, secret: first } = await create();
    const { secret: second } = await rotate(apiKey.id);
    const { secret: third } = await rotate(apiKey.id);
    await service.database.sql(
      "update api_key_retiring_secrets set last_used_at = '2026-11-20T08:00:00.123456Z' where secret_no = 1 and 'key_' || keywright_base32(api_key_id) = $1",
      [apiKey.id],
    );
    expect(await retire(apiKey.id, 1)).toEqual({
      apiKey: {
        id: apiKey.id,
        secrets: [
          { no: 3, state: 'CURRENT' },
          { no: 2, state: 'RETIRING' },
        ],
        updatedAt: service.clock.now.toISOString(),
      },
      lastUsedAt: '2026-11-20T08:00:00.123456Z',
      userErrors: [],
    });
    const verdicts = await Promise.all([first, second, third].map((token) => verdictOn(service, token)));
    expect(verdicts).toEqual(['INVALID', 'VALID', 'VALID']);
    const locks = await service.database.sql(
      "select secret_no from api_key_recovery where 'key_' || keywright_base32(api_key_id) = $1 order by 1",
      [apiKey.id],
    );
    expect(locks).toEqual([{ secret_no: 2 }, { secret_no: 3 }]);
    expect((await eventsOf(service, apiKey.id)).at(-1)).toMatchObject({
      action: 'retireApiKeySecret',
      changes: { before: { secretNo: 1 }, after: { secretNo: 1, endsAt: service.clock.now.toISOString() } },
    });
  });

  it('a secret that was never presented has no last use', async () => {
    const { apiKey } = await create();
    await rotate(apiKey.id);
    expect((await retire(apiKey.id, 1)).lastUsedAt).toBeNull();
  });

  it('of two at once one ends it, and the other finds none', async () => {
    const { apiKey } = await create();
    await rotate(apiKey.id);
    const answers = await Promise.all([retire(apiKey.id, 1), retire(apiKey.id, 1)]);
    expect(answers.map((answer) => answer.userErrors[0]?.code ?? 'ended').sort()).toEqual(['NOT_FOUND', 'ended']);
  });

  it.each([
    ['the only secret', 1, 0, 'WRONG_STATE'],
    ['the current one of two', 2, 1, 'WRONG_STATE'],
    ['one that was never there', 7, 1, 'NOT_FOUND'],
    ['number 0', 0, 1, 'INVALID_INPUT'],
    ['a negative number', -1, 1, 'INVALID_INPUT'],
  ])('refuses %s and changes nothing', async (_what, secretNo, rotations, code) => {
    const { apiKey } = await create();
    for (let n = 0; n < rotations; n++) await rotate(apiKey.id);
    const before = await checksum(service);
    expect(await retire(apiKey.id, secretNo)).toMatchObject({
      apiKey: null,
      userErrors: [{ code, path: ['input', 'secretNo'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('one whose grace is over is gone already', async () => {
    const { apiKey } = await create();
    await rotate(apiKey.id, 60);
    const { now } = service.clock;
    service.clock.now = new Date(now.getTime() + 60_000);
    expect(await retire(apiKey.id, 1)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    service.clock.now = now;
  });
});
