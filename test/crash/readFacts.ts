import type { TestDatabase } from '../support/database.ts';

/** An event of the audit, as it stands. */
export type Event = {
  readonly action: string;
  readonly target: string;
  readonly requestId: string | null;
  readonly at: string;
  readonly changes: { readonly before?: Fields; readonly after?: Fields };
};

/** What is known of one tenant, user or key, by the names that events use. */
export type Fields = Readonly<Record<string, unknown>>;

/** A row, and for a key the numbers of its secrets and of its recovery locks. */
export type Row = {
  readonly fields: Fields;
  readonly tenant: string;
  readonly locks: readonly number[];
  readonly retiring: readonly { readonly no: number; readonly endsAt: string }[];
};

/** The whole of a database at one moment. */
export type Facts = {
  readonly events: readonly Event[];
  readonly rows: ReadonlyMap<string, Row>;
  readonly idempotencyRecords: number;
  /** What stands in different transactions, or alone, and must not. */
  readonly torn: readonly string[];
};

/** Reads it while nothing is in flight. */
export async function readFacts({ sql }: TestDatabase): Promise<Facts> {
  const events = await sql<Event>(
    `select action, target, request_id as "requestId", ${iso('at')} as at, changes from audit_events order by seq`,
  );
  const rows = await sql<Row & { target: string }>([tenantRows, userRows, keyRows].join(' union all '));
  const torn = await sql<{ what: string }>(tornRows);
  const [records] = await sql<{ count: number }>('select count(*)::int from idempotency');
  return {
    events,
    rows: new Map(rows.map((row) => [row.target, row])),
    idempotencyRecords: records?.count ?? 0,
    torn: torn.map(({ what }) => what),
  };
}

function iso(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

const tenantRows = `select 'tnt_' || keywright_base32(id) as target, 'tnt_' || keywright_base32(id) as tenant,
  jsonb_build_object('name', name, 'slug', slug, 'kind', kind, 'status', status, 'accountNumber', account_number::text,
    'createdAt', ${iso('created_at')}) as fields,
  '[]'::jsonb as locks, '[]'::jsonb as retiring from tenants`;

const userRows = `select 'usr_' || keywright_base32(id), 'tnt_' || keywright_base32(tenant_id),
  jsonb_build_object('email', email, 'name', name, 'externalId', external_id, 'scopeCeiling', scope_ceiling, 'status', status,
    'createdAt', ${iso('created_at')}),
  '[]', '[]' from users`;

const keyRows = `select 'key_' || keywright_base32(k.id), 'tnt_' || keywright_base32(k.tenant_id),
  jsonb_build_object('name', name, 'environment', environment, 'scopes', scopes, 'metadata', metadata, 'status', status,
    'notBefore', ${iso('not_before')}, 'expiresAt', ${iso('expires_at')}, 'ownerUserId', 'usr_' || keywright_base32(owner_user_id),
    'externalKeyId', external_key_id, 'source', source, 'legacyId', legacy_id,
    'makerUserId', 'usr_' || keywright_base32(user_id), 'secretNo', secret_no, 'reason', revocation_reason, 'createdAt', ${iso('created_at')}),
  (select coalesce(jsonb_agg(secret_no order by secret_no), '[]') from api_key_recovery l where l.api_key_id = k.id),
  (select coalesce(jsonb_agg(jsonb_build_object('no', r.secret_no, 'endsAt', ${iso('r.expires_at')}) order by r.secret_no), '[]')
     from api_key_retiring_secrets r where r.api_key_id = k.id)
  from api_keys k`;

/**
 * Rows that one transaction wrote carry its number, and these are never written again: so two with different numbers
 * would be two transactions, between which a process can die.
 */
const tornRows = `
  select e.action || ' of ' || e.target || ' and its lock are two transactions' as what
    from audit_events e join api_key_recovery l on 'key_' || keywright_base32(l.api_key_id) = e.target
    where (e.action = 'createApiKey' and l.secret_no = 1 or e.action = 'rotateApiKey' and l.secret_no = (e.changes->'after'->>'secretNo')::int)
      and e.xmin <> l.xmin
  union all
  select e.action || ' of ' || e.target || ' is not in the change log with it' from audit_events e
    where (e.action !~ '^(create|update|import)' or e.action = 'importApiKeys' and e.changes ? 'before') and not exists (select from revocation_log l where l.xmin = e.xmin)
  union all
  select 'change ' || l.seq || ' is logged without its event' from revocation_log l
    where not exists (select from audit_events e where e.xmin = l.xmin)
  union all
  select 'an idempotency record stands without the event of what it tells of' from idempotency i
    where not exists (select from audit_events e where e.xmin = i.xmin and split_part(e.target, '_', 2) = keywright_base32(i.target_id))
  union all
  select 'the change log has ' || count(*) || ' rows up to ' || coalesce(max(l.seq), 0) || ', its head says ' || h.seq
    from revocation_head h left join revocation_log l on true group by h.seq
    having count(l.seq) <> h.seq or coalesce(max(l.seq), 0) <> h.seq`;
