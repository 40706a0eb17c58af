import { sql } from '../sql.ts';

/** An event of the audit as the graph shows it. */
export type AuditEventRow = {
  readonly id: string;
  readonly tenantId: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly changes: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
  readonly at: string;
};

/** What is selected of an event. */
export const auditEventColumns = sql`id, tenant_id as "tenantId", actor, action, target, changes, request_id as "requestId", at`;
