import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, eventsOf, makeTenant, makeUser, send, sendRaw, verdictOn } from '../support/verbs.ts';

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

const present = async (token: string, reason?: string) => {
  const answer = await sendRaw(service, 'revokePresentedApiKey', { token, reason }, null);
  expect(answer.errors).toEqual([]);
  return answer.data.revokePresentedApiKey;
};

describe('revokePresentedApiKey', () => {
  it('whoever holds a token kills its key, without a credential; the owner reads where it was found', async () => {
    const { apiKey, secret } = await create();
    expect(await present(secret, 'Found in a public gist.')).toEqual({
      revokedApiKeyId: apiKey.id,
      display: apiKey.display,
      revokedAt: service.clock.now.toISOString(),
      userErrors: [],
    });
    expect(await verdictOn(service, secret)).toBe('REVOKED');
    const events = await service.database.sql(
      'select actor, action, changes from audit_events where target = $1 order by seq',
      [apiKey.id],
    );
    expect(events.at(-1)).toEqual({
      actor: `bearer:${apiKey.id}`,
      action: 'revokePresentedApiKey',
      changes: { before: { status: 'active' }, after: { status: 'revoked', reason: 'Found in a public gist.' } },
    });
  });

  it('a line in which the token stood may be pasted: what is stored shows which key it was, and no token', async () => {
    const { apiKey, secret } = await create();
    await send(service, 'disableApiKey', { id: apiKey.id, reason: `In a log: GET /?key=${secret} 200` }, tenant.key);
    await present(secret, `curl -H "x-api-key: ${secret}"`);
    const [, disabled, revoked] = await eventsOf(service, apiKey.id);
    expect(disabled?.changes.after.reason).toBe(`In a log: GET /?key=${apiKey.display} 200`);
    expect(revoked?.changes.after.reason).toBe(`curl -H "x-api-key: ${apiKey.display}"`);
    const [row] = await service.database.sql('select revocation_reason from api_keys where name = $1', [apiKey.name]);
    expect(row).toEqual({ revocation_reason: `curl -H "x-api-key: ${apiKey.display}"` });
  });

  it('a retiring secret, a disabled key, a personal key and one of a suspended tenant die as well', async () => {
    const { apiKey, secret: old } = await create();
    await send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: 60 }, tenant.key);
    expect((await present(old)).revokedApiKeyId).toBe(apiKey.id);
    const { apiKey: resting, secret } = await create();
    await send(service, 'disableApiKey', { id: resting.id }, tenant.key);
    expect((await present(secret)).revokedApiKeyId).toBe(resting.id);
    const ada = await makeUser(service, tenant.key);
    expect((await present(ada.key)).revokedApiKeyId).toBe(ada.keyId);
    const other = await makeTenant(service);
    await send(service, 'suspendTenant', { id: other.id });
    expect((await present(other.key)).revokedApiKeyId).toBe(other.keyId);
  });

  it('a second report changes nothing and answers the same', async () => {
    const { secret } = await create();
    const first = await present(secret);
    const before = await checksum(service);
    expect(await present(secret, 'again')).toEqual(first);
    expect(await checksum(service)).toBe(before);
    expect(await eventsOf(service, first.revokedApiKeyId)).toHaveLength(2);
  });

  it('every token that proves nothing now has one answer, and nothing changes', async () => {
    const { apiKey, secret } = await create();
    await send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: 0 }, tenant.key);
    const { apiKey: gone, secret: deleted } = await create();
    await send(service, 'deleteApiKey', { id: gone.id }, tenant.key);
    const { apiKey: rotated, secret: retired } = await create();
    await send(service, 'rotateApiKey', { id: rotated.id, graceSeconds: 60 }, tenant.key);
    service.clock.now = new Date(service.clock.now.getTime() + 60_000);
    const before = await checksum(service);
    const tokens = ['', 'nonsense', secret, deleted, retired, `${secret}x`];
    const answers = await Promise.all(tokens.map((token) => present(token)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({
      revokedApiKeyId: null,
      userErrors: [{ code: 'NOT_FOUND', path: ['input', 'token'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('the token comes as a variable only', async () => {
    const { apiKey, secret } = await create();
    const literal = `mutation { revokePresentedApiKey(input: { token: "${secret}" }) { revokedApiKeyId } }`;
    const { errors } = await service.graph(literal, {}, null);
    expect(errors[0]?.message).toBe(
      'Send the token as a variable: a literal in the text of a query ends up in logs and caches.',
    );
    expect(await verdictOn(service, secret)).toBe('VALID');
    expect(apiKey.status).toBe('ACTIVE');
  });
});
