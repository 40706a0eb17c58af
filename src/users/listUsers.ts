import type { PageArguments } from '../lib/pageRange.ts';
import { parseListedTenant, requireReach } from '../lib/permissions.ts';
import { parsePart } from '../lib/text.ts';
import { type Connection, readConnection } from '../store/connection.ts';
import type { User } from '../store/entities/User.ts';
import type { Reading } from '../store/Reading.ts';
import { toUserRow, type UserRow, userColumns } from '../store/rows/UserRow.ts';
import { inTenant, type List, type Parent } from '../store/Selection.ts';
import { type Sql, sql } from '../store/sql.ts';

/** Which users of the list; every member that is given narrows it. */
export type UserFilter = {
  readonly status?: User['status'] | null;
  readonly emailContains?: string | null;
  readonly nameContains?: string | null;
};

/** Which users, and which part of them. */
export type ListUsersInput = PageArguments & {
  readonly tenantId?: string | null | undefined;
  readonly filter?: UserFilter | null | undefined;
};

const users: List<UserRow> = {
  table: sql`users`,
  time: sql`created_at`,
  columns: userColumns,
  toRow: toUserRow,
  positionOf: ({ createdAt, id }) => ({ time: createdAt, id }),
};

/** Users that the caller may see, newest first; a person sees itself. */
export async function listUsers(reading: Reading, input: ListUsersInput): Promise<Connection<UserRow>> {
  const { caller } = reading;
  const reach = requireReach(caller, 'users:read');
  const tenantId = parseListedTenant(caller, reach, input.tenantId, ['tenantId']);
  const filter = parseFilter(input.filter ?? {});
  const whose = { tenantId, userId: reach === 'self' ? caller.userId : null };
  return readConnection(reading, {
    selection: {
      list: users,
      ...(whose.userId === null ? { parent: inTenant(tenantId) } : { parent: itself(whose.userId) }),
      matching: conditionsOf(filter),
    },
    meaning: { list: 'users', ...whose, filter },
    range: input,
  });
}

function itself(userId: string): Parent {
  return { type: 'uuid', value: userId, where: sql`id = parent.key` };
}

function parseFilter({ status, emailContains, nameContains }: UserFilter) {
  return {
    status: status ?? undefined,
    emailContains: emailContains == null ? undefined : parsePart(emailContains, ['filter', 'emailContains']),
    nameContains: nameContains == null ? undefined : parsePart(nameContains, ['filter', 'nameContains']),
  };
}

function conditionsOf({ status, emailContains, nameContains }: ReturnType<typeof parseFilter>): Sql[] {
  return [
    ...(status === undefined ? [] : [sql`status = ${status}`]),
    ...(emailContains === undefined ? [] : [sql`strpos(email_ci, lower(${emailContains})) > 0`]),
    ...(nameContains === undefined ? [] : [sql`strpos(lower(name), lower(${nameContains})) > 0`]),
  ];
}
