import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringInOne, oldToken, row } from '../legacy/importing.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { countStatements } from '../support/statements.ts';
import { makeTenant, makeUser, send, type Verb, verdictOn } from '../support/verbs.ts';

let one: TestService;
let other: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  one = await startTestService();
  other = await one.another();
  tenant = await makeTenant(one);
});
afterAll(async () => {
  await other.close();
  await one.close();
});

type Subjects = { readonly tenant: string; readonly user: string; readonly key: string; readonly rotated?: string };

/** Verbs that withdraw, what they change, and what a token that was good is from then on. */
const withdrawals: readonly [
  Verb,
  (subjects: Subjects) => Record<string, unknown>,
  string,
  Record<string, unknown>?,
][] = [
  ['updateApiKey', ({ key: id }) => ({ id, scopes: ['b'] }), 'INSUFFICIENT_SCOPE', { allOf: ['a'] }],
  ['updateApiKey', ({ key: id }) => ({ id, notBefore: '9998-01-01T00:00:00Z' }), 'NOT_YET_VALID'],
  ['updateUser', ({ user: id }) => ({ id, scopeCeiling: ['b'] }), 'INSUFFICIENT_SCOPE', { allOf: ['a'] }],
  ['rotateApiKey', ({ key: id }) => ({ id, graceSeconds: 0 }), 'INVALID'],
  ['disableApiKey', ({ key: id }) => ({ id }), 'DISABLED'],
  ['revokeApiKey', ({ key: id }) => ({ id }), 'REVOKED'],
  ['revokeApiKeys', ({ key }) => ({ ids: [key] }), 'REVOKED'],
  ['deleteApiKey', ({ key: id }) => ({ id }), 'INVALID'],
  ['disableUser', ({ user: id }) => ({ id }), 'USER_DISABLED'],
  ['deleteUser', ({ user: id }) => ({ id }), 'INVALID'],
  ['suspendTenant', ({ tenant: id }) => ({ id }), 'TENANT_SUSPENDED'],
];

/** Waits until the change is everywhere, and answers whether it says so. */
async function withdraw(verb: Verb, input: Record<string, unknown>) {
  const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Input!`;
  const payload = 'propagation { effective effectiveBy nodesPending } userErrors { code message }';
  const { data, errors } = await one.graph(`mutation ($input: ${type}) { ${verb}(input: $input) { ${payload} } }`, {
    input: { ...input, waitMs: 10_000 },
  });
  expect([errors, data[verb].userErrors]).toEqual([[], []]);
  return data[verb].propagation;
}

async function makeSubjects() {
  const { tenant: home } = await send(one, 'createTenant', { name: 'home' });
  const { user } = await send(one, 'createUser', { tenantId: home.id, name: 'one' });
  const { apiKey, secret } = await send(one, 'createApiKey', {
    tenantId: home.id,
    name: 'key',
    ownerUserId: user.id,
    scopes: ['a'],
  });
  return { tenant: home.id, user: user.id, key: apiKey.id, secret } as Subjects & { secret: string };
}

describe('two nodes that answer from memory', () => {
  it.each(withdrawals)(
    '%s is effective for both when its answer says so',
    async (verb, inputOf, verdict, want = {}) => {
      const subjects = await makeSubjects();
      for (const node of [one, other]) {
        expect(await verdictOn(node, subjects.secret, want)).toBe('VALID');
        // From memory: nothing is asked, and still the next line is true.
        expect(await countStatements(() => verdictOn(node, subjects.secret, want))).toEqual([]);
      }
      expect(await withdraw(verb, inputOf(subjects))).toEqual({ effective: true, effectiveBy: null, nodesPending: 0 });
      for (const node of [one, other]) expect(await verdictOn(node, subjects.secret, want)).toBe(verdict);
    },
  );

  it('the one that makes a change knows of it with its answer, however short the wait', async () => {
    const { key, secret } = await makeSubjects();
    expect(await verdictOn(one, secret)).toBe('VALID');
    await send(one, 'revokeApiKey', { id: key, waitMs: 0 });
    expect(await verdictOn(one, secret)).toBe('REVOKED');
  });

  it('what is given back is good on both as soon as a later change is effective', async () => {
    const { key: id, secret } = await makeSubjects();
    await send(one, 'disableApiKey', { id });
    for (const node of [one, other]) expect(await verdictOn(node, secret)).toBe('DISABLED');
    await send(one, 'enableApiKey', { id });
    // Whoever waits for a later entry of the log has waited for this one as well.
    await send(one, 'updateApiKey', { id, metadata: { a: 1 }, waitMs: 10_000 });
    for (const node of [one, other]) expect(await verdictOn(node, secret)).toBe('VALID');
  });

  it('a new secret is good on a node that remembers the old one', async () => {
    const { key: id, secret: old } = await makeSubjects();
    expect(await verdictOn(other, old)).toBe('VALID');
    const { secret } = await send(one, 'rotateApiKey', { id, graceSeconds: 60, waitMs: 0 });
    expect([await verdictOn(other, secret), await verdictOn(other, old)]).toEqual(['VALID', 'VALID']);
  });

  it('a caller’s own key is known like any other, and ends like any other', async () => {
    const ada = await makeUser(one, tenant.key);
    const ask = () => other.graph('{ viewer { kind } }', {}, ada.key);
    expect((await ask()).status).toBe(200);
    await send(one, 'revokeApiKey', { id: ada.keyId, waitMs: 10_000 });
    expect((await ask()).status).toBe(401);
  });

  it('an import is found by the other at once, and its tokens are remembered until their keys change', async () => {
    const token = oldToken();
    const { id } = await bringInOne(one, tenant.id, row({ token }));
    await send(one, 'updateApiKey', { id, metadata: { a: 1 }, waitMs: 10_000 });
    expect(await verdictOn(other, token)).toBe('VALID');
    expect(await countStatements(() => verdictOn(other, token))).toEqual([]);
    await send(one, 'disableApiKey', { id, waitMs: 10_000 });
    expect(await verdictOn(other, token)).toBe('DISABLED');
  });

  it('a node that stops is waited for no longer', async () => {
    const third = await one.another();
    const nodes = () => one.database.sql<{ n: number }>('select count(*)::int as n from verifier_node');
    expect(await nodes()).toEqual([{ n: 3 }]);
    await third.close();
    expect(await nodes()).toEqual([{ n: 2 }]);
    const { key: id } = await makeSubjects();
    expect((await withdraw('revokeApiKey', { id })).effective).toBe(true);
  });
});
