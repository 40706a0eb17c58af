-- The house: every table, view, role and policy. Append-only: a change is a new file.

-- Roles belong to the whole server: another database on it may have made them, even at this moment.
DO $$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['keywright_app', 'keywright_platform', 'keywright_verify', 'keywright_recovery', 'keywright_reader'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', role_name);
    EXCEPTION
      WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;
END
$$;

CREATE SCHEMA datawarehouse;

GRANT USAGE ON SCHEMA public TO keywright_app, keywright_platform, keywright_verify, keywright_recovery, keywright_reader;
GRANT USAGE ON SCHEMA datawarehouse TO keywright_app, keywright_platform, keywright_reader;

-- The tenant of this transaction; null, and so no row, where nobody said it. After SET LOCAL ends, the setting is '', not null.
CREATE FUNCTION keywright_tenant_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.tenant_id', true), '')::uuid;

-- The 26 characters of a UUID in Crockford's base32, lower case: the same characters as in a global id and in a token.
CREATE FUNCTION keywright_base32(id uuid) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (
    SELECT string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', substring(bits FROM place FOR 5)::int + 1, 1), '' ORDER BY place)
    FROM (SELECT B'00' || ('x' || replace(id::text, '-', ''))::bit(128) AS bits) AS padded,
         generate_series(1, 126, 5) AS place
  );

CREATE TABLE tenants (
  id uuid NOT NULL,
  name varchar(255) NOT NULL,
  slug varchar(63) NOT NULL,
  slug_ci text GENERATED ALWAYS AS (lower(slug)) STORED,
  kind text NOT NULL,
  status text NOT NULL DEFAULT 'active',
  account_number bigint,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  updated_at timestamptz(6),
  CONSTRAINT tenants_pkey PRIMARY KEY (id),
  CONSTRAINT tenants_kind_check CHECK (kind IN ('organization', 'personal', 'platform')),
  CONSTRAINT tenants_status_check CHECK (status IN ('active', 'suspended')),
  CONSTRAINT tenants_account_number_check CHECK (account_number > 0),
  CONSTRAINT tenants_platform_active_check CHECK (kind <> 'platform' OR status = 'active')
);
CREATE UNIQUE INDEX ux_tenants_slug ON tenants (slug_ci);
CREATE UNIQUE INDEX ux_tenants_account_number ON tenants (account_number);
CREATE INDEX ix_tenants_created ON tenants (created_at, id);
-- There is one tenant of kind platform, whoever bootstraps at the same moment.
CREATE UNIQUE INDEX ux_tenants_platform ON tenants (kind) WHERE kind = 'platform';

CREATE TABLE users (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  email varchar(254),
  email_ci text GENERATED ALWAYS AS (lower(email)) STORED,
  name varchar(255),
  external_id varchar(255),
  scope_ceiling jsonb,
  status text NOT NULL DEFAULT 'active',
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  updated_at timestamptz(6),
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT fk_users_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT,
  CONSTRAINT users_status_check CHECK (status IN ('active', 'disabled')),
  CONSTRAINT users_scope_ceiling_check CHECK (jsonb_typeof(scope_ceiling) = 'array')
);
CREATE UNIQUE INDEX ux_users_tenant_id ON users (tenant_id, id);
CREATE UNIQUE INDEX ux_users_tenant_email ON users (tenant_id, email_ci);
CREATE UNIQUE INDEX ux_users_tenant_external_id ON users (tenant_id, external_id);
CREATE INDEX ix_users_tenant_created ON users (tenant_id, created_at, id);
CREATE INDEX ix_users_created ON users (created_at, id);

-- Room on every page, because last_used_at is written in place and often; so no index may name that column.
CREATE TABLE api_keys (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  user_id uuid,
  owner_user_id uuid,
  name varchar(255) NOT NULL,
  name_ci text GENERATED ALWAYS AS (lower(name)) STORED,
  environment text NOT NULL,
  token_hash bytea NOT NULL,
  token_hash_key_version varchar(64) NOT NULL,
  secret_no int NOT NULL DEFAULT 1,
  minted_key_no smallint,
  secret_created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  secret_last_used_at timestamptz(6),
  scopes jsonb NOT NULL DEFAULT '[]'::jsonb,
  status text NOT NULL DEFAULT 'active',
  not_before timestamptz(6),
  expires_at timestamptz(6),
  last_used_at timestamptz(6),
  revoked_at timestamptz(6),
  revocation_reason text,
  metadata jsonb NOT NULL DEFAULT '{}'::jsonb,
  external_key_id text,
  source text NOT NULL DEFAULT 'keywright',
  legacy_id text,
  row_version int NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  updated_at timestamptz(6),
  CONSTRAINT api_keys_pkey PRIMARY KEY (id),
  CONSTRAINT uq_api_keys_token UNIQUE (token_hash),
  CONSTRAINT fk_api_keys_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT,
  -- The column list matters: without it, deleting a user would null the tenant too.
  CONSTRAINT fk_api_keys_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE SET NULL (user_id),
  CONSTRAINT fk_api_keys_owner FOREIGN KEY (tenant_id, owner_user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT api_keys_environment_check CHECK (environment IN ('live', 'test')),
  CONSTRAINT api_keys_status_check CHECK (status IN ('active', 'revoked', 'disabled')),
  CONSTRAINT api_keys_token_hash_check CHECK (octet_length(token_hash) = 32),
  CONSTRAINT api_keys_scopes_check CHECK (jsonb_typeof(scopes) = 'array'),
  CONSTRAINT api_keys_metadata_check CHECK (jsonb_typeof(metadata) = 'object'),
  CONSTRAINT api_keys_revoked_check CHECK ((status = 'revoked') = (revoked_at IS NOT NULL)),
  CONSTRAINT api_keys_window_check CHECK (not_before < expires_at)
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX ux_api_keys_tenant_id ON api_keys (tenant_id, id);
CREATE UNIQUE INDEX ux_api_keys_tenant_name ON api_keys (tenant_id, name_ci);
CREATE UNIQUE INDEX ux_api_keys_external_key_id ON api_keys (external_key_id);
CREATE UNIQUE INDEX ux_api_keys_legacy_id ON api_keys (source, legacy_id);
CREATE INDEX idx_api_keys_tenant ON api_keys (tenant_id);
CREATE INDEX idx_api_keys_user ON api_keys (user_id);
CREATE INDEX ix_api_keys_tenant_created ON api_keys (tenant_id, created_at, id);
CREATE INDEX ix_api_keys_created ON api_keys (created_at, id);
CREATE INDEX ix_api_keys_owner ON api_keys (tenant_id, owner_user_id);

-- The secrets that a rotation left alive until their grace ends.
CREATE TABLE api_key_retiring_secrets (
  api_key_id uuid NOT NULL,
  secret_no int NOT NULL,
  tenant_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  token_hash_key_version varchar(64) NOT NULL,
  minted_key_no smallint,
  created_at timestamptz(6) NOT NULL,
  expires_at timestamptz(6) NOT NULL,
  last_used_at timestamptz(6),
  CONSTRAINT api_key_retiring_secrets_pkey PRIMARY KEY (api_key_id, secret_no),
  CONSTRAINT uq_api_key_retiring_secrets_token UNIQUE (token_hash),
  CONSTRAINT fk_api_key_retiring_secrets_key FOREIGN KEY (tenant_id, api_key_id) REFERENCES api_keys (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT api_key_retiring_secrets_token_hash_check CHECK (octet_length(token_hash) = 32)
) WITH (fillfactor = 85);

-- What proves a presented secret when the key ring is lost. Kept apart, so that the verifying role cannot read it.
CREATE TABLE api_key_recovery (
  api_key_id uuid NOT NULL,
  secret_no int NOT NULL,
  tenant_id uuid NOT NULL,
  pre bytea NOT NULL,
  secret_phc text NOT NULL,
  CONSTRAINT api_key_recovery_pkey PRIMARY KEY (api_key_id, secret_no),
  CONSTRAINT fk_api_key_recovery_key FOREIGN KEY (tenant_id, api_key_id) REFERENCES api_keys (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT api_key_recovery_pre_check CHECK (octet_length(pre) = 8)
);

-- No foreign keys: an event outlives its target.
CREATE TABLE audit_events (
  id uuid NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  tenant_id uuid NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  changes jsonb NOT NULL DEFAULT '{}'::jsonb,
  request_id text,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  CONSTRAINT audit_events_pkey PRIMARY KEY (id)
);
CREATE INDEX ix_audit_events_target ON audit_events (target, action);
CREATE INDEX ix_audit_events_tenant_at ON audit_events (tenant_id, at, id);
CREATE INDEX ix_audit_events_at ON audit_events (at, id);

-- A retry within a day finds here what its first try made. The key is a digest of tenant, caller, operation and the client's own key.
CREATE TABLE idempotency (
  key bytea NOT NULL,
  tenant_id uuid NOT NULL,
  request_hash bytea NOT NULL,
  target_id uuid NOT NULL,
  created_at timestamptz(6) NOT NULL,
  CONSTRAINT idempotency_pkey PRIMARY KEY (key),
  CONSTRAINT fk_idempotency_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
  CONSTRAINT idempotency_key_check CHECK (octet_length(key) = 32),
  CONSTRAINT idempotency_request_hash_check CHECK (octet_length(request_hash) = 32)
);
CREATE INDEX ix_idempotency_tenant_created ON idempotency (tenant_id, created_at);

-- One row. Its lock makes the order of commits the order of seq.
CREATE TABLE revocation_head (
  one boolean NOT NULL DEFAULT true,
  seq bigint NOT NULL,
  CONSTRAINT revocation_head_pkey PRIMARY KEY (one),
  CONSTRAINT revocation_head_one_check CHECK (one)
);
INSERT INTO revocation_head (seq) VALUES (0);

CREATE TABLE revocation_log (
  seq bigint NOT NULL,
  kind text NOT NULL,
  tenant_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT revocation_log_pkey PRIMARY KEY (seq),
  CONSTRAINT revocation_log_kind_check CHECK (kind IN ('key', 'user', 'tenant'))
);

CREATE TABLE verifier_node (
  id uuid NOT NULL,
  renewal uuid NOT NULL,
  lease_until timestamptz(6) NOT NULL,
  outage_grace_seconds int NOT NULL DEFAULT 0,
  acked bigint NOT NULL,
  ring_fingerprint bytea NOT NULL,
  started_at timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT verifier_node_pkey PRIMARY KEY (id)
);

-- Tells the wrong ring at start-up, before it refuses every customer.
CREATE TABLE keyring_fingerprint (
  n smallint NOT NULL,
  fingerprint bytea NOT NULL,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  CONSTRAINT keyring_fingerprint_pkey PRIMARY KEY (n),
  CONSTRAINT keyring_fingerprint_n_check CHECK (n >= 0 AND n <= 3843),
  CONSTRAINT keyring_fingerprint_fingerprint_check CHECK (octet_length(fingerprint) = 32)
);

-- Called last before a commit: locks the head, logs what changed, and wakes the verifying nodes.
CREATE FUNCTION log_revocation(kind text, tenant_id uuid, subject_id uuid) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  next_seq bigint;
BEGIN
  -- The function runs with its owner's rights, so it judges for itself: a tenant logs its own changes and no others.
  IF current_setting('role') = 'keywright_app' AND tenant_id IS DISTINCT FROM public.keywright_tenant_id() THEN
    RAISE EXCEPTION 'a tenant cannot log a change of another' USING ERRCODE = 'insufficient_privilege';
  END IF;
  UPDATE public.revocation_head SET seq = seq + 1 RETURNING seq INTO next_seq;
  INSERT INTO public.revocation_log (seq, kind, tenant_id, subject_id) VALUES (next_seq, kind, tenant_id, subject_id);
  PERFORM pg_notify('keywright_revocation', next_seq::text);
  RETURN next_seq;
END
$$;
REVOKE ALL ON FUNCTION log_revocation(text, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_revocation(text, uuid, uuid) TO keywright_app, keywright_platform, keywright_recovery;

-- What each role may do at all.
-- What is unique across tenants is not a tenant's to set: a clash would tell one of another.
GRANT SELECT, UPDATE (name, slug, updated_at) ON tenants TO keywright_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenants TO keywright_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON users, api_key_retiring_secrets, idempotency TO keywright_app, keywright_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON api_keys TO keywright_platform;
GRANT SELECT, DELETE,
  INSERT (id, tenant_id, user_id, owner_user_id, name, environment, token_hash, token_hash_key_version, secret_no, minted_key_no,
    secret_created_at, secret_last_used_at, scopes, status, not_before, expires_at, revoked_at, revocation_reason, metadata, source, row_version,
    created_at, updated_at),
  UPDATE (owner_user_id, name, token_hash, token_hash_key_version, secret_no, minted_key_no, secret_created_at, secret_last_used_at,
    scopes, status, not_before, expires_at, revoked_at, revocation_reason, metadata, row_version, updated_at)
  ON api_keys TO keywright_app;
GRANT INSERT, DELETE, SELECT (api_key_id, secret_no) ON api_key_recovery TO keywright_app, keywright_platform;
GRANT SELECT, INSERT ON audit_events TO keywright_app, keywright_platform;
GRANT SELECT ON revocation_head, verifier_node TO keywright_app, keywright_platform;

GRANT SELECT (id, kind, status) ON tenants TO keywright_verify;
GRANT SELECT (id, tenant_id, status, scope_ceiling, external_id) ON users TO keywright_verify;
GRANT SELECT ON api_keys, api_key_retiring_secrets TO keywright_verify;
GRANT UPDATE (token_hash, token_hash_key_version, last_used_at, secret_last_used_at) ON api_keys TO keywright_verify;
GRANT UPDATE (token_hash, token_hash_key_version, last_used_at) ON api_key_retiring_secrets TO keywright_verify;
GRANT SELECT ON revocation_head TO keywright_verify;
GRANT SELECT, DELETE ON revocation_log TO keywright_verify;
GRANT SELECT, INSERT, UPDATE, DELETE ON verifier_node TO keywright_verify;
GRANT SELECT, INSERT ON keyring_fingerprint TO keywright_verify;

GRANT SELECT, UPDATE ON api_keys, api_key_retiring_secrets TO keywright_recovery;
GRANT SELECT, DELETE ON api_key_recovery TO keywright_recovery;
GRANT SELECT ON keyring_fingerprint TO keywright_recovery;

GRANT SELECT ON tenants, users TO keywright_reader;
GRANT SELECT (id, tenant_id, user_id, owner_user_id, name, name_ci, environment, token_hash_key_version, secret_no, secret_created_at,
  secret_last_used_at, scopes, status, not_before, expires_at, last_used_at, revoked_at, revocation_reason, metadata, external_key_id,
  source, legacy_id, row_version, created_at, updated_at) ON api_keys TO keywright_reader;
GRANT SELECT (id, tenant_id, action, target) ON audit_events TO keywright_reader;

-- Whose rows each role sees. Forced, so that a table's owner is no exception.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE api_key_retiring_secrets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE api_key_recovery ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY tenants_app ON tenants TO keywright_app USING (id = keywright_tenant_id());
CREATE POLICY users_app ON users TO keywright_app USING (tenant_id = keywright_tenant_id());
CREATE POLICY api_keys_app ON api_keys TO keywright_app USING (tenant_id = keywright_tenant_id());
CREATE POLICY api_key_retiring_secrets_app ON api_key_retiring_secrets TO keywright_app USING (tenant_id = keywright_tenant_id());
CREATE POLICY api_key_recovery_app ON api_key_recovery TO keywright_app USING (tenant_id = keywright_tenant_id());
CREATE POLICY audit_events_app ON audit_events TO keywright_app USING (tenant_id = keywright_tenant_id());
CREATE POLICY idempotency_app ON idempotency TO keywright_app USING (tenant_id = keywright_tenant_id());

CREATE POLICY tenants_platform ON tenants TO keywright_platform USING (true);
CREATE POLICY users_platform ON users TO keywright_platform USING (true);
CREATE POLICY api_keys_platform ON api_keys TO keywright_platform USING (true);
CREATE POLICY api_key_retiring_secrets_platform ON api_key_retiring_secrets TO keywright_platform USING (true);
CREATE POLICY api_key_recovery_platform ON api_key_recovery TO keywright_platform USING (true);
CREATE POLICY audit_events_platform ON audit_events TO keywright_platform USING (true);
CREATE POLICY idempotency_platform ON idempotency TO keywright_platform USING (true);

CREATE POLICY tenants_verify ON tenants FOR SELECT TO keywright_verify USING (true);
CREATE POLICY users_verify ON users FOR SELECT TO keywright_verify USING (true);
CREATE POLICY api_keys_verify ON api_keys TO keywright_verify USING (true);
CREATE POLICY api_key_retiring_secrets_verify ON api_key_retiring_secrets TO keywright_verify USING (true);

CREATE POLICY api_keys_recovery ON api_keys TO keywright_recovery USING (true);
CREATE POLICY api_key_retiring_secrets_recovery ON api_key_retiring_secrets TO keywright_recovery USING (true);
CREATE POLICY api_key_recovery_recovery ON api_key_recovery TO keywright_recovery USING (true);

CREATE POLICY tenants_reader ON tenants FOR SELECT TO keywright_reader USING (true);
CREATE POLICY users_reader ON users FOR SELECT TO keywright_reader USING (true);
CREATE POLICY api_keys_reader ON api_keys FOR SELECT TO keywright_reader USING (true);
CREATE POLICY audit_events_reader ON audit_events FOR SELECT TO keywright_reader USING (true);

-- The shapes of the three systems that this one replaces. Invoker's rights: row-level security holds through them.
CREATE VIEW vw_api_keys WITH (security_invoker = true) AS
SELECT id, tenant_id, user_id, owner_user_id, name, name_ci, environment, token_hash_key_version, scopes, status,
  status = 'active'
    AND (not_before IS NULL OR not_before <= statement_timestamp())
    AND (expires_at IS NULL OR statement_timestamp() < expires_at) AS is_active,
  not_before, expires_at, last_used_at, revoked_at, revocation_reason, metadata, external_key_id, source, legacy_id, created_at, updated_at
FROM api_keys;

CREATE VIEW user_api_key WITH (security_invoker = true) AS
SELECT id AS api_key_id,
  name::text AS key_name,
  coalesce(external_key_id, keywright_base32(id)) AS key_id,
  owner_user_id AS user_id,
  (last_used_at AT TIME ZONE 'UTC')::timestamp AS last_used,
  status = 'active'
    AND (not_before IS NULL OR not_before <= statement_timestamp())
    AND (expires_at IS NULL OR statement_timestamp() < expires_at) AS is_active,
  (created_at AT TIME ZONE 'UTC')::timestamp AS created_at,
  (coalesce(updated_at, created_at) AT TIME ZONE 'UTC')::timestamp AS updated_at
FROM api_keys
WHERE owner_user_id IS NOT NULL;

CREATE VIEW datawarehouse.api_users WITH (security_invoker = true) AS
SELECT 0::double precision AS __v,
  coalesce(k.legacy_id, left(replace(k.id::text, '-', ''), 24)) AS _id,
  statement_timestamp() AS _timestamp,
  u.email::text AS email,
  replace(e.id::text, '-', '') AS eventn_ctx_event_id,
  t.account_number::double precision AS hdaccountid,
  (SELECT '[' || coalesce(string_agg(scope::text, ',' ORDER BY place), '') || ']'
     FROM jsonb_array_elements(k.scopes) WITH ORDINALITY AS listed (scope, place)) AS scopes,
  k.source AS src,
  'kwfp' || left(encode(sha256(convert_to('keywright/fingerprint/v1 ' || k.id || ' ' || k.secret_no, 'UTF8')), 'hex'), 28) AS token
FROM public.api_keys AS k
JOIN public.users AS u ON u.tenant_id = k.tenant_id AND u.id = k.user_id AND u.email IS NOT NULL
JOIN public.tenants AS t ON t.id = k.tenant_id AND t.account_number IS NOT NULL
JOIN public.audit_events AS e ON e.tenant_id = k.tenant_id AND e.target = 'key_' || public.keywright_base32(k.id)
  AND e.action IN ('createApiKey', 'importApiKeys');

GRANT SELECT ON vw_api_keys, user_api_key TO keywright_app, keywright_platform, keywright_reader;
GRANT SELECT ON datawarehouse.api_users TO keywright_app, keywright_platform, keywright_reader;
