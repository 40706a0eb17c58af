import { randomUUID } from 'node:crypto';
import { buildSchema, getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typeDefs } from '../../src/graphql/createGraph.ts';
import { globalId } from '../../src/lib/ids.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, makeTenant, makeUser, send } from '../support/verbs.ts';
import { freeKinds, type IdKind, idPlaces, openPlaces, values } from './generators.ts';
import { argumentsOf, documentOf, type Place, placesOf, type Root, rootsOf } from './walk.ts';

const schema = buildSchema(typeDefs);
// What is an id by its type, and the one text that is a global id as well.
const places = placesOf(
  schema,
  ({ typeName, coordinate }) =>
    ['ID', 'PresentedApiKeyToken'].includes(typeName) || coordinate === 'AuditEventFilter.actor',
);
const probed = places.filter(({ coordinate }) => !openPlaces.has(coordinate));

/** It stands in every text of tenant B, so that wherever it shows, a row of B did. */
const mark = 'belongs-to-B';
let count = 0;

type Ids = Readonly<Record<IdKind, string>>;
let service: TestService;
let callers: Readonly<Record<'a tenant' | 'a person', string>>;
let ofB: Ids;
let ofColleague: Ids;
let ofNobody: Ids;

beforeAll(async () => {
  service = await startTestService();
  const [a, b] = [await makeTenant(service), await makeTenant(service)];
  const [ada, colleague] = [await makeUser(service, a.key), await makeUser(service, a.key)];
  callers = { 'a tenant': a.key, 'a person': ada.key };
  ofB = await populate(b, mark);
  ofColleague = { ...(await idsOf(a.id, colleague.id, colleague.keyId)), secretToken: colleague.key };
  ofNobody = await nobody(a.key);
});
afterAll(() => service.close());

/** A tenant with a user, a personal key of two secrets, and the mark in everything it can write. */
async function populate(b: { id: string; key: string; keyId: string }, mark: string): Promise<Ids> {
  await send(service, 'updateTenant', { id: b.id, name: mark }, b.key);
  await send(service, 'updateTenant', { id: b.id, slug: mark.toLowerCase() });
  const person = { name: mark, email: `${mark}@example.com`, externalId: mark };
  const { user } = await send(service, 'createUser', person, b.key);
  const key = { name: mark, ownerUserId: user.id, metadata: { mark }, scopes: [mark], tenantId: b.id };
  const made = await send(service, 'createApiKey', { ...key, externalKeyId: mark }, service.platformKey);
  const id = made.apiKey.id;
  // As if the person had made it, whom the platform made it for.
  const own = "update api_keys set user_id = owner_user_id where 'key_' || keywright_base32(id) = $1";
  await service.database.sql(own, [id]);
  const { secret } = await send(service, 'rotateApiKey', { id, graceSeconds: 3600 }, service.platformKey);
  return { ...(await idsOf(b.id, user.id, id)), externalKeyId: mark, actor: b.keyId, secretToken: secret };
}

async function idsOf(tenant: string, user: string, apiKey: string): Promise<Ids> {
  const publicId = apiKey.slice('key_'.length);
  return {
    Tenant: tenant,
    User: user,
    ApiKey: apiKey,
    publicId,
    externalKeyId: 'none',
    actor: apiKey,
    secretToken: '',
  };
}

/** Well-formed, and of nothing that is there any more; the token is of this very deployment. */
async function nobody(key: string): Promise<Ids> {
  const { apiKey, secret } = await send(service, 'createApiKey', { name: 'gone' }, key);
  await send(service, 'deleteApiKey', { id: apiKey.id }, key);
  const [tenant, user, unknown] = (['Tenant', 'User', 'ApiKey'] as const).map((kind) => globalId(kind, randomUUID()));
  const ids = await idsOf(tenant ?? '', user ?? '', unknown ?? '');
  return { ...ids, externalKeyId: 'nobody', secretToken: secret };
}

const kindAt = (coordinate: string): IdKind => {
  const kind = idPlaces[coordinate];
  if (kind === undefined) throw new Error(`${coordinate} takes an id and has no generator.`);
  return kind;
};

/** Sends a root field with one value in one place, and answers the bytes that came back, ids masked. */
async function ask(place: Place, ids: Ids, key: string, id = ids[kindAt(place.coordinate)]): Promise<string> {
  const valueAt = (coordinate: string) => {
    if (coordinate === place.coordinate) return id;
    return idPlaces[coordinate] === undefined ? values[coordinate]?.() : required(place.root, coordinate, ids);
  };
  const document = documentOf(schema, place.root, 2);
  const { status, data, errors } = await service.graph(
    document,
    argumentsOf(schema, place.root, { valueOf: valueAt }),
    key,
  );
  const told = errors.map(({ extensions: { requestId, ...extensions }, ...error }) => ({ ...error, extensions }));
  return [id, ...Object.values(ids)].reduce(
    (text, one) => text.replaceAll(JSON.stringify(one).slice(1, -1) || '\0', '<id>'),
    JSON.stringify({ status, data, errors: told }),
  );
}

/** Another place of a root field that takes an id: of these ids where one is required, and none where not. */
function required(root: Root, coordinate: string, ids: Ids): string | undefined {
  const place = places.find((one) => one.coordinate === coordinate && one.root.name === root.name);
  return place?.required === true ? ids[kindAt(coordinate)] : undefined;
}

describe('another tenant', () => {
  it('every place of the graph that takes an id is known here, and no other', () => {
    expect([...new Set(places.map(({ coordinate }) => coordinate))].sort()).toEqual(Object.keys(idPlaces).sort());
  });

  it('no field below the root takes an id of its own: whatever hangs on a row is of that row', () => {
    const deep = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) && !['Query', 'Mutation'].includes(type.name) && !type.name.startsWith('__')
        ? Object.values(type.getFields()).flatMap(({ name, args }) =>
            args
              .filter((arg) => String(getNamedType(arg.type)) === 'ID')
              .map((arg) => `${type.name}.${name}(${arg.name})`),
          )
        : [],
    );
    expect(deep).toEqual([]);
  });

  it.each(['a tenant', 'a person'] as const)('of what is B’s, %s hears what it hears of nothing', async (who) => {
    const before = await checksum(service);
    for (const place of probed) {
      const _kind = kindAt(place.coordinate);
      const [theirs, nothing] = [await ask(place, ofB, callers[who]), await ask(place, ofNobody, callers[who])];
      expect(theirs, place.coordinate).toBe(nothing);
      expect(theirs, place.coordinate).not.toMatch(/INTERNAL_SERVER_ERROR|UNAVAILABLE/);
    }
    expect(await checksum(service)).toBe(before);
  });

  it('of a colleague’s keys and person, a person hears what they hear of nothing', async () => {
    const before = await checksum(service);
    for (const place of probed.filter(({ coordinate }) =>
      ['ApiKey', 'publicId', 'User'].includes(kindAt(coordinate)),
    )) {
      const _kind = kindAt(place.coordinate);
      const [theirs, nothing] = [
        await ask(place, ofColleague, callers['a person']),
        await ask(place, ofNobody, callers['a person']),
      ];
      expect(theirs, place.coordinate).toBe(nothing);
    }
    expect(await checksum(service)).toBe(before);
  });

  it('each of these questions is a real one: B itself, or the platform, is answered otherwise', async () => {
    for (const place of probed) {
      const _kind = kindAt(place.coordinate);
      const tenant = await makeTenant(service);
      const ids = await populate(tenant, `${mark}-${++count}`);
      const differs = async (key: string) => (await ask(place, ids, key)) !== (await ask(place, ofNobody, key));
      expect((await differs(tenant.key)) || (await differs(service.platformKey)), place.coordinate).toBe(true);
    }
  });

  const malformed = [
    '',
    ' ',
    'x',
    'key_',
    'usr_x',
    `tnt_${'8'.repeat(26)}`,
    `key_${'U'.repeat(26)}`,
    'key_%00',
    "' or 1=1 --",
  ];
  malformed.push('key_\u0000', '\ud800', 'a'.repeat(5000), '__proto__', '🔑');
  it('a malformed id is refused for what it is, whoever asks, and changes nothing', async () => {
    const before = await checksum(service);
    for (const place of probed.filter(({ coordinate }) => !freeKinds.has(kindAt(coordinate)))) {
      for (const id of malformed) {
        // The platform may ask everything, so that nothing but the id can be what is wrong.
        const answer = await ask(place, ofB, service.platformKey, id);
        const code = /"code":"([A-Z_]+)"/.exec(answer)?.[1] ?? 'none';
        const where = `${place.coordinate} ${JSON.stringify(id)}: ${answer}`;
        expect(['INVALID_INPUT', 'BAD_USER_INPUT'], where).toContain(code);
      }
    }
    expect(await checksum(service)).toBe(before);
  });

  it.each(['a tenant', 'a person'] as const)(
    'nothing of B is in what the graph answers %s without being asked for an id',
    async (who) => {
      const beforeB = await checksum(service, ofB.Tenant);
      for (const root of rootsOf(schema)) {
        const variables = argumentsOf(schema, root, {
          valueOf: (coordinate) =>
            idPlaces[coordinate] === undefined ? values[coordinate]?.() : required(root, coordinate, ofNobody),
        });
        const { data, errors } = await service.graph(documentOf(schema, root), variables, callers[who]);
        const bytes = JSON.stringify({ data, errors }).toLowerCase();
        expect(bytes, root.name).not.toContain(mark.toLowerCase());
        for (const id of Object.values(ofB)) expect(bytes, root.name).not.toContain(id.toLowerCase());
      }
      expect(await checksum(service, ofB.Tenant)).toBe(beforeB);
    },
  );
});
