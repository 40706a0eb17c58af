import { requireReach } from '../lib/permissions.ts';
import type { Reading } from '../store/Reading.ts';
import type { UserRow } from '../store/rows/UserRow.ts';
import { findUser } from './findUser.ts';

/** One user who was asked for by id, or null where there is none that the caller may read; a caller without the right hears so. */
export async function readUser(reading: Reading, id: string): Promise<UserRow | null> {
  if (id !== reading.caller.userId) requireReach(reading.caller, 'users:read');
  return findUser(reading, id);
}
