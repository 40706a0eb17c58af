import type { JwtOptions } from './app.ts';
import type { Config, ConfigVariable } from './config.ts';
import { limits } from './lib/limits.ts';

/** What the environment says of an identity provider; without an issuer there is none. */
export type JwtConfig = {
  readonly jwtIssuer: string | undefined;
  readonly jwtAudience: readonly string[] | undefined;
  readonly jwtJwksUrl: string | undefined;
  readonly jwtJwksFile: string | undefined;
  readonly jwtTenantClaim: string;
  readonly jwtScopeClaim: string;
  readonly jwtClockSkewSeconds: number;
  readonly jwtAlgorithms: readonly string[];
};

/** Those by which the provider alone can sign: with a shared key, whoever checks a JWT could make one. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** The variables of an identity provider, a part of the one table of all. */
export const jwtVariables: { readonly [K in keyof JwtConfig]: ConfigVariable<JwtConfig[K]> } = {
  jwtIssuer: {
    name: 'JWT_ISSUER',
    default: undefined,
    description:
      'The identity provider whose JWTs are taken, exactly as their `iss` names it. Without it there is none: only keys are taken.',
    expected: 'visible characters without spaces, such as https://login.example.com/',
    secret: false,
    read: (text) => (isWord(text) ? text : undefined),
  },
  jwtAudience: {
    name: 'JWT_AUDIENCE',
    default: undefined,
    description: 'The names of this service in the `aud` of a JWT, separated by commas; one of them has to be there.',
    expected: 'names of visible characters, separated by commas, such as https://keys.example.com',
    secret: false,
    read: (text) => readList(text, isWord),
  },
  jwtJwksUrl: {
    name: 'JWT_JWKS_URL',
    default: undefined,
    description: 'Where the provider publishes its keys as a JSON Web Key Set.',
    expected:
      'an https:// URL without user and password, such as https://login.example.com/keys; http:// for localhost alone',
    secret: false,
    read: readJwksUrl,
  },
  jwtJwksFile: {
    name: 'JWT_JWKS_FILE',
    default: undefined,
    description: 'A file with the provider’s JSON Web Key Set, instead of its URL.',
    expected: 'the path of a file',
    secret: false,
    read: (text) => text,
  },
  jwtTenantClaim: {
    name: 'JWT_TENANT_CLAIM',
    default: 'tenant',
    description: 'The claim that names the user’s tenant, by its id or its slug.',
    expected: 'the name of a claim, such as tenant or https://example.com/tenant',
    secret: false,
    read: (text) => (isWord(text) ? text : undefined),
  },
  jwtScopeClaim: {
    name: 'JWT_SCOPE_CLAIM',
    default: 'scope',
    description: 'The claim with the user’s scopes: a text with spaces between them, or a list.',
    expected: 'the name of a claim, such as scope or permissions',
    secret: false,
    read: (text) => (isWord(text) ? text : undefined),
  },
  jwtClockSkewSeconds: {
    name: 'JWT_CLOCK_SKEW_SECONDS',
    default: '5',
    description: 'How far the provider’s clock and this one may differ.',
    expected: `a whole number from 0 to ${limits.clockSkewSecondsMax}`,
    secret: false,
    read: (text) =>
      /^(?:0|[1-9]\d{0,3})$/.test(text) && Number(text) <= limits.clockSkewSecondsMax ? Number(text) : undefined,
  },
  jwtAlgorithms: {
    name: 'JWT_ALGORITHMS',
    default: algorithms.join(','),
    description: 'The algorithms that a JWT may be signed with.',
    expected: `one or more of ${algorithms.join(', ')}, separated by commas`,
    secret: false,
    read: (text) => readList(text, (name) => algorithms.includes(name)),
  },
};

const names = Object.values(jwtVariables).map((variable) => variable.name);

/**
 * What is half a configuration: the service would start, and take nobody's JWT. Asked of the environment: a variable that
 * is set and wrong has a line of its own already, and is not missing.
 */
export function wrongJwt(env: Readonly<Record<string, string | undefined>>): string[] {
  const set = names.filter((name) => env[name]);
  if (set.length === 0) return [];
  if (!env.JWT_ISSUER) {
    const [verb, noun] = set.length === 1 ? ['is', 'it'] : ['are', 'them'];
    return [`${set.join(', ')} ${verb} set without JWT_ISSUER: expected the issuer beside ${noun}, or none of them.`];
  }
  const wrong: string[] = [];
  if (!env.JWT_AUDIENCE) {
    wrong.push('JWT_ISSUER is set without JWT_AUDIENCE: expected the name of this service in the provider’s JWTs.');
  }
  if (env.JWT_JWKS_URL && env.JWT_JWKS_FILE) {
    wrong.push('JWT_JWKS_URL and JWT_JWKS_FILE are both set: expected only one of them.');
  }
  if (!env.JWT_JWKS_URL && !env.JWT_JWKS_FILE) {
    wrong.push('JWT_ISSUER is set without the keys to check by: expected JWT_JWKS_URL or JWT_JWKS_FILE beside it.');
  }
  return wrong;
}

/** The identity provider of a configuration, as the service is told of it; undefined for none. */
export function jwtOptions(config: Config): JwtOptions | undefined {
  const { jwtIssuer, jwtAudience, jwtJwksUrl, jwtJwksFile } = config;
  const file = jwtJwksFile === undefined ? undefined : { file: jwtJwksFile };
  const keys = jwtJwksUrl === undefined ? file : { url: jwtJwksUrl };
  // Half of it was refused when the environment was read.
  if (jwtIssuer === undefined || jwtAudience === undefined || keys === undefined) return undefined;
  return {
    issuer: jwtIssuer,
    audiences: jwtAudience,
    keys,
    algorithms: config.jwtAlgorithms,
    clockSkewSeconds: config.jwtClockSkewSeconds,
    tenantClaim: config.jwtTenantClaim,
    scopeClaim: config.jwtScopeClaim,
  };
}

function isWord(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function readList(text: string, isRight: (item: string) => boolean): readonly string[] | undefined {
  const items = text.split(',').map((item) => item.trim());
  return items.every(isRight) ? Object.freeze([...new Set(items)]) : undefined;
}

/** Whoever can answer in place of the provider can let anybody in: no address that a network could forge. */
function readJwksUrl(text: string): string | undefined {
  const url = isWord(text) ? URL.parse(text) : null;
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  const isHere = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isHere) ? text : undefined;
}
