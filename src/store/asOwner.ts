import { Client, type ClientBase } from 'pg';
import { SetupError } from '../lib/errors.ts';
import { type DatabaseAddress, describeAddress } from './DatabaseAddress.ts';
import { connectionSettings } from './orm.ts';

/** Works on one connection with the rights of the tables' owner; a login that lacks them is refused before anything is done. */
export async function asOwner<T>(address: DatabaseAddress, work: (db: ClientBase) => Promise<T>): Promise<T> {
  const client = new Client({ ...connectionSettings(address), application_name: 'keywright audit prune' });
  // A connection that breaks fails the statement that is under way, which says so; nobody else has to hear of it.
  client.on('error', () => {});
  await client.connect();
  try {
    await checkRights(client, describeAddress(address).user);
    return await work(client);
  } finally {
    await client.end();
  }
}

type Rights = { readonly migrated: boolean; readonly may: boolean | null; readonly sees: boolean };

/** Row-level security answers with no rows where it hides them: without this, blindness would look like an empty audit. */
async function checkRights(db: ClientBase, login: string): Promise<void> {
  const { rows } = await db.query<Rights>(
    `select to_regclass('public.audit_events') is not null as migrated,
       has_table_privilege(to_regclass('public.audit_events'), 'delete') as may,
       not exists (
         select from unnest(array['audit_events', 'api_keys', 'tenants']) as needed
         where row_security_active(to_regclass('public.' || needed)) and not exists (
           select from pg_policies, unnest(roles) as role
           where schemaname = 'public' and tablename = needed and policyname = needed || '_owner' and pg_has_role(role, 'usage')
         )
       ) as sees`,
  );
  const [rights] = rows;
  const owner = 'the login that migrates, in MIGRATE_DATABASE_URL';
  if (rights?.migrated === true && rights.may !== true) {
    throw new SetupError(`The login "${login}" may not remove events of the audit: only ${owner}, may.`);
  }
  if (rights?.migrated !== true || !rights.sees) {
    throw new SetupError(
      `This database lacks a migration, or another login than "${login}" ran them. Run npx keywright migrate with ${owner}, and then this again.`,
    );
  }
}
