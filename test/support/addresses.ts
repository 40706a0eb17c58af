import type { DatabaseAddress } from '../../src/store/DatabaseAddress.ts';

/** The same server and login, another database. */
export function atDatabase(address: DatabaseAddress, database: string): DatabaseAddress {
  if ('host' in address) return { ...address, database };
  const url = new URL(address.connectionString);
  url.pathname = `/${database}`;
  return { connectionString: url.href };
}

/** The same server, another login. */
export function withLogin(
  address: DatabaseAddress,
  { user, password }: { user: string; password: string },
): DatabaseAddress {
  if ('host' in address) return { ...address, user };
  const url = new URL(address.connectionString);
  url.username = user;
  url.password = password;
  return { connectionString: url.href };
}
