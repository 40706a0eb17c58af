import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atItsEvent, type Outcome, openRaceTrack, outcomeOf, type RaceTrack, type Send } from '../support/race.ts';
import { type Answered, startTestService, type TestService } from '../support/service.ts';
import { describeStage, type Setting, type Stage, setStage } from '../support/stage.ts';
import { send as graphSend, sendRaw, type Verb } from '../support/verbs.ts';

let service: TestService;
let track: RaceTrack;
beforeAll(async () => {
  service = await startTestService();
  track = await openRaceTrack(service);
});
afterAll(async () => {
  await track.close();
  await service.close();
});

/** One of two requests; `mark` tells their traces apart. */
type Move = (stage: Stage, mark: string) => Send;
type Moves = Readonly<Record<string, Move>>;

type Pair = readonly [name: string, one: Move, two: Move];

type InputOf = (stage: Stage, mark: string) => Record<string, unknown>;

/** A request of the platform's, or of whoever else presents a key. */
const send =
  (verb: Verb, inputOf: InputOf, keyOf: (stage: Stage) => string | null | undefined = () => undefined): Move =>
  (stage, mark) =>
  () =>
    sendRaw(service, verb, inputOf(stage, mark), keyOf(stage));
const byId =
  (id: 'tenantId' | 'userId' | 'keyId') =>
  (verb: Verb, more: (mark: string) => Record<string, unknown> = () => ({})): Move =>
    send(verb, (stage, mark) => ({ id: stage[id], ...more(mark) }));
const [onTenant, onUser, onKey] = [byId('tenantId'), byId('userId'), byId('keyId')];
const reason = (mark: string) => ({ reason: mark });
const name = (mark: string) => ({ name: mark });

/** A row of an older system. */
const bringIn = (rowOf: InputOf) =>
  send('importApiKeys', (stage, mark) => ({
    tenantId: stage.tenantId,
    rows: [{ source: 'old', name: mark, scopes: [], ...rowOf(stage, mark) }],
  }));

const keyMoves: Moves = {
  rename: onKey('updateApiKey', name),
  rescope: onKey('updateApiKey', (mark) => ({ scopes: [mark] })),
  rotate: onKey('rotateApiKey', () => ({ graceSeconds: 3600 })),
  'rotate at once': onKey('rotateApiKey', () => ({ graceSeconds: 0 })),
  'retire a secret': onKey('retireApiKeySecret', () => ({ secretNo: 1 })),
  disable: onKey('disableApiKey', reason),
  revoke: onKey('revokeApiKey', reason),
  'revoke several': send('revokeApiKeys', ({ keyId }, mark) => ({ ids: [keyId], reason: mark })),
  'revoke by its token': send(
    'revokePresentedApiKey',
    ({ token }, mark) => ({ token, reason: mark }),
    () => null,
  ),
  'bring in again': bringIn(({ legacyId }, mark) => ({ legacyId, name: mark, scopes: [mark] })),
  delete: onKey('deleteApiKey'),
};

const userMoves: Moves = {
  rename: onUser('updateUser', name),
  'lower the ceiling': onUser('updateUser', (mark) => ({ scopeCeiling: [mark] })),
  disable: onUser('disableUser', reason),
  delete: onUser('deleteUser'),
};
const movesOfTheirs: Moves = {
  'make them a key': send('createApiKey', ({ tenantId, userId: ownerUserId }, mark) => ({
    tenantId,
    ownerUserId,
    name: mark,
  })),
  'let them make a key': send(
    'createApiKey',
    (_, mark) => ({ name: mark, idempotencyKey: mark }),
    ({ token }) => token,
  ),
  'bring them in a key': bringIn(({ userId: ownerUserId }) => ({ ownerUserId })),
  'bring in a key that they made': bringIn(({ userId: makerUserId }) => ({ makerUserId })),
  'rescope their key': onKey('updateApiKey', (mark) => ({ scopes: [mark] })),
  'rotate their key': onKey('rotateApiKey', () => ({ graceSeconds: 3600 })),
  'revoke their keys': send('revokeApiKeys', ({ userId: ownerUserId }, mark) => ({ ownerUserId, reason: mark })),
  'delete their key': onKey('deleteApiKey'),
};

const tenantMoves: Moves = {
  rename: onTenant('updateTenant', name),
  suspend: onTenant('suspendTenant', reason),
  delete: onTenant('deleteTenant'),
};
const movesWithin: Moves = {
  'make a user': send('createUser', ({ tenantId }, mark) => ({ tenantId, name: mark })),
  'make a key': send('createApiKey', ({ tenantId }, mark) => ({ tenantId, name: mark })),
  'bring in a key': bringIn(() => ({})),
};

const makeKey = (input: Record<string, unknown>) => send('createApiKey', ({ tenantId }) => ({ tenantId, ...input }));
const makeUser = (input: Record<string, unknown>) => send('createUser', ({ tenantId }) => ({ tenantId, ...input }));
const instead = (name: string) => makeKey({ name, onNameConflict: 'RENAME_REVOKED' });
const tenantOfOneSlug = send('createTenant', ({ uuids }, mark) => ({ name: mark, slug: `a${uuids.key}` }));
const createOnce = send('createApiKey', ({ tenantId, keyId: idempotencyKey }) => ({
  tenantId,
  name: 'once',
  idempotencyKey,
}));
const rotateOnce = send('rotateApiKey', ({ keyId: id }) => ({ id, graceSeconds: 60, idempotencyKey: id }));

/** Two that want the same thing, which only one of them can have, or of which one is the other's retry. */
const clashes: readonly { readonly pair: Pair; readonly setting?: Setting }[] = [
  { pair: ['two keys of one name', makeKey({ name: 'Same' }), makeKey({ name: 'same' })] },
  {
    pair: [
      'a new key, and one that is renamed to it',
      makeKey({ name: 'same' }),
      onKey('updateApiKey', () => ({ name: 'SAME' })),
    ],
  },
  {
    pair: [
      'two users of one e-mail address',
      makeUser({ email: 'a@example.com' }),
      makeUser({ email: 'A@example.com' }),
    ],
  },
  { pair: ['two users of one external id', makeUser({ externalId: 'same' }), makeUser({ externalId: 'same' })] },
  { pair: ['two tenants of one slug', tenantOfOneSlug, tenantOfOneSlug] },
  {
    pair: ['two keys of a revoked one’s name', instead('the key'), instead('THE KEY')],
    setting: { key: 'revoked' },
  },
  {
    pair: ['a revoked key that is renamed, and another of its name', onKey('updateApiKey', name), instead('the key')],
    setting: { key: 'revoked' },
  },
  { pair: ['a key that is revoked, and another of its name', onKey('revokeApiKey'), instead('the key')] },
  { pair: ['a creation and its retry', createOnce, createOnce] },
  { pair: ['a rotation and its retry', rotateOnce, rotateOnce] },
  { pair: ['a tenant and its last key', onTenant('deleteTenant'), onKey('deleteApiKey')], setting: { user: 'none' } },
  { pair: ['a tenant and its last user', onTenant('deleteTenant'), onUser('deleteUser')], setting: { key: 'none' } },
];

/** What a play came to: the outcome of each request, and all that they left. */
type Play = { readonly outcomes: readonly Outcome[]; readonly left: readonly string[] };
/** Two requests, each with its mark. */
type Marked = readonly [Move, 'one' | 'two'];

/** Times that a slow machine may let the service give up waiting for a lock. */
const triesMax = 10;

/** Runs a race, each time from its beginning, until the machine was quick enough for it. */
async function untilRun<T>(play: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < triesMax; tries++) {
    const result = await play();
    if (result !== undefined) return result;
  }
  throw new Error('The service always gave up waiting.');
}

/** The two at once: the first is stopped inside of its transaction, with all its locks, until the second has come as far as it can. */
function playAtOnce(setting: Setting, pair: readonly [Marked, Marked]): Promise<Play> {
  return untilRun(async () => {
    const stage = await setStage(service, setting);
    const outcomes = await track.run(
      atItsEvent,
      pair.map(([move, mark]) => move(stage, mark)),
    );
    if (outcomes === undefined) return undefined;
    const left = await describeStage(service, stage);
    return { outcomes: pair[0][1] === 'one' ? outcomes : outcomes.toReversed(), left };
  });
}

/** The same one after the other; one that is not among them was told to look again. */
async function playInTurn(setting: Setting, moves: readonly Marked[]): Promise<Play> {
  const stage = await setStage(service, setting);
  const outcomes = { one: 'CONCURRENT_CHANGE', two: 'CONCURRENT_CHANGE' };
  for (const [move, mark] of moves) {
    const outcome = outcomeOf(await move(stage, mark)()) ?? 'UNAVAILABLE';
    // Who is gone before is nobody here; who goes while its request is being done is not found. Both are told the truth.
    outcomes[mark] = outcome === 'UNAUTHENTICATED' ? 'NOT_FOUND' : outcome;
  }
  return { outcomes: [outcomes.one, outcomes.two], left: await describeStage(service, stage) };
}

/** Each two of them, and each with itself. */
function pairsWithin(moves: Moves): Pair[] {
  const list = Object.entries(moves);
  return list.flatMap(([a, one], at) => list.slice(at).map(([b, two]): Pair => [`${a} and ${b}`, one, two]));
}

/** Each of these with each of those. */
function pairsAcross(these: Moves, those: Moves): Pair[] {
  return Object.entries(these).flatMap(([a, one]) =>
    Object.entries(those).map(([b, two]): Pair => [`${a} and ${b}`, one, two]),
  );
}

/** Holds that two requests, whichever comes first, end as in one of the orders in which they could have come. */
async function expectFair(setting: Setting, [, a, b]: Pair): Promise<void> {
  const [one, two]: [Marked, Marked] = [
    [a, 'one'],
    [b, 'two'],
  ];
  const fair = [await playInTurn(setting, [one, two]), await playInTurn(setting, [two, one])];
  for (const order of a === b ? [[one, two] as const] : [[one, two] as const, [two, one] as const]) {
    const play = await playAtOnce(setting, order);
    const lost = play.outcomes.indexOf('CONCURRENT_CHANGE');
    const alone = lost === -1 ? [] : [await playInTurn(setting, [lost === 0 ? two : one])];
    expect([...fair, ...alone], `${order[0][1]} came first`).toContainEqual(play);
  }
}

describe('two changes at the same moment end as if one had come after the other', () => {
  it.each(pairsWithin(keyMoves))('of a key: %s', (...pair) => expectFair({}, pair));

  it.each(pairsAcross({ enable: onKey('enableApiKey') }, keyMoves))('of a disabled key: %s', (...pair) =>
    expectFair({ key: 'disabled' }, pair),
  );

  it.each([...pairsWithin(userMoves), ...pairsAcross(userMoves, movesOfTheirs)])('of a user: %s', (...pair) =>
    expectFair({ isPersonal: true }, pair),
  );

  it.each(pairsAcross({ enable: onUser('enableUser') }, userMoves))('of a disabled user: %s', (...pair) =>
    expectFair({ user: 'disabled' }, pair),
  );

  const empty: Setting = { user: 'none', key: 'none' };
  it.each([...pairsWithin(tenantMoves), ...pairsAcross(tenantMoves, movesWithin)])('of a tenant: %s', (...pair) =>
    expectFair(empty, pair),
  );

  it.each(pairsAcross({ reactivate: onTenant('reactivateTenant') }, tenantMoves))(
    'of a suspended tenant: %s',
    (...pair) => expectFair({ ...empty, tenant: 'suspended' }, pair),
  );

  it.each(clashes)('of which one gets what both want: $pair.0', ({ pair, setting = {} }) => expectFair(setting, pair));
});

describe('at the same moment', () => {
  it.each([
    ['disableApiKey', 'disableApiKey'],
    ['disableApiKey', 'deleteApiKey'],
    ['deleteApiKey', 'deleteApiKey'],
  ] as const)('the last two keys of the platform are never both taken: %s, %s', async (...verbs) => {
    const outcomes = await untilRun(async () => {
      const keys = await lastPlatformKeys();
      return track.run(
        atItsEvent,
        verbs.map((verb, n) => () => sendRaw(service, verb, { id: keys[n]?.apiKey.id }, keys[n]?.secret)),
      );
    });
    await service.database.sql(
      "update api_keys set status = 'active' where status = 'disabled' and name ~ '^Platform'",
    );
    expect(outcomes).toEqual(['done', 'WRONG_STATE']);
  });

  it('who is deleted with its tenant is told that it is gone, and makes nothing', async () => {
    const stage = await setStage(service);
    const { tenant } = stage.uuids;
    const gone = ['api_keys where tenant_id', 'users where tenant_id', 'tenants where id'];
    const sql = gone.map((rows) => `delete from ${rows} = '${tenant}'`).join('; ');
    const outcomes = await untilRun(() =>
      track.run({ sql, ends: 'commit' }, [
        () => sendRaw(service, 'createUser', { name: 'too late', idempotencyKey: 'too-late' }, stage.token),
      ]),
    );
    expect(outcomes).toEqual(['NOT_FOUND']);
    expect(await describeStage(service, stage)).toEqual([]);
  });
});

let platformKeyCount = 0;

/** Two keys of the platform, beside which none works. */
async function lastPlatformKeys(): Promise<readonly Answered[]> {
  await service.database.sql("update api_keys set status = 'active' where name ~ '^Platform'");
  const keys: Answered[] = [];
  for (const _ of ['one', 'two']) {
    const input = { name: `last ${++platformKeyCount}`, scopes: ['*', 'keywright:*'] };
    keys.push(await graphSend(service, 'createApiKey', input));
  }
  await service.database.sql(
    `update api_keys k set status = 'disabled' from tenants t where t.id = k.tenant_id and t.kind = 'platform' and k.name <> all ($1)`,
    [keys.map(({ apiKey }) => apiKey.name)],
  );
  return keys;
}
