import type { SessionContext } from '@mikro-orm/core';
import type { Caller } from '../lib/Caller.ts';

/**
 * What a transaction says before its first statement, so that Postgres itself shows a caller only its own tenant's rows.
 * Setting the role as a variable puts both into one statement.
 */
export function sessionFor(caller: Pick<Caller, 'standing' | 'tenantId'>): SessionContext {
  const role = caller.standing === 'platform' ? 'keywright_platform' : 'keywright_app';
  return { variables: { 'app.tenant_id': caller.tenantId, role } };
}
