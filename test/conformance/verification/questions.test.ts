import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { intersectScopes } from '../../../src/lib/scopes.ts';
import { makeUser, send } from '../../support/verbs.ts';
import type { Question } from './doors.ts';
import { createWorld, type Made, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.service.close());

/** One key for each list of scopes, and each ceiling of its owner. */
const keys = new Map<string, Promise<Made>>();
function keyWith(scopes: readonly string[], ceiling: readonly string[] | undefined): Promise<Made> {
  const name = JSON.stringify([scopes, ceiling]);
  const found = keys.get(name) ?? makeKey(scopes, ceiling);
  keys.set(name, found);
  return found;
}

async function makeKey(scopes: readonly string[], scopeCeiling: readonly string[] | undefined): Promise<Made> {
  if (scopeCeiling === undefined) return world.make({ scopes });
  const input = { tenantId: world.own.id, email: `c${keys.size}@example.com`, scopeCeiling };
  const { user } = await send(world.service, 'createUser', input);
  return world.make({ scopes, ownerUserId: user.id });
}

type Wanted = Omit<Question, 'token'>;

/** What a key holds (after a `/`, its owner's ceiling), what is wanted of it, and whether it may. */
const scopes: readonly (readonly [held: string, wanted: Wanted, may: boolean])[] = [
  ['', {}, true],
  ['', { allOf: [], anyOf: [] }, true],
  ['', { allOf: ['a'] }, false],
  ['a:b', { allOf: ['a:b'] }, true],
  ['a:b', { allOf: ['a:b:c'] }, false],
  ['a:b', { allOf: ['a'] }, false],
  ['a:b', { allOf: ['A:b'] }, false],
  ['a:b c', { allOf: ['a:b', 'c'] }, true],
  ['a:b c', { allOf: ['a:b', 'd'] }, false],
  ['a:b c', { anyOf: ['d', 'c'] }, true],
  ['a:b c', { anyOf: ['d', 'e'] }, false],
  ['a:b c', { allOf: ['a:b'], anyOf: ['c', 'd'] }, true],
  ['a:b c', { allOf: ['a:b'], anyOf: ['d'] }, false],
  ['a:b c', { allOf: ['d'], anyOf: ['c'] }, false],
  ['a:*', { allOf: ['a:b', 'a:b:c'] }, true],
  ['a:*', { allOf: ['a'] }, false],
  ['a:*', { allOf: ['b:a'] }, false],
  ['a:*:c', { allOf: ['a:b:c'] }, true],
  ['a:*:c', { allOf: ['a:b:d'] }, false],
  ['a:*:c', { allOf: ['a:b:b:c'] }, false],
  ['*', { allOf: ['a', 'a:b:c'] }, true],
  ['*', { allOf: ['keywright:keys:read'] }, false],
  ['keywright:*', { allOf: ['keywright:keys:read'] }, true],
  ['keywright:*', { allOf: ['a'] }, false],
  ['* / a:*', { allOf: ['a:b'] }, true],
  ['* / a:*', { allOf: ['b'] }, false],
  ['a:b b / a:* c', { anyOf: ['b', 'c'] }, false],
];

describe('wanted scopes are judged alike at every door', () => {
  it.each(scopes)('of a key that holds "%s", %j: %s', async (held, wanted, may) => {
    const [own = [], ceiling] = held.split('/').map((list) => list.split(' ').filter((scope) => scope !== ''));
    const { token, verdict } = await keyWith(own, ceiling);
    const code = may ? 'VALID' : 'INSUFFICIENT_SCOPE';
    await world.expectEverywhere({ token, ...wanted }, world.own.key, {
      verdict: { ...verdict, scopes: intersectScopes(own, ceiling ?? null), code, valid: may },
    });
  });
});

describe('so is a wanted environment', () => {
  it.each([
    ['LIVE', undefined, 'VALID'],
    ['LIVE', 'LIVE', 'VALID'],
    ['LIVE', 'TEST', 'WRONG_ENVIRONMENT'],
    ['TEST', undefined, 'VALID'],
    ['TEST', 'TEST', 'VALID'],
    ['TEST', 'LIVE', 'WRONG_ENVIRONMENT'],
  ] as const)('a key for %s, wanted for %s: %s', async (environment, wanted, code) => {
    const { token, verdict } = await world.make({ environment });
    await world.expectEverywhere({ token, ...(wanted && { environment: wanted }) }, world.own.key, {
      verdict: { ...verdict, code, valid: code === 'VALID' },
    });
  });
});

const longest = 'a'.repeat(64);
/** What nobody can want, and what every door says of it. */
const malformed: readonly (readonly [Wanted, readonly string[], string])[] = [
  [{ allOf: ['a', '*'] }, ['allOf', '1'], '"*" has a wildcard: ask for one scope, such as orders:read.'],
  [{ anyOf: ['a:*:b'] }, ['anyOf', '0'], '"a:*:b" has a wildcard'],
  [{ allOf: [''] }, ['allOf', '0'], '"" is not a scope: expected segments joined by ":"'],
  [{ allOf: ['a', 'b', 'a b'] }, ['allOf', '2'], '"a b" is not a scope'],
  [{ allOf: ['a::b'] }, ['allOf', '0'], '"a::b" is not a scope'],
  [{ anyOf: [`${longest}a`] }, ['anyOf', '0'], 'is not a scope'],
  [{ anyOf: [Array(11).fill('a').join(':')] }, ['anyOf', '0'], 'has 11 segments, and a scope has at most 10.'],
  [{ anyOf: [Array(4).fill(longest).join(':')] }, ['anyOf', '0'], 'has 259 characters, and a scope has at most 255.'],
  [{ allOf: Array(101).fill('a') }, ['allOf'], 'At most 100 scopes are allowed, and these are 101.'],
  // Whatever the token is: a question that makes no sense has no answer.
  [{ allOf: ['b*'], anyOf: ['c*'] }, ['allOf', '0'], '"b*" is not a scope'],
];

describe('a malformed want is refused alike, and not judged', () => {
  it.each(malformed)('%j', async (wanted, path, message) => {
    const { token } = await keyWith(['*'], undefined);
    const refused = { code: 'INVALID_INPUT', message: expect.stringContaining(message), path };
    await world.expectEverywhere({ token, ...wanted }, world.own.key, { refused });
    await world.expectEverywhere({ token: 'nothing', ...wanted }, world.own.key, { refused });
  });
});

describe('a caller is refused alike, whatever the token is', () => {
  const callers: Readonly<Record<string, () => Promise<[key: string, denied: string]>>> = {
    'a text that is no key': async () => ['nobody', 'UNAUTHENTICATED'],
    'a key that was revoked': async () => {
      const { token, apiKey } = await world.make({ scopes: ['keywright:keys:verify'] });
      await world.expectEverywhere({ token }, token, { verdict: expect.objectContaining({ code: 'VALID' }) });
      await send(world.service, 'revokeApiKey', { id: apiKey.id });
      return [token, 'UNAUTHENTICATED'];
    },
    'a key whose window has not begun': async () => {
      const notBefore = new Date(world.service.clock.now.getTime() + 60_000).toISOString();
      return [(await world.make({ scopes: ['keywright:*'], notBefore })).token, 'UNAUTHENTICATED'];
    },
    'a key of a tenant that rests': async () => {
      const { suspended, service } = world;
      const { token } = await world.make({ scopes: ['keywright:*'] }, suspended.id);
      await send(service, 'suspendTenant', { id: suspended.id });
      return [token, 'UNAUTHENTICATED'];
    },
    'a key without the scope': async () => [
      (await world.make({ scopes: ['*', 'keywright:keys:read'] })).token,
      'FORBIDDEN',
    ],
    'a personal key with the scope': async () => [(await makeUser(world.service, world.own.key)).key, 'FORBIDDEN'],
  };

  it.each(Object.entries(callers))('%s', async (_, make) => {
    const [key, denied] = await make();
    const { token } = await keyWith(['*'], undefined);
    for (const presented of [token, 'nothing']) await world.expectEverywhere({ token: presented }, key, { denied });
  });

  it('and one with the scope alone is not', async () => {
    const { token } = await world.make({ scopes: ['keywright:keys:verify'] });
    const asked = await keyWith(['a'], undefined);
    await world.expectEverywhere({ token: asked.token }, token, {
      verdict: { ...asked.verdict, code: 'VALID', valid: true },
    });
  });
});
