import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyring, type Keyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { type Random, systemRandom } from '../../src/crypto/random.ts';
import { mintToken, parseToken } from '../../src/crypto/token.ts';
import { newUuid, parseGlobalId } from '../../src/lib/ids.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { countStatements } from '../support/statements.ts';
import { checksum, makeTenant, send, sendRaw, verdictOn } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

let count = 0;
const create = (input: Record<string, unknown> = {}) =>
  send(service, 'createApiKey', { name: `key ${++count}`, ...input }, tenant.key);

/** The ring of another deployment. */
const stranger = parseKeyring(createKeyring(new Date(), systemRandom), 'the test');

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The 32 bytes that a token's secret stands for. */
function secretBytes(token: string): Uint8Array {
  const text = parseToken(token)?.secret.reveal() ?? '';
  const value = [...text].reduce((sum, digit) => sum * 62n + BigInt(base62.indexOf(digit)), 0n);
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}

const nothing = {
  keyId: null,
  tenantId: null,
  ownerUserId: null,
  environment: null,
  scopes: null,
  metadata: null,
  expiresAt: null,
};

describe('verifyApiKey', () => {
  it('a good token’s verdict carries what its bearer may do', async () => {
    const expiresAt = new Date(service.clock.now.getTime() + 60_000).toISOString();
    const { apiKey, secret } = await create({
      scopes: ['a:*'],
      metadata: { plan: 'pro' },
      environment: 'TEST',
      expiresAt,
    });
    const { verification } = await send(service, 'verifyApiKey', { token: secret });
    expect(verification).toEqual({
      code: 'VALID',
      valid: true,
      keyId: apiKey.id,
      tenantId: tenant.id,
      ownerUserId: null,
      environment: 'TEST',
      scopes: ['a:*'],
      metadata: { plan: 'pro' },
      expiresAt,
    });
  });

  it('malformed, forged, unknown and foreign tokens have one answer, byte for byte', async () => {
    const { secret, apiKey } = await create();
    const other = await makeTenant(service);
    const mint = (ring: Keyring, ofKey: string, environment: 'live' | 'test', random: Random = systemRandom) =>
      mintToken({ ring, prefix: 'kw', environment, keyId: ofKey, random }).token.reveal();
    const keyId = parseGlobalId('ApiKey', apiKey.id, []);
    const tokens = {
      empty: '',
      words: 'not a token',
      long: 'x'.repeat(5000),
      'a character changed': `${secret.slice(0, 50)}${secret[50] === 'a' ? 'b' : 'a'}${secret.slice(51)}`,
      'a character more': `${secret}0`,
      'of another deployment': mint(stranger, keyId, 'live'),
      'of a key that is not there': mint(service.keyring, newUuid(), 'live'),
      'another secret of this key': mint(service.keyring, keyId, 'live'),
      'its own secret, in the other environment': mint(service.keyring, keyId, 'test', () => secretBytes(secret)),
    };
    const bodies = await Promise.all(
      Object.values(tokens).map(async (token) =>
        JSON.stringify((await sendRaw(service, 'verifyApiKey', { token }, tenant.key)).data),
      ),
    );
    // A key of another tenant, too: whoever asks learns nothing of it.
    bodies.push(JSON.stringify((await sendRaw(service, 'verifyApiKey', { token: secret }, other.key)).data));
    expect(JSON.parse(bodies[0] ?? '').verifyApiKey).toEqual({
      verification: { code: 'INVALID', valid: false, ...nothing },
      userErrors: [],
    });
    expect(new Set(bodies).size).toBe(1);
  });

  it('a forged token costs no statement, and a good one costs one when it is first presented and none after', async () => {
    const { secret, apiKey } = await create();
    const mistyped = `${secret.slice(0, 60)}${secret[60] === 'a' ? 'b' : 'a'}${secret.slice(61)}`;
    // Right in every character but made with another ring: only the tag tells.
    const keyId = parseGlobalId('ApiKey', apiKey.id, []);
    const forged = mintToken({
      ring: stranger,
      prefix: 'kw',
      environment: 'live',
      keyId,
      random: systemRandom,
    }).token.reveal();
    expect(await countStatements(() => verdictOn(service, mistyped))).toHaveLength(0);
    expect(await countStatements(() => verdictOn(service, forged))).toHaveLength(0);
    expect(await countStatements(() => verdictOn(service, secret))).toHaveLength(1);
    expect(await countStatements(() => verdictOn(service, secret))).toHaveLength(0);
  });

  it('says what is missing: scopes wanted together, scopes of which one is enough, an environment', async () => {
    const { secret } = await create({ scopes: ['reports:read', 'billing:*'] });
    const verdict = (want: Record<string, unknown>) => verdictOn(service, secret, want);
    expect(await verdict({ allOf: ['reports:read', 'billing:pay'] })).toBe('VALID');
    expect(await verdict({ allOf: ['reports:read', 'reports:write'] })).toBe('INSUFFICIENT_SCOPE');
    expect(await verdict({ anyOf: ['reports:write', 'billing:pay'] })).toBe('VALID');
    expect(await verdict({ anyOf: ['reports:write'] })).toBe('INSUFFICIENT_SCOPE');
    expect(await verdict({ allOf: [], anyOf: [] })).toBe('VALID');
    expect(await verdict({ environment: 'LIVE' })).toBe('VALID');
    expect(await verdict({ environment: 'TEST' })).toBe('WRONG_ENVIRONMENT');
  });

  it('a wanted scope is a scope and not a pattern', async () => {
    const { secret } = await create({ scopes: ['*'] });
    expect(await send(service, 'verifyApiKey', { token: secret, allOf: ['a', '*'] })).toMatchObject({
      verification: null,
      userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'allOf', '1'] }],
    });
  });

  it('a window opens and closes to the millisecond', async () => {
    const { now } = service.clock;
    const at = (ms: number) => new Date(now.getTime() + ms);
    const { secret } = await create({ notBefore: at(1000).toISOString(), expiresAt: at(2000).toISOString() });
    const verdicts = [];
    for (const ms of [999, 1000, 1999, 2000]) {
      service.clock.now = at(ms);
      verdicts.push(await verdictOn(service, secret));
    }
    service.clock.now = now;
    expect(verdicts).toEqual(['NOT_YET_VALID', 'VALID', 'VALID', 'EXPIRED']);
  });

  it('a personal key can do no more than its owner’s ceiling allows', async () => {
    const { user } = await send(
      service,
      'createUser',
      { email: 'ceiling@example.com', scopeCeiling: ['a:*'] },
      tenant.key,
    );
    const { secret } = await create({ ownerUserId: user.id, scopes: ['a:read', 'b:read', '*'] });
    const { verification } = await send(service, 'verifyApiKey', { token: secret });
    expect(verification).toMatchObject({ ownerUserId: user.id, scopes: expect.arrayContaining(['a:read', 'a:*']) });
    expect(verification.scopes).not.toContain('b:read');
    expect(await verdictOn(service, secret, { allOf: ['a:write'] })).toBe('VALID');
    expect(await verdictOn(service, secret, { allOf: ['b:read'] })).toBe('INSUFFICIENT_SCOPE');
  });

  it('a token in the text of a query is refused, and appears in no answer and no log', async () => {
    const { secret } = await create();
    const { data, errors } = await service.graph(
      `mutation { verifyApiKey(input: { token: "${secret}" }) { verification { code } } }`,
    );
    expect(data).toBeUndefined();
    expect(errors[0]?.message).toContain('Send the token as a variable');
    expect(JSON.stringify(errors)).not.toContain(secret.slice(40));
    expect(service.logged.join('')).not.toContain(secret.slice(40));
  });

  it('a token in the wrong place is not repeated in the error', async () => {
    const { secret } = await create();
    const { errors } = await sendRaw(service, 'createApiKey', { name: { token: secret } }, tenant.key);
    expect(errors.map(({ message }) => message)).toEqual([
      'Variable "$input" got invalid value at "input.name"; String cannot represent a non string value.',
    ]);
  });

  it('needs keywright:keys:verify', async () => {
    const { secret } = await create({ scopes: ['keywright:keys:read'] });
    const { errors } = await sendRaw(service, 'verifyApiKey', { token: secret }, secret);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('changes nothing', async () => {
    const { secret } = await create();
    const before = await checksum(service);
    await verdictOn(service, secret);
    expect(await checksum(service)).toBe(before);
  });
});
