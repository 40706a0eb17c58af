import { type App, type AppOptions, createApp } from './app.ts';
import { reachingDatabase } from './cli/reachingDatabase.ts';
import type { Config } from './config.ts';
import { systemRandom } from './crypto/random.ts';
import { jwtOptions } from './jwtConfig.ts';
import type { Log } from './lib/log.ts';
import type { Installation } from './openInstallation.ts';

/** Wires the service by the configuration, in the process that serves. */
export function openApp(
  config: Config,
  { database, keyring }: Pick<Installation, 'database' | 'keyring'>,
  log: Log,
  among: Pick<AppOptions, 'scrape' | 'argon2'> = {},
): Promise<App> {
  const { recovery, recoveryDatabaseUrl: url } = config;
  const introspection = config.nodeEnv !== 'production';
  const jwt = jwtOptions(config);
  const recoveryDatabase = url === undefined ? database : { connectionString: url };
  const rest = { introspection, log, jwt, randomBytes: systemRandom, ...among };
  const open = () => createApp({ ...config, database, keyring, ...rest, ...(recovery && { recoveryDatabase }) });
  return url === undefined ? open() : reachingDatabase({ variable: 'RECOVERY_DATABASE_URL', url }, open);
}
