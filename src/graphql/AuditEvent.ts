import { globalId } from '../lib/ids.ts';
import type { AuditEventResolvers } from './generated.ts';

/** An event's fields; every one is named, so that a forgotten one does not compile. */
export const AuditEvent: Required<Omit<AuditEventResolvers, '__isTypeOf'>> = {
  id: (event) => globalId('AuditEvent', event.id),
  at: (event) => event.at,
  actor: (event) => event.actor,
  action: (event) => event.action,
  target: (event) => event.target,
  tenantId: (event) => globalId('Tenant', event.tenantId),
  tenant: (event, _args, context) => context.reading().tenant(event.tenantId),
  changes: (event) => event.changes,
  requestId: (event) => event.requestId,
};
