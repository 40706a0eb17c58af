import type { Config } from '../config.ts';
import type { NamedUrl } from './reachingDatabase.ts';

/** The login that owns the tables, and the variable that names it; undefined for the embedded database, which has its own. */
export function migrationUrl({ migrateDatabaseUrl, databaseUrl }: Config): NamedUrl | undefined {
  if (migrateDatabaseUrl !== undefined) return { variable: 'MIGRATE_DATABASE_URL', url: migrateDatabaseUrl };
  return databaseUrl === undefined ? undefined : { variable: 'DATABASE_URL', url: databaseUrl };
}
