import type { Answered } from '../support/service.ts';
import type { Verb } from '../support/verbs.ts';
import type { Fields } from './readFacts.ts';
import { believe, type Known, someone, type World } from './World.ts';

/** A request as a client thinks of it; `caller` is the key that it presents. */
export type Request = { readonly input: Readonly<Record<string, unknown>>; readonly caller: string | null };

/** One kind of request, and what may come of it. */
export type Kind = {
  readonly verb: Verb;
  /** The next request; undefined while there is nothing to do it to, and then one of the kind `needs` goes first. */
  readonly next: (world: World) => Request | undefined;
  readonly needs: string;
  /** The ids that a payload has of what was made, changed or removed. */
  readonly idsIn: (payload: Answered) => readonly (string | undefined)[];
  /** What an answer tells the clients. */
  readonly learn?: (world: World, payload: Answered, request: Request) => void;
  /** What a good client may be told while others work on the same. */
  readonly refusals: readonly string[];
  /** Whether it takes an idempotency key, and whether its first answer carries a secret. */
  readonly repeatable: boolean;
  readonly givesSecret: boolean;
  /** What, once answered, is so for ever: the row holds this, or is gone. */
  readonly stays?: Fields | 'gone';
};

type Of = 'tenants' | 'users' | 'keys';
const nouns = { tenants: 'tenant', users: 'user', keys: 'apiKey' } as const;
const makers = { tenants: 'createTenant', users: 'createUser', keys: 'createApiKey' } as const;

/** What makes something. */
function making(of: Of, kind: Pick<Kind, 'next'> & Partial<Kind>): Kind {
  const noun = nouns[of];
  return {
    verb: makers[of],
    needs: 'createUser',
    repeatable: true,
    givesSecret: of === 'keys',
    refusals: ['NOT_FOUND'],
    idsIn: (payload) => [payload[noun]?.id],
    learn: (world, payload, request) => learnMade(of, world, payload, request),
    ...kind,
  };
}

function learnMade(of: Of, world: World, payload: Answered, { caller }: Request): void {
  const id = payload[nouns[of]]?.id;
  if (id === undefined || caller === null || world[of].some((one) => one.id === id)) return;
  world[of].push({ id, caller, state: 'working', ...(payload.secret && { token: payload.secret }) });
}

type Changing = Partial<Kind> & {
  /** To which ones it can be done. */
  readonly from?: (one: Known) => boolean;
  /** What it says beside the id. */
  readonly input?: (world: World, one: Known) => Record<string, unknown>;
  readonly leaves?: Partial<Known> | 'gone';
};

const isWorking = (one: Known) => one.state === 'working';
const isResting = (one: Known) => one.state === 'resting';

/** What changes one thing, by its id. */
function changing(verb: Verb, of: Of, { from = isWorking, input, leaves, ...kind }: Changing = {}): Kind {
  return {
    verb,
    needs: makers[of],
    repeatable: false,
    givesSecret: false,
    refusals: ['NOT_FOUND', 'WRONG_STATE'],
    idsIn: (payload) => [payload[nouns[of]]?.id],
    next(world) {
      const one = someone(world, world[of], from);
      return one && { input: { id: one.id, ...input?.(world, one) }, caller: one.caller };
    },
    ...(leaves && { learn: (world, _, request) => believe(world[of], [String(request.input.id)], leaves) }),
    ...kind,
  };
}

const rotation = (graceSeconds: number) =>
  changing('rotateApiKey', 'keys', {
    repeatable: true,
    givesSecret: true,
    refusals: ['NOT_FOUND', 'WRONG_STATE', 'CONCURRENT_CHANGE'],
    input: () => ({ graceSeconds }),
    learn(world, { apiKey, secret }, { input }) {
      const retiring = apiKey?.secrets.find(({ state }: Answered) => state === 'RETIRING');
      believe(world.keys, [String(input.id)], { retiringNo: retiring?.no, ...(secret && { token: secret }) });
    },
  });

const reason = (world: World) => ({ reason: `reason ${++world.count}` });
const newName = (world: World) => ({ name: `name ${++world.count}` });
const rests: Partial<Known> = { state: 'resting' };
const works: Partial<Known> = { state: 'working' };
const ends: Partial<Known> = { state: 'revoked' };
const isRevoked = { status: 'revoked' };

/** What brings in keys of an older system; the clients of their tenant change them. */
const bringing = (kind: Pick<Kind, 'next' | 'needs'>): Kind => ({
  verb: 'importApiKeys',
  repeatable: false,
  givesSecret: false,
  refusals: [],
  idsIn: (payload) => payload.verdicts.map(({ apiKey }: Answered) => apiKey?.id),
  learn(world, { verdicts }, { input }) {
    const home = world.homes.find(({ id }) => id === input.tenantId);
    for (const { row, apiKey } of verdicts) {
      if (home === undefined || apiKey === null || world.keys.some(({ id }) => id === apiKey.id)) continue;
      const { legacyId } = (input.rows as { legacyId: string }[])[row] ?? {};
      world.keys.push({ id: apiKey.id, caller: home.key, state: 'working', ...(legacyId && { legacyId }) });
    }
  },
  ...kind,
});

const broughtIn = (world: World, tenantId: string, rows: readonly Record<string, unknown>[]): Request => ({
  input: { tenantId, rows: rows.map((row) => ({ source: 'old', scopes: [`orders:${world.count}`], ...row })) },
  caller: world.platformKey,
});

/** Every kind of request in the load, by a name of its own: a line for each verb, or for each way through it. */
export const kinds: Readonly<Record<string, Kind>> = {
  createTenant: making('tenants', { next: (world) => ({ input: newName(world), caller: world.platformKey }) }),
  createUser: making('users', {
    next(world) {
      const home = world.random.pick(world.homes);
      return home && { input: { email: `${++world.count}@example.com`, name: 'Ann' }, caller: home.key };
    },
  }),
  createApiKey: making('keys', {
    next(world) {
      const home = world.random.pick(world.homes);
      return home && { input: { ...newName(world), scopes: ['orders:read'], metadata: { a: 1 } }, caller: home.key };
    },
  }),
  createApiKeyOfTenant: making('keys', {
    needs: 'createTenant',
    next(world) {
      const tenant = someone(world, world.tenants, () => true);
      return tenant && { input: { ...newName(world), tenantId: tenant.id }, caller: tenant.caller };
    },
    learn(world, payload, request) {
      believe(world.tenants, [String(request.input.tenantId)], { isInhabited: true });
      learnMade('keys', world, payload, request);
    },
  }),
  createPersonalApiKey: making('keys', {
    needs: 'createUser',
    next(world) {
      const user = someone(world, world.users, () => true);
      return user && { input: { ...newName(world), ownerUserId: user.id, environment: 'TEST' }, caller: user.caller };
    },
  }),
  rotateApiKeyWithGrace: rotation(3600),
  rotateApiKeyAtOnce: rotation(0),
  retireApiKeySecret: changing('retireApiKeySecret', 'keys', {
    needs: 'rotateApiKeyWithGrace',
    from: (one) => isWorking(one) && one.retiringNo !== undefined,
    input: (_, one) => ({ secretNo: one.retiringNo }),
    leaves: { retiringNo: undefined },
  }),
  updateApiKey: changing('updateApiKey', 'keys', {
    input: (world) => ({ ...newName(world), scopes: [`orders:${world.count}`] }),
  }),
  disableApiKey: changing('disableApiKey', 'keys', { input: reason, leaves: rests }),
  enableApiKey: changing('enableApiKey', 'keys', { needs: 'disableApiKey', from: isResting, leaves: works }),
  revokeApiKey: changing('revokeApiKey', 'keys', { input: reason, leaves: ends, stays: isRevoked }),
  revokeApiKeys: changing('revokeApiKeys', 'keys', {
    stays: isRevoked,
    idsIn: (payload) => payload.apiKeys.map(({ id }: Answered) => id),
    next(world) {
      const one = someone(world, world.keys, isWorking);
      const two = someone(world, world.keys, (other) => isWorking(other) && other.caller === one?.caller);
      return one && two && { input: { ids: [...new Set([one.id, two.id])], ...reason(world) }, caller: one.caller };
    },
    learn: (world, _, { input }) => believe(world.keys, input.ids as string[], ends),
  }),
  revokePresentedApiKey: changing('revokePresentedApiKey', 'keys', {
    stays: isRevoked,
    idsIn: (payload) => [payload.revokedApiKeyId],
    next(world) {
      const one = someone(world, world.keys, (key) => isWorking(key) && key.token !== undefined);
      return one && { input: { token: one.token, ...reason(world) }, caller: null };
    },
    learn: (world, { revokedApiKeyId }) => believe(world.keys, [revokedApiKeyId], ends),
  }),
  deleteApiKey: changing('deleteApiKey', 'keys', {
    from: () => true,
    idsIn: (payload) => [payload.deletedApiKeyId],
    leaves: 'gone',
    stays: 'gone',
  }),
  importApiKeys: bringing({
    needs: 'createUser',
    next(world) {
      const home = world.random.pick(world.homes);
      const rows = [1, 2].map(() => ({ ...newName(world), legacyId: `old ${world.count}` }));
      return home && broughtIn(world, home.id, rows);
    },
  }),
  importApiKeysAgain: bringing({
    needs: 'importApiKeys',
    next(world) {
      const one = someone(world, world.keys, ({ legacyId }) => legacyId !== undefined);
      const home = world.homes.find(({ key }) => key === one?.caller);
      return one && home && broughtIn(world, home.id, [{ ...newName(world), legacyId: one.legacyId }]);
    },
  }),
  updateUser: changing('updateUser', 'users', { from: () => true, input: newName }),
  disableUser: changing('disableUser', 'users', { input: reason, leaves: rests }),
  enableUser: changing('enableUser', 'users', { needs: 'disableUser', from: isResting, leaves: works }),
  deleteUser: changing('deleteUser', 'users', {
    from: () => true,
    idsIn: (payload) => [payload.deletedUserId],
    leaves: 'gone',
    stays: 'gone',
  }),
  updateTenant: changing('updateTenant', 'tenants', { from: () => true, input: newName }),
  suspendTenant: changing('suspendTenant', 'tenants', { input: reason, leaves: rests }),
  reactivateTenant: changing('reactivateTenant', 'tenants', { needs: 'suspendTenant', from: isResting, leaves: works }),
  deleteTenant: changing('deleteTenant', 'tenants', {
    from: ({ isInhabited }) => isInhabited !== true,
    idsIn: (payload) => [payload.deletedTenantId],
    leaves: 'gone',
    stays: 'gone',
  }),
};
