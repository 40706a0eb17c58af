import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import {
  audience,
  encodePart,
  issuer,
  type JwksServer,
  jwksOf,
  makeSigningKey,
  signJwt,
  startJwksServer,
  trusting,
} from '../support/identityProvider.ts';
import { type Answered, type GraphAnswer, startTestService, type TestService } from '../support/service.ts';
import { countStatements } from '../support/statements.ts';
import { checksum, send, sendRaw, verdictOn } from '../support/verbs.ts';

const keys = { ec: makeSigningKey('ec'), rsa: makeSigningKey('rsa', 'RS256'), ed: makeSigningKey('ed', 'EdDSA') };
const stranger = makeSigningKey('ec');

let provider: JwksServer;
let service: TestService;
let tenantId: string;
let userId: string;
/** Everything that was sent as a JWT, none of which may be found in the log. */
const sent: string[] = [];

beforeAll(async () => {
  provider = await startJwksServer(jwksOf(...Object.values(keys)));
  service = await startTestService({ jwt: trusting({ url: provider.url }) });
  tenantId = (await send(service, 'createTenant', { name: 'Acme', slug: 'acme' })).tenant.id;
  userId = (await send(service, 'createUser', { tenantId, name: 'Ada', externalId: 'ada' })).user.id;
  await send(service, 'createTenant', { name: 'Other', slug: 'other' });
});
afterAll(async () => {
  await service.close();
  await provider.close();
});

const nowSeconds = () => Math.floor(service.clock.now.getTime() / 1000);

/** What a good JWT says; `undefined` leaves a claim out. */
function claims(other: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    iss: issuer,
    aud: audience,
    sub: 'ada',
    tenant: 'acme',
    iat: nowSeconds(),
    exp: nowSeconds() + 60,
    ...other,
  };
}

const viewer = '{ viewer { kind user { id } tenant { id } } }';
const ask = (token: string): Promise<GraphAnswer> => {
  sent.push(token);
  return service.graph(viewer, {}, token);
};

/** The reason that the log gives for an answer. */
function reasonOf({ headers }: GraphAnswer): string | undefined {
  const requestId = headers.get('x-request-id');
  const lines = service.logged.map((line) => JSON.parse(line) as Answered);
  return lines.find((line) => line.msg === 'request' && line.requestId === requestId)?.denied;
}

/** Presents a JWT that must let nobody in, with a change that must not happen; answers the reason in the log. */
async function refusedFor(token: string): Promise<string | undefined> {
  sent.push(token);
  const before = await checksum(service);
  const answer = await sendRaw(service, 'createApiKey', { name: 'never' }, token);
  const { status, data, errors, headers } = answer;
  expect(await checksum(service)).toBe(before);
  const requestId = headers.get('x-request-id');
  expect({ status, data, errors }).toEqual({
    status: 401,
    data: undefined,
    errors: [{ message: 'This token is not valid here.', extensions: { code: 'UNAUTHENTICATED', requestId } }],
  });
  expect(headers.get('www-authenticate')).toBe('Bearer');
  return reasonOf(answer);
}

describe('a good JWT', () => {
  const good: [string, () => string][] = [
    ['by an elliptic curve', () => signJwt(keys.ec, claims())],
    ['by RSA', () => signJwt(keys.rsa, claims())],
    ['by Ed25519', () => signJwt(keys.ed, claims())],
    ['that names no key, where one fits', () => signJwt(keys.ec, claims(), { kid: undefined })],
    ['without a type', () => signJwt(keys.ec, claims(), { typ: undefined })],
    ['of an access token’s type', () => signJwt(keys.ec, claims(), { typ: 'application/at+JWT' })],
    ['with the tenant’s id', () => signJwt(keys.ec, claims({ tenant: tenantId }))],
    ['with the slug in another case', () => signJwt(keys.ec, claims({ tenant: 'ACME' }))],
    ['with several audiences', () => signJwt(keys.ec, claims({ aud: ['https://else.example.com', audience] }))],
    ['that is valid from now on', () => signJwt(keys.ec, claims({ nbf: nowSeconds() }))],
    ['with members that nobody knows', () => signJwt(keys.ec, claims({ x: { y: [1] } }), { x5t: 'y', jku: 'z' })],
    ['nested thousands of levels deep', () => signJwt(keys.ec, nested(), {})],
    ['nearly as large as headers may be', () => signJwt(keys.ec, claims({ groups: 'g'.repeat(11_000) }))],
  ];
  it.each(good)('%s is its user', async (_, make) => {
    const { status, data } = await ask(make());
    expect({ status, data }).toEqual({
      status: 200,
      data: { viewer: { kind: 'USER', user: { id: userId }, tenant: { id: tenantId } } },
    });
  });

  /** Good, with a garbage claim beside what counts. */
  const nested = () => `${JSON.stringify(claims()).slice(0, -1)},"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;

  it('costs one statement, which finds tenant and user by their indexes, and is asked anew at each request', async () => {
    const { sql } = service.database;
    await sql('begin');
    onTestFinished(async () => void (await sql('rollback')));
    // Among as many others that reading them all would be dearer; they are gone again afterwards.
    await sql(`insert into tenants (id, name, slug, kind)
      select gen_random_uuid(), 'n', 's' || i, 'organization' from generate_series(1, 2000) i`);
    await sql(`insert into users (id, tenant_id, external_id)
      select gen_random_uuid(), id, 'e' || i from tenants, generate_series(1, 5) i`);
    await sql('analyze tenants, users');
    for (const tenant of ['acme', 'acme', tenantId]) {
      const present = () => service.graph('{ viewer { kind } }', {}, signJwt(keys.ec, claims({ tenant })));
      const [statement = '', ...others] = await countStatements(present);
      expect(others).toEqual([]);
      const tenantValue = tenant === 'acme' ? "'acme'" : "'0199f0a1-0000-7000-8000-000000000001'";
      const plan = await sql<{ 'QUERY PLAN': string }>(
        `explain ${statement.replace('$1', tenantValue).replace('$2', "'ada'")}`,
      );
      const lines = plan.map((row) => row['QUERY PLAN']);
      const columns = lines
        .filter((line) => line.includes('Index Cond:'))
        .flatMap((line) => [...line.matchAll(/\(+(\w+)\)?(?:::text)? = /g)].map(([, column]) => column));
      expect(columns).toEqual([tenant === 'acme' ? 'slug_ci' : 'id', 'tenant_id', 'external_id']);
      expect(lines.filter((line) => line.includes('Seq Scan'))).toEqual([]);
    }
  });
});

describe('a JWT lets nobody in, whatever is wrong with it: one sentence, and nothing changed', () => {
  const es256 =
    (other: Record<string, unknown>, header: Record<string, unknown> = {}) =>
    () =>
      signJwt(keys.ec, claims(other), header);
  const unsigned = (header: Record<string, unknown>) => () => `${encodePart(header)}.${encodePart(claims())}.`;
  const hmac = (secret: () => string | Buffer) => () => {
    const head = `${encodePart({ alg: 'HS256', kid: 'rsa', typ: 'JWT' })}.${encodePart(claims())}`;
    return `${head}.${createHmac('sha256', secret()).update(head).digest('base64url')}`;
  };
  const changed = (change: (parts: [string, string, string]) => string[]) => () =>
    change(signJwt(keys.ec, claims()).split('.') as [string, string, string]).join('.');
  const payload = (text: string) => () => signJwt(keys.ec, text);
  const der = () => {
    const [head, body, signature = ''] = signJwt(keys.ec, claims()).split('.');
    const raw = Buffer.from(signature, 'base64url');
    const number = (half: Buffer) => Buffer.concat([Buffer.from([2, 33, 0]), half]);
    const both = Buffer.concat([number(raw.subarray(0, 32)), number(raw.subarray(32))]);
    return `${head}.${body}.${Buffer.concat([Buffer.from([0x30, both.length]), both]).toString('base64url')}`;
  };

  it.each<[string, string, () => string]>([
    ['algorithm', 'alg none', unsigned({ alg: 'none' })],
    ['algorithm', 'alg none with the name of a key', unsigned({ alg: 'none', kid: 'ec', typ: 'JWT' })],
    ['algorithm', 'alg None', unsigned({ alg: 'None' })],
    ['malformed', 'no alg', unsigned({ kid: 'ec' })],
    ['malformed', 'an alg that is a list', unsigned({ alg: ['none'] })],
    [
      'algorithm',
      'a public key used as a shared one',
      hmac(() => keys.rsa.publicKey.export({ type: 'spki', format: 'pem' })),
    ],
    ['algorithm', 'a published key used as a shared one', hmac(() => JSON.stringify(keys.rsa.jwk))],
    ['algorithm', 'an algorithm that is not taken here', es256({}, { alg: 'ES512' })],
    ['algorithm', 'an algorithm that is a name of every object', es256({}, { alg: 'constructor' })],
    ['key', 'an algorithm that is not the key’s', es256({}, { alg: 'RS256' })],
    ['key', 'an unknown key', es256({}, { kid: 'unknown' })],
    ['key', 'no key named, and none of its algorithm', es256({}, { kid: undefined, alg: 'PS256' })],
    ['key', 'a key id that is a number', es256({}, { kid: 7 })],
    ['key', 'a key id that is a list', es256({}, { kid: ['ec'] })],
    ['key', 'a key id of eight thousand characters', es256({}, { kid: 'k'.repeat(8_000) })],
    ['signature', 'a signature of a stranger’s key of the same name', () => signJwt(stranger, claims())],
    ['signature', 'a key of its own in its header', () => signJwt(stranger, claims(), { jwk: stranger.jwk })],
    [
      'signature',
      'a signature of nothing but zeros',
      changed(([h, p]) => [h, p, Buffer.alloc(64).toString('base64url')]),
    ],
    ['signature', 'no signature', changed(([h, p]) => [h, p, ''])],
    ['signature', 'half a signature', changed(([h, p, s]) => [h, p, s.slice(0, 40)])],
    ['signature', 'a signature in another encoding', der],
    ['signature', 'another payload', changed(([h, , s]) => [h, encodePart(claims({ sub: 'eve' })), s])],
    ['signature', 'another header', changed(([, p, s]) => [encodePart({ alg: 'ES256', kid: 'ec' }), p, s])],
    ['malformed', 'a header that is not JSON', changed(([, p, s]) => [encodePart('{"nope'), p, s])],
    ['malformed', 'a header of nested garbage', changed(([, p, s]) => [encodePart(`{"a":${'['.repeat(5_000)}`), p, s])],
    ['malformed', 'an extension that has to be understood', es256({}, { crit: ['exp'], exp: 1 })],
    ['malformed', 'a payload that is not encoded', es256({}, { crit: ['b64'], b64: false })],
    ['malformed', 'an empty list of extensions', es256({}, { crit: [] })],
    ['type', 'a type that is for logging out', es256({}, { typ: 'logout+jwt' })],
    ['type', 'a type that proves a key', es256({}, { typ: 'dpop+jwt' })],
    ['type', 'a type that is a number', es256({}, { typ: 7 })],
    ['malformed', 'a payload that is no JSON', payload('ada')],
    ['malformed', 'a payload that is a JWT', payload(encodePart({}))],
    ['malformed', 'a payload that is a list', payload('[1]')],
    ['malformed', 'a payload that is null', payload('null')],
    ['issuer', 'another issuer', es256({ iss: 'https://login.example.com' })],
    ['issuer', 'a list of issuers', es256({ iss: [issuer] })],
    ['claims', 'no issuer', es256({ iss: undefined })],
    ['audience', 'another audience', es256({ aud: 'https://else.example.com' })],
    ['audience', 'a list of other audiences', es256({ aud: ['https://else.example.com', ''] })],
    ['audience', 'an empty list of audiences', es256({ aud: [] })],
    ['audience', 'an object of audiences', es256({ aud: { [audience]: true } })],
    ['claims', 'no audience', es256({ aud: undefined })],
    ['claims', 'no end', es256({ exp: undefined })],
    ['claims', 'an end that is a text', es256({ exp: '9999999999' })],
    ['expired', 'an end in the past', es256({ exp: 1 })],
    ['claims', 'a beginning that is a text', es256({ nbf: '1' })],
    ['not-yet-valid', 'a beginning in the future', es256({ nbf: 9_999_999_999 })],
    ['claims', 'no subject', es256({ sub: undefined })],
    ['claims', 'a subject that is a number', es256({ sub: 7 })],
    ['claims', 'a subject that is a list', es256({ sub: ['ada'] })],
    ['claims', 'an empty subject', es256({ sub: '' })],
    ['claims', 'a subject with a space behind it', es256({ sub: 'ada ' })],
    ['claims', 'a subject with a zero byte', es256({ sub: 'ada\0' })],
    ['claims', 'a subject with half a character', es256({ sub: '\ud800' })],
    ['claims', 'a subject longer than any', es256({ sub: 'a'.repeat(limits.externalIdCharsMax + 1) })],
    ['unknown-user', 'a subject that nobody has', es256({ sub: 'eve' })],
    ['unknown-user', 'a subject in another case', es256({ sub: 'Ada' })],
    ['claims', 'no tenant', es256({ tenant: undefined })],
    ['claims', 'a tenant that is a list', es256({ tenant: ['acme'] })],
    ['claims', 'a tenant that is a number', es256({ tenant: 7 })],
    ['claims', 'an empty tenant', es256({ tenant: '' })],
    ['claims', 'a tenant with a zero byte', es256({ tenant: 'acme\0' })],
    ['claims', 'a malformed id of a tenant', es256({ tenant: 'tnt_acme' })],
    ['unknown-user', 'an id that no tenant has', es256({ tenant: 'tnt_01k7ra3cp3fn78y00h48sm8nda' })],
    ['unknown-user', 'a slug that no tenant has', es256({ tenant: 'nobody' })],
    ['unknown-user', 'a tenant of others', es256({ tenant: 'other' })],
    ['claims', 'scopes in an object', es256({ scope: { read: true } })],
    ['claims', 'scopes that are a number', es256({ scope: 7 })],
    ['claims', 'scopes that are null', es256({ scope: null })],
    ['claims', 'a list with more than texts', es256({ scope: ['a', ['b']] })],
    ['claims', 'more scopes than a key may have', es256({ scope: Array.from({ length: 101 }, (_, i) => `s${i}`) })],
  ])('%s: %s', async (reason, _, make) => {
    expect(await refusedFor(make())).toBe(reason);
  });

  it('and what fails before the user is looked up costs no statement', async () => {
    const bad = [signJwt(stranger, claims()), signJwt(keys.ec, claims({ exp: 1 })), unsigned({ alg: 'none' })()];
    const statements = await countStatements(async () => {
      for (const token of bad) await ask(token);
    });
    expect(statements).toEqual([]);
  });

  it('and the addresses in its header are never asked', async () => {
    const trap = await startJwksServer(jwksOf(stranger));
    const header = { kid: 'theirs', jku: trap.url, x5u: trap.url };
    expect(await refusedFor(signJwt(stranger, claims({ iss: trap.url }), header))).toBe('key');
    expect(trap.asked()).toBe(0);
    await trap.close();
  });

  it('claims that stand twice count as they stand last', async () => {
    const twice = (last: string) => signJwt(keys.ec, `${JSON.stringify(claims()).slice(0, -1)},${last}}`);
    expect((await ask(twice('"tenant":"acme"'))).status).toBe(200);
    expect(await refusedFor(twice('"sub":"eve"'))).toBe('unknown-user');
    expect(await refusedFor(twice('"tenant":["acme"]'))).toBe('claims');
  });
});

describe('the times of a JWT', () => {
  it('are judged by the service’s clock, to the second, with the skew that is allowed', async () => {
    const { now } = service.clock;
    const at = nowSeconds() + 1000;
    const expiring = signJwt(keys.ec, claims({ exp: at }));
    const beginning = signJwt(keys.ec, claims({ nbf: at, exp: at + 1000 }));
    const reasonAt = async (token: string, ms: number) => {
      service.clock.now = new Date(ms);
      const answer = await ask(token);
      return answer.status === 200 ? 'good' : reasonOf(answer);
    };
    expect(await reasonAt(expiring, (at + 5) * 1000 - 1)).toBe('good');
    expect(await reasonAt(expiring, (at + 5) * 1000)).toBe('expired');
    expect(await reasonAt(beginning, (at - 5) * 1000 - 1)).toBe('not-yet-valid');
    expect(await reasonAt(beginning, (at - 5) * 1000)).toBe('good');
    service.clock.now = now;
  });
});

describe('the headers', () => {
  async function withHeaders(headers: Record<string, string>) {
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: viewer }),
    });
    return { status: response.status, message: ((await response.json()) as Answered).errors?.[0]?.message };
  }

  it('a JWT and a key in one request are refused, however good both are', async () => {
    const token = signJwt(keys.ec, claims());
    expect(await withHeaders({ authorization: `Bearer ${token}`, 'x-api-key': service.platformKey })).toEqual({
      status: 401,
      message: 'The headers authorization and x-api-key carry different keys. Send one of them.',
    });
  });

  it('a JWT in x-api-key is a key that there is not', async () => {
    expect(await withHeaders({ 'x-api-key': signJwt(keys.ec, claims()) })).toEqual({
      status: 401,
      message: 'This key is not valid here.',
    });
  });

  it('a JWT that is larger than all headers may be is refused before it is read', async () => {
    const token = signJwt(keys.ec, claims({ groups: 'g'.repeat(limits.headerBytesMax) }));
    sent.push(token);
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: viewer }),
    });
    expect(response.status).toBe(431);
    expect(await response.text()).not.toContain(token.slice(0, 20));
  });

  it('a JWT is no key to verify', async () => {
    const token = signJwt(keys.ec, claims());
    sent.push(token);
    expect(await verdictOn(service, token)).toBe('INVALID');
  });
});

describe('the provider’s keys', () => {
  it('a new one is taken at its first use, and a withdrawn one no longer', async () => {
    const fresh = makeSigningKey('fresh');
    const token = signJwt(fresh, claims());
    const { now } = service.clock;
    service.clock.now = new Date(now.getTime() + limits.jwksFreshMs);
    provider.answer(jwksOf(keys.ec, fresh));
    const exp = nowSeconds() + 60;
    expect((await ask(signJwt(fresh, claims({ exp })))).status).toBe(200);
    expect((await ask(signJwt(keys.ec, claims({ exp })))).status).toBe(200);
    expect(await refusedFor(signJwt(keys.rsa, claims({ exp })))).toBe('key');
    service.clock.now = now;
    expect((await ask(token)).status).toBe(200);
  });

  it('that were never to be had, are an outage to JWTs and nothing to keys of this service', async () => {
    const broken = await startJwksServer('not now');
    const other = await startTestService({ jwt: trusting({ url: broken.url }) });
    try {
      const answer = await other.graph(viewer, {}, signJwt(keys.ec, claims()));
      const requestId = answer.headers.get('x-request-id');
      expect({ status: answer.status, errors: answer.errors }).toEqual({
        status: 503,
        errors: [
          {
            message: 'The keys of the identity provider cannot be read now. Try again.',
            extensions: { code: 'UNAVAILABLE', requestId },
          },
        ],
      });
      expect(answer.headers.get('retry-after')).toBe('10');
      expect((await other.graph(viewer)).status).toBe(200);
      expect(broken.asked()).toBe(1);
    } finally {
      await other.close();
      await broken.close();
    }
  });
});

describe('nothing of a JWT', () => {
  it('is repeated by the error about a variable that should hold something else', async () => {
    const token = signJwt(keys.ec, claims());
    sent.push(token);
    const answer = await sendRaw(service, 'createTenant', { name: 'x', kind: token });
    expect(answer.errors[0]?.message).toContain('[jwt]');
    expect(JSON.stringify(answer.errors)).not.toContain(token.slice(0, 20));
  });

  it('stands in any line of the log', () => {
    const log = service.logged.join('\n');
    expect(sent.length).toBeGreaterThan(90);
    const found = sent.filter((token) => {
      const parts: (string | undefined)[] = token.split('.');
      return parts.some((part) => part !== undefined && part.length > 20 && log.includes(part.slice(0, 60)));
    });
    expect(found).toEqual([]);
    for (const word of ['ada', audience, 'eve']) expect(log).not.toContain(`"${word}"`);
  });
});

it('a person who manages users does not come back without their ceiling, by another user of the same identity', async () => {
  const scopeCeiling = ['keywright:users:write', 'x:*'];
  const made = await send(service, 'createUser', { tenantId, externalId: 'capped', scopeCeiling });
  const token = signJwt(keys.ec, claims({ sub: 'capped', scope: '* keywright:*' }));
  const { id } = made.user;
  const before = await checksum(service);
  for (const leave of [
    `updateUser(input: { id: "${id}", name: "left", externalId: null })`,
    `deleteUser(input: { id: "${id}" })`,
  ]) {
    const comeBack = 'createUser(input: { externalId: "capped" }) { user { id } userErrors { code } }';
    const { data, errors } = await service.graph(
      `mutation { ${leave} { userErrors { code } } ${comeBack} }`,
      {},
      token,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(data.createUser).toEqual({ user: null, userErrors: [{ code: 'EXTERNAL_ID_TAKEN' }] });
  }
  expect(await checksum(service)).toBe(before);
  const renamed = await send(service, 'updateUser', { id, name: 'Capped', externalId: 'capped' }, token);
  expect(renamed.userErrors).toEqual([]);
});
