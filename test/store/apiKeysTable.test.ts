import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';

// What the replaced table `api_keys` had, by name: nothing of it may be lost.
const replacedColumns = {
  created_at: { type: 'timestamp(6) with time zone', nullable: false, default: 'CURRENT_TIMESTAMP(6)' },
  expires_at: { type: 'timestamp(6) with time zone', nullable: true, default: null },
  id: { type: 'uuid', nullable: false, default: null },
  last_used_at: { type: 'timestamp(6) with time zone', nullable: true, default: null },
  name: { type: 'character varying(255)', nullable: false, default: null },
  name_ci: { type: 'text', nullable: true, default: 'generated: lower((name)::text)' },
  scopes: { type: 'jsonb', nullable: false, default: "'[]'::jsonb" },
  status: { type: 'text', nullable: false, default: "'active'::text" },
  tenant_id: { type: 'uuid', nullable: false, default: null },
  token_hash: { type: 'bytea', nullable: false, default: null },
  token_hash_key_version: { type: 'character varying(64)', nullable: false, default: null },
  updated_at: { type: 'timestamp(6) with time zone', nullable: true, default: null },
  user_id: { type: 'uuid', nullable: true, default: null },
};

// What is ours besides.
const ownColumns = {
  owner_user_id: { type: 'uuid', nullable: true, default: null },
  environment: { type: 'text', nullable: false, default: null },
  secret_no: { type: 'integer', nullable: false, default: '1' },
  minted_key_no: { type: 'smallint', nullable: true, default: null },
  secret_created_at: { type: 'timestamp(6) with time zone', nullable: false, default: 'CURRENT_TIMESTAMP(6)' },
  secret_last_used_at: { type: 'timestamp(6) with time zone', nullable: true, default: null },
  not_before: { type: 'timestamp(6) with time zone', nullable: true, default: null },
  revoked_at: { type: 'timestamp(6) with time zone', nullable: true, default: null },
  revocation_reason: { type: 'text', nullable: true, default: null },
  metadata: { type: 'jsonb', nullable: false, default: "'{}'::jsonb" },
  external_key_id: { type: 'text', nullable: true, default: null },
  source: { type: 'text', nullable: false, default: "'keywright'::text" },
  legacy_id: { type: 'text', nullable: true, default: null },
  row_version: { type: 'integer', nullable: false, default: '1' },
};

const constraints = {
  api_keys_pkey: 'PRIMARY KEY (id)',
  uq_api_keys_token: 'UNIQUE (token_hash)',
  fk_api_keys_tenant: 'FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE RESTRICT',
  fk_api_keys_user: 'FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id) ON DELETE SET NULL (user_id)',
  fk_api_keys_owner: 'FOREIGN KEY (tenant_id, owner_user_id) REFERENCES users(tenant_id, id) ON DELETE CASCADE',
  api_keys_environment_check: "CHECK ((environment = ANY (ARRAY['live'::text, 'test'::text])))",
  api_keys_status_check: "CHECK ((status = ANY (ARRAY['active'::text, 'revoked'::text, 'disabled'::text])))",
  api_keys_token_hash_check: 'CHECK ((octet_length(token_hash) = 32))',
  api_keys_scopes_check: "CHECK ((jsonb_typeof(scopes) = 'array'::text))",
  api_keys_metadata_check: "CHECK ((jsonb_typeof(metadata) = 'object'::text))",
  api_keys_revoked_check: "CHECK (((status = 'revoked'::text) = (revoked_at IS NOT NULL)))",
  api_keys_window_check: 'CHECK ((not_before < expires_at))',
};

const indexes = {
  api_keys_pkey: 'CREATE UNIQUE INDEX api_keys_pkey ON public.api_keys USING btree (id)',
  uq_api_keys_token: 'CREATE UNIQUE INDEX uq_api_keys_token ON public.api_keys USING btree (token_hash)',
  ux_api_keys_tenant_id: 'CREATE UNIQUE INDEX ux_api_keys_tenant_id ON public.api_keys USING btree (tenant_id, id)',
  ux_api_keys_tenant_name:
    'CREATE UNIQUE INDEX ux_api_keys_tenant_name ON public.api_keys USING btree (tenant_id, name_ci)',
  ux_api_keys_external_key_id:
    'CREATE UNIQUE INDEX ux_api_keys_external_key_id ON public.api_keys USING btree (external_key_id)',
  ux_api_keys_legacy_id: 'CREATE UNIQUE INDEX ux_api_keys_legacy_id ON public.api_keys USING btree (source, legacy_id)',
  idx_api_keys_tenant: 'CREATE INDEX idx_api_keys_tenant ON public.api_keys USING btree (tenant_id)',
  idx_api_keys_user: 'CREATE INDEX idx_api_keys_user ON public.api_keys USING btree (user_id)',
  ix_api_keys_tenant_created:
    'CREATE INDEX ix_api_keys_tenant_created ON public.api_keys USING btree (tenant_id, created_at, id)',
  ix_api_keys_created: 'CREATE INDEX ix_api_keys_created ON public.api_keys USING btree (created_at, id)',
  ix_api_keys_owner:
    'CREATE INDEX ix_api_keys_owner ON public.api_keys USING btree (tenant_id, owner_user_id, created_at, id) WHERE (owner_user_id IS NOT NULL)',
  ix_api_keys_maker:
    'CREATE INDEX ix_api_keys_maker ON public.api_keys USING btree (tenant_id, user_id, created_at, id) WHERE (user_id IS NOT NULL)',
  ix_api_keys_tenant_status:
    'CREATE INDEX ix_api_keys_tenant_status ON public.api_keys USING btree (tenant_id, status, created_at, id)',
  ix_api_keys_import_form:
    "CREATE INDEX ix_api_keys_import_form ON public.api_keys USING btree (token_hash_key_version) WHERE ((token_hash_key_version)::text ~~ '%/%'::text)",
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

describe('the table api_keys, as the catalogue has it', () => {
  it('has every column of the table it replaces and ours besides, with type, nullness and default', async () => {
    const rows = await database.sql<{
      name: string;
      type: string;
      nullable: boolean;
      generated: string;
      default: string | null;
    }>(
      `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable, a.attgenerated as generated,
         pg_get_expr(d.adbin, d.adrelid) as default
       from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
       where a.attrelid = 'api_keys'::regclass and a.attnum > 0 and not a.attisdropped`,
    );
    const found = Object.fromEntries(
      rows.map(({ name, type, nullable, generated, default: value }) => [
        name,
        { type, nullable, default: generated === 's' ? `generated: ${value}` : value },
      ]),
    );
    expect(found).toEqual({ ...replacedColumns, ...ownColumns });
  });

  it('has every key, reference and check by its name, with its action', async () => {
    const rows = await database.sql<{ name: string; definition: string }>(
      `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
       where conrelid = 'api_keys'::regclass and contype in ('p', 'u', 'f', 'c')`,
    );
    expect(Object.fromEntries(rows.map((row) => [row.name, row.definition]))).toEqual(constraints);
  });

  it('has every index by its name, and none on last_used_at, which is written in place', async () => {
    const rows = await database.sql<{ name: string; definition: string }>(
      "select indexname as name, indexdef as definition from pg_indexes where schemaname = 'public' and tablename = 'api_keys'",
    );
    expect(Object.fromEntries(rows.map((row) => [row.name, row.definition]))).toEqual(indexes);
  });

  it('leaves room on its pages for the writes of last_used_at', async () => {
    const [row] = await database.sql<{ reloptions: string[] }>(
      "select reloptions from pg_class where oid = 'api_keys'::regclass",
    );
    expect(row?.reloptions).toEqual(['fillfactor=85']);
  });
});
