import type { SessionContext } from '@mikro-orm/core';
import { assert } from '../lib/assert.ts';
import type { Caller } from '../lib/Caller.ts';

/** Whose rows a transaction sees. */
type Tenancy = Pick<Caller, 'standing' | 'tenantId'>;

/**
 * What a transaction says before its first statement, so that Postgres itself shows a caller only its own tenant's rows.
 * Setting the role as a variable puts both into one statement.
 */
export function sessionFor(caller: Tenancy): SessionContext {
  return { variables: { 'app.tenant_id': caller.tenantId, role: roleFor(caller) } };
}

/** The role by which Postgres judges what a caller may see. */
export function roleFor({ standing }: Tenancy): 'keywright_platform' | 'keywright_app' {
  return standing === 'platform' ? 'keywright_platform' : 'keywright_app';
}

/**
 * The same for a transaction that only reads, with its BEGIN, in one message: a statement without parameters may be
 * several. Its reads see one snapshot, so that a page and what belongs to it are of one moment.
 * Lists walk along indexes that have their order. A planner that expects a handful of rows would rather sort them, and
 * where there are a million, it sorts a million. Told so, older releases count what they cannot avoid to sort as endless
 * work, for which they would compile the statement first: hence the last setting.
 */
export function beginReading(caller: Tenancy): string {
  assert(/^[0-9a-f-]{36}$/.test(caller.tenantId), 'a tenant id is a UUID');
  return `begin isolation level repeatable read read only; set local role ${roleFor(caller)}; set local app.tenant_id = '${caller.tenantId}'; set local enable_sort = off; set local enable_incremental_sort = off; set local jit = off`;
}
