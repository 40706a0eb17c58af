import { Client } from 'pg';

/** Where a database is and who we are there: a URL, or the embedded server's socket. */
export type DatabaseAddress =
  | { readonly connectionString: string }
  | { readonly host: string; readonly port: number; readonly user: string; readonly database: string };

/** The database and login that an address leads to, read as `pg` itself would read it. */
export function describeAddress(address: DatabaseAddress): { readonly database: string; readonly user: string } {
  const client = new Client(address);
  return { database: client.database ?? 'postgres', user: client.user ?? 'postgres' };
}
