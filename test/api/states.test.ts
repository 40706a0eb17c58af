import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markdownTable } from '../support/markdownTable.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, makeTenant, send, type Verb } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

let count = 0;
const inSeconds = (seconds: number) => new Date(service.clock.now.getTime() + seconds * 1000).toISOString();

/** What a verb does in a state: it changes something, it changes nothing and says how things are, or it is refused. */
type Outcome = 'changes' | 'same' | 'NOT_FOUND' | 'WRONG_STATE';

async function outcomeOf(verb: Verb, input: Record<string, unknown>, key?: string): Promise<Outcome> {
  const before = await checksum(service);
  const { userErrors, ...rest } = await send(service, verb, input, key);
  const changed = (await checksum(service)) !== before;
  if (userErrors.length === 0) return changed ? 'changes' : 'same';
  expect(changed).toBe(false);
  expect(userErrors).toHaveLength(1);
  const { replayed, ...results } = rest;
  expect([replayed ?? false, ...Object.values(results)]).toEqual([false, ...Object.values(results).map(() => null)]);
  return userErrors[0].code;
}

/** The cells of the table that the page shows under a heading: a state, a verb, and what comes of it. */
function cellsOf<V>(heading: string, verbs: readonly V[]): (readonly [string, V, string])[] {
  return markdownTable('docs/lifecycle.md', heading).flatMap(([state = '', ...outcomes]) => {
    expect(outcomes).toHaveLength(verbs.length);
    return verbs.map((verb, index) => [state, verb, outcomes[index] ?? ''] as const);
  });
}

describe('a key', () => {
  // A key in each state has a current and a retiring secret, as far as the state leaves them.
  const makeKey = async (state: string): Promise<string> => {
    const expiresAt = state === 'expired' ? inSeconds(1) : null;
    const input = { name: `state ${++count}`, expiresAt, notBefore: state === 'not yet valid' ? inSeconds(9) : null };
    const { apiKey } = await send(service, 'createApiKey', input, tenant.key);
    await send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: expiresAt === null ? 3600 : 1 }, tenant.key);
    if (state === 'disabled') await send(service, 'disableApiKey', { id: apiKey.id }, tenant.key);
    if (state === 'revoked') await send(service, 'revokeApiKey', { id: apiKey.id }, tenant.key);
    if (state === 'deleted') await send(service, 'deleteApiKey', { id: apiKey.id }, tenant.key);
    if (state === 'expired') service.clock.now = new Date(service.clock.now.getTime() + 1000);
    return apiKey.id;
  };
  const inputs: Readonly<Record<string, () => [Verb, Record<string, unknown>]>> = {
    rename: () => ['updateApiKey', { name: `renamed ${++count}` }],
    rescope: () => ['updateApiKey', { scopes: ['a:read'] }],
    rotate: () => ['rotateApiKey', { graceSeconds: 0 }],
    'retire the retiring': () => ['retireApiKeySecret', { secretNo: 1 }],
    'retire the current': () => ['retireApiKeySecret', { secretNo: 2 }],
    disable: () => ['disableApiKey', {}],
    enable: () => ['enableApiKey', {}],
    revoke: () => ['revokeApiKey', {}],
    delete: () => ['deleteApiKey', {}],
  };
  it.each(cellsOf('## A key', Object.keys(inputs)))('that is %s: %s → %s', async (state, what, outcome) => {
    const id = await makeKey(state);
    const [verb, input] = inputs[what]?.() ?? ['revokeApiKey', {}];
    expect(await outcomeOf(verb, { id, ...input }, tenant.key)).toBe(outcome);
  });
});

describe('a user', () => {
  const makeOne = async (state: string): Promise<string> => {
    const { user } = await send(service, 'createUser', { name: `state ${++count}` }, tenant.key);
    if (state === 'disabled') await send(service, 'disableUser', { id: user.id }, tenant.key);
    if (state === 'deleted') await send(service, 'deleteUser', { id: user.id }, tenant.key);
    return user.id;
  };
  const verbs = ['updateUser', 'disableUser', 'enableUser', 'deleteUser', 'createApiKey'] as const;
  it.each(cellsOf('## A user', verbs))('that is %s: %s → %s', async (state, verb, outcome) => {
    const id = await makeOne(state);
    const input = { updateUser: { id, name: 'renamed' }, createApiKey: { name: `for ${++count}`, ownerUserId: id } };
    const given = verb === 'updateUser' || verb === 'createApiKey' ? input[verb] : { id };
    expect(await outcomeOf(verb, given, tenant.key)).toBe(outcome);
  });
});

describe('a tenant', () => {
  const makeOne = async (state: string): Promise<string> => {
    if (state === 'the platform') return (await service.graph('{ viewer { tenant { id } } }')).data.viewer.tenant.id;
    const { tenant: made } = await send(service, 'createTenant', { name: `state ${++count}` });
    if (state === 'with a key') await send(service, 'createApiKey', { tenantId: made.id, name: 'a key' });
    if (state === 'with a user') await send(service, 'createUser', { tenantId: made.id, name: 'a user' });
    if (state === 'suspended') await send(service, 'suspendTenant', { id: made.id });
    if (state === 'deleted') await send(service, 'deleteTenant', { id: made.id });
    return made.id;
  };
  const verbs = ['updateTenant', 'suspendTenant', 'reactivateTenant', 'deleteTenant'] as const;
  it.each(cellsOf('## A tenant', verbs))('that is %s: %s → %s', async (state, verb, outcome) => {
    const id = await makeOne(state);
    const input = verb === 'updateTenant' ? { name: `renamed ${++count}` } : {};
    expect(await outcomeOf(verb, { id, ...input })).toBe(outcome);
  });
});
