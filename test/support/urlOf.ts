import type { DatabaseAddress } from '../../src/store/DatabaseAddress.ts';

/** A database as `DATABASE_URL` names it, whatever way the tests reach the server. */
export function urlOf(address: DatabaseAddress): string {
  if ('connectionString' in address) return address.connectionString;
  const url = new URL(`postgres://${address.user}@localhost/${address.database}`);
  url.searchParams.set('host', address.host);
  url.searchParams.set('port', String(address.port));
  return url.href;
}
