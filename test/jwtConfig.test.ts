import { expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { jwtOptions } from '../src/jwtConfig.ts';
import { SetupError } from '../src/lib/errors.ts';

const whole = {
  JWT_ISSUER: 'https://login.example.com/',
  JWT_AUDIENCE: 'https://keys.example.com',
  JWT_JWKS_URL: 'https://login.example.com/keys',
};
const algorithms = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

function wrongIn(env: Record<string, string>, purpose?: 'service' | 'command'): string[] {
  try {
    readConfig(env, purpose);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return error.message.split('\n').slice(1);
  }
  return [];
}

test('without an issuer there is no identity provider', () => {
  expect(jwtOptions(readConfig({}))).toBe(undefined);
});

test('issuer, audience and keys are enough', () => {
  expect(jwtOptions(readConfig(whole))).toEqual({
    issuer: 'https://login.example.com/',
    audiences: ['https://keys.example.com'],
    keys: { url: 'https://login.example.com/keys' },
    algorithms,
    clockSkewSeconds: 5,
    tenantClaim: 'tenant',
    scopeClaim: 'scope',
  });
});

test('every variable is read', () => {
  const { JWT_JWKS_URL: _, ...rest } = whole;
  const env = {
    ...rest,
    JWT_AUDIENCE: 'one, two,one',
    JWT_JWKS_FILE: '/etc/keywright/keys.json',
    JWT_TENANT_CLAIM: 'https://example.com/tenant',
    JWT_SCOPE_CLAIM: 'permissions',
    JWT_CLOCK_SKEW_SECONDS: '300',
    JWT_ALGORITHMS: 'RS256, EdDSA',
  };
  expect(jwtOptions(readConfig(env))).toEqual({
    issuer: 'https://login.example.com/',
    audiences: ['one', 'two'],
    keys: { file: '/etc/keywright/keys.json' },
    algorithms: ['RS256', 'EdDSA'],
    clockSkewSeconds: 300,
    tenantClaim: 'https://example.com/tenant',
    scopeClaim: 'permissions',
  });
});

test.each([
  ['JWT_JWKS_URL', 'https://login.example.com:8443/realms/a/keys?v=2'],
  ['JWT_JWKS_URL', 'http://localhost:8080/keys'],
  ['JWT_JWKS_URL', 'http://127.0.0.53/keys'],
  ['JWT_JWKS_URL', 'http://[::1]:8080/keys'],
  ['JWT_ISSUER', 'acme-sso'],
  ['JWT_CLOCK_SKEW_SECONDS', '0'],
  ['JWT_ALGORITHMS', 'ES256'],
])('%s may be %s', (name, value) => {
  expect(wrongIn({ ...whole, [name]: value })).toEqual([]);
});

const url =
  'expected an https:// URL without user and password, such as https://login.example.com/keys; http:// for localhost alone.';
const claim = (other: string) => `expected the name of a claim, such as ${other}.`;
const skew = 'expected a whole number from 0 to 300.';
const list = `expected one or more of ${algorithms.join(', ')}, separated by commas.`;

test.each([
  [
    'JWT_ISSUER',
    'https://login example',
    'expected visible characters without spaces, such as https://login.example.com/.',
  ],
  [
    'JWT_AUDIENCE',
    'one,,two',
    'expected names of visible characters, separated by commas, such as https://keys.example.com.',
  ],
  ['JWT_JWKS_URL', 'http://login.example.com/keys', url],
  ['JWT_JWKS_URL', 'http://localhost.example.com/keys', url],
  ['JWT_JWKS_URL', 'http://128.0.0.1/keys', url],
  ['JWT_JWKS_URL', 'http://10.0.0.1/keys', url],
  ['JWT_JWKS_URL', 'file:///etc/keys', url],
  ['JWT_JWKS_URL', 'login.example.com/keys', url],
  ['JWT_TENANT_CLAIM', 'the tenant', claim('tenant or https://example.com/tenant')],
  ['JWT_SCOPE_CLAIM', 'scopé', claim('scope or permissions')],
  ['JWT_CLOCK_SKEW_SECONDS', '301', skew],
  ['JWT_CLOCK_SKEW_SECONDS', '-1', skew],
  ['JWT_CLOCK_SKEW_SECONDS', '5s', skew],
  ['JWT_ALGORITHMS', 'HS256', list],
  ['JWT_ALGORITHMS', 'RS256,none', list],
  ['JWT_ALGORITHMS', 'rs256', list],
])('a wrong %s is refused with its value and what would be right: %s', (name, value, expected) => {
  expect(wrongIn({ ...whole, [name]: value })).toEqual([`${name} is "${value}": ${expected}`]);
});

test('a URL with a password in it is refused without showing it', () => {
  expect(wrongIn({ ...whole, JWT_JWKS_URL: 'https://ada:swordfish@login.example.com/keys' })).toEqual([
    `JWT_JWKS_URL is "https://ada:***@login.example.com/keys": ${url}`,
  ]);
});

const noAudience = 'JWT_ISSUER is set without JWT_AUDIENCE: expected the name of this service in the provider’s JWTs.';
const noKeys = 'JWT_ISSUER is set without the keys to check by: expected JWT_JWKS_URL or JWT_JWKS_FILE beside it.';

test.each<[string, Record<string, string>, string[]]>([
  ['an issuer alone', { JWT_ISSUER: 'x' }, [noAudience, noKeys]],
  ['no audience', { JWT_ISSUER: 'x', JWT_JWKS_FILE: 'f' }, [noAudience]],
  ['no keys', { JWT_ISSUER: 'x', JWT_AUDIENCE: 'y' }, [noKeys]],
  [
    'two sets of keys',
    { ...whole, JWT_JWKS_FILE: 'f' },
    ['JWT_JWKS_URL and JWT_JWKS_FILE are both set: expected only one of them.'],
  ],
  [
    'no issuer',
    { JWT_AUDIENCE: 'y', JWT_JWKS_FILE: 'f' },
    ['JWT_AUDIENCE, JWT_JWKS_FILE are set without JWT_ISSUER: expected the issuer beside them, or none of them.'],
  ],
  [
    'no issuer, and only what has a default',
    { JWT_SCOPE_CLAIM: 'scp' },
    ['JWT_SCOPE_CLAIM is set without JWT_ISSUER: expected the issuer beside it, or none of them.'],
  ],
  ['a wrong URL, which is not missing', { ...whole, JWT_JWKS_URL: 'x' }, [`JWT_JWKS_URL is "x": ${url}`]],
])('half a configuration is refused: %s', (_, env, lines) => {
  expect(wrongIn(env)).toEqual(lines);
});

test('a command, which lets nobody in, does not ask for the other half', () => {
  expect(wrongIn({ JWT_ISSUER: 'x' }, 'command')).toEqual([]);
});
