import { defineEntity, p } from '@mikro-orm/core';
import { Timestamp } from './Timestamp.ts';

/**
 * Who did what to what, and when; written in the transaction of the change.
 * The column `seq` is the database's own count, which the service never reads.
 */
export const AuditEventSchema = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_events',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    actor: p.text(),
    action: p.text(),
    target: p.text(),
    changes: p
      .json<Readonly<Record<string, unknown>>>()
      .defaultRaw("'{}'::jsonb")
      .onCreate(() => ({})),
    requestId: p.text().nullable(),
    at: p.type(Timestamp).$type<string>().defaultRaw('CURRENT_TIMESTAMP(6)'),
  },
  indexes: [
    { name: 'ix_audit_events_target', properties: ['target', 'action'] },
    { name: 'ix_audit_events_target_at', properties: ['target', 'at', 'id'] },
    { name: 'ix_audit_events_tenant_actor', properties: ['tenantId', 'actor', 'at', 'id'] },
    { name: 'ix_audit_events_tenant_at', properties: ['tenantId', 'at', 'id'] },
    { name: 'ix_audit_events_at', properties: ['at', 'id'] },
  ],
});
