import { pathToFileURL } from 'node:url';
import type { DatabaseAddress } from '../../src/store/DatabaseAddress.ts';
import { openOrm } from '../../src/store/orm.ts';
import { atDatabase } from './addresses.ts';
import { setup, type TestServer, teardown } from './globalSetup.ts';

/**
 * What only the migrations say, and the entities therefore lack: references by two columns of which one is no key,
 * and a count that is the database's own. Each line is one that the comparison would drop.
 */
const knownDifferences = new Set([
  'alter table "api_keys" drop constraint "fk_api_keys_owner";',
  'alter table "api_keys" drop constraint "fk_api_keys_user";',
  'alter table "api_key_retiring_secrets" drop constraint "fk_api_key_retiring_secrets_key";',
  'alter table "api_key_recovery" drop constraint "fk_api_key_recovery_key";',
  'alter table "audit_events" drop column "seq";',
]);

/** The statements that would turn a migrated database into what the entities say, less the known ones. */
export async function schemaDrift(migrated: DatabaseAddress): Promise<string[]> {
  const { orm } = openOrm(migrated, { ...migrated });
  try {
    const statements = (await orm.schema.getUpdateSchemaSQL({ wrap: false })).split('\n').filter((line) => line !== '');
    return statements.filter((line) => !knownDifferences.has(line));
  } finally {
    await orm.close(true);
  }
}

/** `npm run schema:check`: replays every migration on a scratch database and compares. */
async function main(): Promise<void> {
  let server: TestServer | undefined;
  await setup({
    provide(_: string, value: TestServer) {
      server = value;
    },
  } as never);
  try {
    const drift = server === undefined ? ['no server'] : await schemaDrift(atDatabase(server.admin, server.template));
    for (const statement of drift) console.error(statement);
    if (drift.length > 0) {
      console.error('The entities say something else than the migrations. Write a migration, or mend the entity.');
      process.exitCode = 1;
    } else console.log('The entities and the migrations agree.');
  } finally {
    await teardown();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
