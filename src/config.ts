import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { type JwtConfig, jwtVariables, wrongJwt } from './jwtConfig.ts';
import { SetupError } from './lib/errors.ts';
import { limits } from './lib/limits.ts';
import { maskedUrl } from './lib/maskedUrl.ts';
import { quoted } from './lib/quoted.ts';

const environments = ['development', 'production', 'test'] as const;
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** What the environment decides, checked and frozen. It holds secrets: never log it whole. */
export type Config = {
  readonly host: string;
  readonly port: number;
  /** Processes that serve; with 1, the one that was started does. */
  readonly workers: number;
  readonly dataDir: string;
  /** Undefined: the embedded database in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly migrateDatabaseUrl: string | undefined;
  readonly keyringFile: string | undefined;
  readonly keyringJson: string | undefined;
  /** Whether tokens of ring keys that are declared lost are proven by their locks. */
  readonly recovery: boolean;
  readonly recoveryDatabaseUrl: string | undefined;
  readonly nodeEnv: (typeof environments)[number];
  /** Empty: no cross-origin calls. `['*']`: from everywhere, which production refuses. */
  readonly corsOrigins: readonly string[];
  readonly logLevel: (typeof logLevels)[number];
  readonly tokenPrefix: string;
  readonly cachedKeys: number;
  readonly outageGraceSeconds: number;
} & JwtConfig;

/** One variable of the environment. */
export type ConfigVariable<T> = {
  readonly name: string;
  /** As it would stand in the environment; undefined: the variable has none. */
  readonly default: string | undefined;
  readonly description: string;
  /** What a right value looks like, as an error says it. */
  readonly expected: string;
  /** Its value is never shown, not even in the error about it. */
  readonly secret: boolean;
  /** The value that a text stands for, or undefined for a wrong one. */
  readonly read: (text: string) => Exclude<T, undefined> | undefined;
};

const postgresUrl =
  'a URL that begins with postgres:// or postgresql://, such as postgres://user:password@host:5432/name, without options and timeouts, which the service sets itself';

/** Every variable that is read, once: parsing, errors and docs/operating.md all follow this table. */
export const configVariables: { readonly [K in keyof Config]: ConfigVariable<Config[K]> } = {
  host: {
    name: 'HOST',
    default: '127.0.0.1',
    description: 'The address to listen on. `0.0.0.0` or `::` opens the service to the network.',
    expected: 'an IP address or a host name without scheme and port, such as 127.0.0.1',
    secret: false,
    read: readHost,
  },
  port: {
    name: 'PORT',
    default: '4000',
    description: 'The port to listen on. `0` takes any free one.',
    expected: 'a whole number from 0 to 65535',
    secret: false,
    read: (text) => (/^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined),
  },
  workers: {
    name: 'WORKERS',
    default: '1',
    description: 'How many processes serve, all at the one address. `auto` is one for each core.',
    expected: `a whole number from 1 to ${limits.workersMax}, or auto`,
    secret: false,
    read: readWorkers,
  },
  dataDir: {
    name: 'DATA_DIR',
    default: '.keywright',
    description:
      'The folder of the embedded database and its key ring, made with mode 0700. Unused with `DATABASE_URL`.',
    expected: 'the path of a folder',
    secret: false,
    read: (text) => text,
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    default: undefined,
    description:
      'The PostgreSQL database to use, version 15 or newer. Without it the service runs its own, embedded one.',
    expected: postgresUrl,
    secret: false,
    read: readPostgresUrl,
  },
  migrateDatabaseUrl: {
    name: 'MIGRATE_DATABASE_URL',
    default: undefined,
    description: 'The same database with the login that may change its tables. Without it `DATABASE_URL` is used.',
    expected: postgresUrl,
    secret: false,
    read: readPostgresUrl,
  },
  keyringFile: {
    name: 'KEYRING_FILE',
    default: undefined,
    description: 'The file of the key ring, readable by its owner alone. `npx keywright keyring init FILE` makes one.',
    expected: 'the path of a file',
    secret: false,
    read: (text) => text,
  },
  keyringJson: {
    name: 'KEYRING_JSON',
    default: undefined,
    description: 'The key ring itself instead of its file. Secret: prefer the file.',
    expected: 'the JSON text of a key ring',
    secret: true,
    read: (text) => (text.trim().startsWith('{') ? text : undefined),
  },
  recovery: {
    name: 'RECOVERY',
    default: 'off',
    description:
      '`on` lets tokens of ring keys in that are declared lost, each proven by its argon2id lock when it is first presented.',
    expected: 'on or off',
    secret: false,
    read: (text) => (text === 'on' ? true : text === 'off' ? false : undefined),
  },
  recoveryDatabaseUrl: {
    name: 'RECOVERY_DATABASE_URL',
    default: undefined,
    description:
      'The same database with the one login that may read those locks. Without it `DATABASE_URL` is used. `npx keywright migrate` reads it, too.',
    expected: postgresUrl,
    secret: false,
    read: readPostgresUrl,
  },
  nodeEnv: {
    name: 'NODE_ENV',
    default: 'development',
    description: '`production` hides introspection and GraphiQL, and refuses unsafe database logins.',
    expected: `one of ${environments.join(', ')}`,
    secret: false,
    read: (text) => environments.find((name) => name === text),
  },
  corsOrigins: {
    name: 'CORS_ORIGINS',
    default: 'off',
    description:
      'The origins whose pages may call the service from a browser, separated by commas. `*` allows all, outside production.',
    expected:
      'off, * or origins separated by commas, each lower case and without a path, such as https://app.example.com',
    secret: false,
    read: readOrigins,
  },
  logLevel: {
    name: 'LOG_LEVEL',
    default: 'info',
    description: 'The least severe log lines to write; `silent` writes none.',
    expected: `one of ${logLevels.join(', ')}`,
    secret: false,
    read: (text) => logLevels.find((name) => name === text),
  },
  tokenPrefix: {
    name: 'TOKEN_PREFIX',
    default: 'kw',
    description: 'What new tokens begin with. Tokens with an earlier prefix go on working.',
    expected: 'a lower-case letter and then 1 to 14 lower-case letters or digits',
    secret: false,
    read: (text) => (/^[a-z][a-z0-9]{1,14}$/.test(text) ? text : undefined),
  },
  cachedKeys: {
    name: 'CACHED_KEYS',
    default: String(limits.cachedKeysDefault),
    description: 'How many keys each process keeps in memory, at up to 300 bytes each. `0` keeps none.',
    expected: `a whole number from 0 to ${limits.cachedKeysMax}`,
    secret: false,
    read: (text) => readCount(text, limits.cachedKeysMax),
  },
  outageGraceSeconds: {
    name: 'OUTAGE_GRACE_SECONDS',
    default: '0',
    description:
      'How long known keys are served from memory beyond the usual five seconds while the database is away. Every withdrawal waits for it, or says by when it counts.',
    expected: `a whole number from 0 to ${limits.outageGraceSecondsMax}`,
    secret: false,
    read: (text) => readCount(text, limits.outageGraceSecondsMax),
  },
  ...jwtVariables,
};

/**
 * Reads the configuration and names everything that is wrong with it at once. A command of the operator needs no key
 * ring to begin with (one of them makes it); the service does.
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  purpose: 'service' | 'command' = 'service',
): Config {
  const values: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const [field, variable] of Object.entries(configVariables)) {
    // An empty variable is how a compose file or a shell says "unset".
    const text = env[variable.name] || variable.default;
    const value = text === undefined ? undefined : variable.read(text);
    if (text !== undefined && value === undefined) wrong.push(wrongLine(variable, text));
    values[field] = value;
  }
  const config: Partial<Config> = values;
  wrong.push(...wrongTogether(config));
  if (purpose === 'service') wrong.push(...missingForService(env), ...wrongJwt(env));
  if (wrong.length > 0) throw new SetupError(`The configuration is not right:\n${wrong.join('\n')}`);
  // Nothing is wrong, so every field holds what its variable's `read` gave, and that is typed as the field is.
  return Object.freeze(config as Config);
}

function wrongLine({ name, secret, expected }: ConfigVariable<unknown>, text: string): string {
  return secret
    ? `${name} is wrong (its value is secret and not shown): expected ${expected}.`
    : `${name} is ${quoted(maskedUrl(text), 200)}: expected ${expected}.`;
}

/** What each variable alone could not know. */
function wrongTogether(config: Partial<Config>): string[] {
  const wrong: string[] = [];
  if (config.keyringFile !== undefined && config.keyringJson !== undefined) {
    wrong.push('KEYRING_FILE and KEYRING_JSON are both set: expected only one of them.');
  }
  if (config.nodeEnv === 'production' && config.corsOrigins?.includes('*')) {
    wrong.push('CORS_ORIGINS is "*" in production: expected the origins that may call, or off.');
  }
  return wrong;
}

function missingForService(env: Readonly<Record<string, string | undefined>>): string[] {
  const wrong: string[] = [];
  // Asked of the environment: a variable that is set and wrong has its own line already, and is not missing.
  if (env.DATABASE_URL && !env.KEYRING_FILE && !env.KEYRING_JSON) {
    wrong.push(
      'DATABASE_URL is set without a key ring: make one with `npx keywright keyring init FILE` and set KEYRING_FILE=FILE.',
    );
  }
  if (env.MIGRATE_DATABASE_URL && !env.DATABASE_URL) {
    wrong.push(
      'MIGRATE_DATABASE_URL is set without DATABASE_URL: expected both, or neither for the embedded database.',
    );
  }
  if (env.RECOVERY_DATABASE_URL && !env.DATABASE_URL) {
    wrong.push(
      'RECOVERY_DATABASE_URL is set without DATABASE_URL: expected both, or neither for the embedded database.',
    );
  }
  return wrong;
}

function readCount(text: string, max: number): number | undefined {
  return /^(?:0|[1-9]\d{0,8})$/.test(text) && Number(text) <= max ? Number(text) : undefined;
}

function readHost(text: string): string | undefined {
  if (isIP(text) !== 0) return text;
  // Only digits and dots is an IP address that is none, such as 256.0.0.1.
  const isName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(text) && !/^[\d.]+$/.test(text);
  return isName ? text : undefined;
}

function readWorkers(text: string): number | undefined {
  if (text === 'auto') return Math.min(availableParallelism(), limits.workersMax);
  return /^[1-9]\d?$/.test(text) && Number(text) <= limits.workersMax ? Number(text) : undefined;
}

const ownParameters = [
  'options',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'query_timeout',
];

function readPostgresUrl(text: string): string | undefined {
  if (!/^postgres(?:ql)?:\/\/\S+$/.test(text)) return undefined;
  const url = URL.parse(text);
  // What stands in the URL would win over what the service says: its role, its time zone and its timeouts.
  const isSet = (name: string) => url?.searchParams.has(name) === true;
  return url === null || ownParameters.some(isSet) ? undefined : text;
}

function readOrigins(text: string): readonly string[] | undefined {
  if (text === 'off') return Object.freeze([]);
  if (text === '*') return Object.freeze(['*']);
  const origins = text.split(',').map((item) => item.trim());
  return origins.every(isWebOrigin) ? Object.freeze([...new Set(origins)]) : undefined;
}

/** Exactly what a browser sends: an origin that is written otherwise would never match and never be noticed. */
function isWebOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.parse(text)?.origin === text;
}
