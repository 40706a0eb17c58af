import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { type Config, configVariables, readConfig } from '../src/config.ts';
import { SetupError } from '../src/lib/errors.ts';
import { markdownTable } from './support/markdownTable.ts';

const defaults: Config = {
  host: '127.0.0.1',
  port: 4000,
  workers: 1,
  dataDir: '.keywright',
  databaseUrl: undefined,
  migrateDatabaseUrl: undefined,
  keyringFile: undefined,
  keyringJson: undefined,
  recovery: false,
  recoveryDatabaseUrl: undefined,
  nodeEnv: 'development',
  corsOrigins: [],
  logLevel: 'info',
  tokenPrefix: 'kw',
  cachedKeys: 1_000_000,
  outageGraceSeconds: 0,
  jwtIssuer: undefined,
  jwtAudience: undefined,
  jwtJwksUrl: undefined,
  jwtJwksFile: undefined,
  jwtTenantClaim: 'tenant',
  jwtScopeClaim: 'scope',
  jwtClockSkewSeconds: 5,
  jwtAlgorithms: 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' '),
};

/** The lines of what is wrong with an environment, without the sentence above them. */
function wrongIn(env: Record<string, string>, purpose?: 'service' | 'command'): string[] {
  try {
    readConfig(env, purpose);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    const [title, ...lines] = error.message.split('\n');
    expect(title).toBe('The configuration is not right:');
    return lines;
  }
  return [];
}

test('the table of operating.md is the table of the code, row by row', () => {
  const rows = Object.values(configVariables).map((variable) => [
    variable.name,
    variable.default ?? '',
    variable.description,
    variable.expected,
  ]);
  expect(markdownTable('docs/operating.md', '## Configuration')).toEqual(rows);
});

test('an empty environment gives the documented defaults, frozen', () => {
  const config = readConfig({});
  expect(config).toEqual(defaults);
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.corsOrigins)).toBe(true);
});

test('an empty variable is an unset one', () => {
  const names = Object.values(configVariables).map((variable) => variable.name);
  expect(readConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(defaults);
});

test('WORKERS=auto is one for each core that this process may use', () => {
  expect(readConfig({ WORKERS: 'auto' }).workers).toBe(Math.min(availableParallelism(), 64));
});

test('every variable is read', () => {
  const config = readConfig({
    HOST: '::1',
    PORT: '0',
    WORKERS: '64',
    DATA_DIR: '/var/lib/keywright',
    DATABASE_URL: 'postgres://app:p%40ss@db:5432/keys?sslmode=require',
    MIGRATE_DATABASE_URL: 'postgresql://owner@db/keys',
    KEYRING_FILE: '/run/secrets/keyring.json',
    RECOVERY: 'on',
    RECOVERY_DATABASE_URL: 'postgresql://keeper@db/keys',
    NODE_ENV: 'production',
    CORS_ORIGINS: 'https://a.example, http://localhost:3000,https://a.example',
    LOG_LEVEL: 'silent',
    TOKEN_PREFIX: 'acme1',
    SOMETHING_ELSE: 'x',
  });
  expect(config).toEqual({
    ...defaults,
    host: '::1',
    port: 0,
    workers: 64,
    dataDir: '/var/lib/keywright',
    databaseUrl: 'postgres://app:p%40ss@db:5432/keys?sslmode=require',
    migrateDatabaseUrl: 'postgresql://owner@db/keys',
    keyringFile: '/run/secrets/keyring.json',
    keyringJson: undefined,
    recovery: true,
    recoveryDatabaseUrl: 'postgresql://keeper@db/keys',
    nodeEnv: 'production',
    corsOrigins: ['https://a.example', 'http://localhost:3000'],
    logLevel: 'silent',
    tokenPrefix: 'acme1',
  });
});

test.each([
  ['HOST', 'localhost'],
  ['HOST', '0.0.0.0'],
  ['HOST', 'keys-1.internal.example'],
  ['PORT', '65535'],
  ['CORS_ORIGINS', '*'],
  ['CORS_ORIGINS', 'off'],
  ['TOKEN_PREFIX', 'a'.repeat(15)],
  ['KEYRING_JSON', ' {"format":1}'],
])('%s may be %s', (name, value) => {
  expect(wrongIn({ [name]: value })).toEqual([]);
});

const host = 'expected an IP address or a host name without scheme and port, such as 127.0.0.1.';
const port = 'expected a whole number from 0 to 65535.';
const url =
  'expected a URL that begins with postgres:// or postgresql://, such as postgres://user:password@host:5432/name, without options and timeouts, which the service sets itself.';
const workers = 'expected a whole number from 1 to 64, or auto.';
const origins =
  'expected off, * or origins separated by commas, each lower case and without a path, such as https://app.example.com.';
const prefix = 'expected a lower-case letter and then 1 to 14 lower-case letters or digits.';
const hidden = '"(not shown: it may hold a password)"';

test.each([
  ['HOST', 'http://localhost', `"http://localhost": ${host}`],
  ['HOST', '127.0.0.1:4000', `"127.0.0.1:4000": ${host}`],
  ['HOST', '256.0.0.1', `"256.0.0.1": ${host}`],
  ['HOST', ' localhost', `" localhost": ${host}`],
  ['PORT', '65536', `"65536": ${port}`],
  ['PORT', '-1', `"-1": ${port}`],
  ['PORT', '4e3', `"4e3": ${port}`],
  ['PORT', '04', `"04": ${port}`],
  ['PORT', '4000 ', `"4000 ": ${port}`],
  ['PORT', 'http\u001b', `"http\\u{1b}": ${port}`],
  ['WORKERS', '0', `"0": ${workers}`],
  ['WORKERS', '65', `"65": ${workers}`],
  ['WORKERS', '2.0', `"2.0": ${workers}`],
  ['WORKERS', 'max', `"max": ${workers}`],
  ['RECOVERY', 'yes', '"yes": expected on or off.'],
  ['NODE_ENV', 'prod', '"prod": expected one of development, production, test.'],
  ['LOG_LEVEL', 'INFO', '"INFO": expected one of fatal, error, warn, info, debug, trace, silent.'],
  ['CORS_ORIGINS', 'https://a.example/', `"https://a.example/": ${origins}`],
  ['CORS_ORIGINS', 'https://A.example', `"https://A.example": ${origins}`],
  ['CORS_ORIGINS', 'a.example', `"a.example": ${origins}`],
  ['CORS_ORIGINS', 'https://a.example:443', `"https://a.example:443": ${origins}`],
  ['CORS_ORIGINS', 'https://a.example,', `"https://a.example,": ${origins}`],
  ['CORS_ORIGINS', 'https://a.example,*', `"https://a.example,*": ${origins}`],
  ['CORS_ORIGINS', 'off,https://a.example', `"off,https://a.example": ${origins}`],
  ['CORS_ORIGINS', 'null', `"null": ${origins}`],
  ['CORS_ORIGINS', 'ftp://a.example', `"ftp://a.example": ${origins}`],
  ['TOKEN_PREFIX', 'k', `"k": ${prefix}`],
  ['TOKEN_PREFIX', 'Kw', `"Kw": ${prefix}`],
  ['TOKEN_PREFIX', '1kw', `"1kw": ${prefix}`],
  ['TOKEN_PREFIX', 'k_w', `"k_w": ${prefix}`],
  ['TOKEN_PREFIX', 'a'.repeat(16), `"${'a'.repeat(16)}": ${prefix}`],
])('a wrong %s is refused with its value and what would be right: %s', (name, value, line) => {
  expect(wrongIn({ [name]: value })).toEqual([`${name} is ${line}`]);
});

test.each([
  ['mysql://ada:swordfish@db/keys', `"mysql://ada:***@db/keys": ${url}`],
  ['postgres://ada:swordfish@db:99999/keys', `${hidden}: ${url}`],
  ['postgres:ada:swordfish@db', `${hidden}: ${url}`],
  ['host=db password=swordfish', `${hidden}: ${url}`],
  ['postgres://ada:sword fish@db', `"postgres://ada:***@db": ${url}`],
  ['db.example', `"db.example": ${url}`],
])('a wrong database URL is refused without its password: %s', (value, line) => {
  const lines = wrongIn({ DATABASE_URL: value, MIGRATE_DATABASE_URL: value, KEYRING_FILE: 'ring.json' });
  expect(lines).toEqual([`DATABASE_URL is ${line}`, `MIGRATE_DATABASE_URL is ${line}`]);
});

test('a wrong key ring in the environment is refused without its value', () => {
  expect(wrongIn({ KEYRING_JSON: 'c3dvcmRmaXNo' })).toEqual([
    'KEYRING_JSON is wrong (its value is secret and not shown): expected the JSON text of a key ring.',
  ]);
});

test('all that is wrong is named at once', () => {
  const env = { HOST: '??', PORT: 'abc', NODE_ENV: 'production', CORS_ORIGINS: '*', LOG_LEVEL: 'loud' };
  expect(wrongIn({ ...env, DATABASE_URL: 'postgres://db/keys' })).toEqual([
    `HOST is "??": ${host}`,
    `PORT is "abc": ${port}`,
    'LOG_LEVEL is "loud": expected one of fatal, error, warn, info, debug, trace, silent.',
    'CORS_ORIGINS is "*" in production: expected the origins that may call, or off.',
    'DATABASE_URL is set without a key ring: make one with `npx keywright keyring init FILE` and set KEYRING_FILE=FILE.',
  ]);
});

test('a database needs a key ring to serve, and none for the command that makes it', () => {
  const env = { DATABASE_URL: 'postgres://db/keys' };
  expect(wrongIn(env)).toEqual([
    'DATABASE_URL is set without a key ring: make one with `npx keywright keyring init FILE` and set KEYRING_FILE=FILE.',
  ]);
  expect(wrongIn(env, 'command')).toEqual([]);
  expect(wrongIn({ ...env, KEYRING_FILE: 'ring.json' })).toEqual([]);
  expect(wrongIn({ ...env, KEYRING_JSON: '{}' })).toEqual([]);
});

test('two key rings are one too many, for commands too', () => {
  const line = 'KEYRING_FILE and KEYRING_JSON are both set: expected only one of them.';
  expect(wrongIn({ KEYRING_FILE: 'ring.json', KEYRING_JSON: '{}' })).toEqual([line]);
  expect(wrongIn({ KEYRING_FILE: 'ring.json', KEYRING_JSON: '{}' }, 'command')).toEqual([line]);
});

test('a recovery login without its database never means the embedded one', () => {
  expect(wrongIn({ RECOVERY_DATABASE_URL: 'postgres://db/keys' })).toEqual([
    'RECOVERY_DATABASE_URL is set without DATABASE_URL: expected both, or neither for the embedded database.',
  ]);
});

test('a migration login without its database never means the embedded one', () => {
  expect(wrongIn({ MIGRATE_DATABASE_URL: 'postgres://db/keys' })).toEqual([
    'MIGRATE_DATABASE_URL is set without DATABASE_URL: expected both, or neither for the embedded database.',
  ]);
  expect(wrongIn({ MIGRATE_DATABASE_URL: 'postgres://db/keys' }, 'command')).toEqual([]);
});
