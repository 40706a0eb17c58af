import type { Config } from '../config.ts';
import { describeAddress } from '../store/DatabaseAddress.ts';
import { migrate } from '../store/migrate.ts';
import { defineCommand, jsonOption } from './command.ts';
import { migrationUrl } from './migrationUrl.ts';
import { printableJson } from './printable.ts';
import { reachingDatabase } from './reachingDatabase.ts';

/** `keywright migrate`: brings the database of the environment to this release's schema. */
export function migrateCommand(parts: { readonly config: () => Config }) {
  return defineCommand({
    name: 'migrate',
    description:
      'Brings the database to the schema of this release, and gives the login of DATABASE_URL the roles that the service\n' +
      'works with. It logs in by MIGRATE_DATABASE_URL or, without one, by DATABASE_URL. Run it before the first start\n' +
      'and after each update; with nothing to do it changes nothing. The embedded database migrates itself at start.',
    args: [],
    options: jsonOption,
    examples: ['DATABASE_URL=postgres://… MIGRATE_DATABASE_URL=postgres://… npx keywright migrate'],
    async run({ options }, { out }) {
      const config = parts.config();
      const admin = migrationUrl(config);
      if (admin === undefined) {
        const sentence =
          'Neither MIGRATE_DATABASE_URL nor DATABASE_URL is set: the embedded database migrates itself at start.';
        out.write(options.json ? `${printableJson({ database: null, applied: [] })}\n` : `${sentence}\n`);
        return 0;
      }
      const address = { connectionString: admin.url };
      const { user } = describeAddress({ connectionString: config.databaseUrl ?? admin.url });
      const recovery = config.recoveryDatabaseUrl;
      const recoverer = recovery === undefined ? user : describeAddress({ connectionString: recovery }).user;
      const applied = await reachingDatabase(admin, () => migrate(address, user, recoverer));
      const { database } = describeAddress(address);
      out.write(options.json ? `${printableJson({ database, applied })}\n` : told(database, applied));
      return 0;
    },
  });
}

function told(database: string, applied: readonly string[]): string {
  if (applied.length === 0) return `The database "${database}" has the schema of this release already.\n`;
  return applied.map((name) => `Applied ${name} to the database "${database}".\n`).join('');
}
