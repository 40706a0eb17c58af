import { reachOf } from '../lib/permissions.ts';
import type { Reading } from '../store/Reading.ts';
import type { UserRow } from '../store/rows/UserRow.ts';

/** One user, or null where there is none that the caller may read. Whoever acts as a user may read it, whatever its scopes. */
export function findUser(reading: Reading, id: string): Promise<UserRow | null> | null {
  const reach = reachOf(reading.caller, 'users:read');
  const isWithin = reach === 'all' || reach === 'tenant' || id === reading.caller.userId;
  return isWithin ? reading.user(id) : null;
}
