-- What an import leaves to be found: in which forms imported tokens are stored, and which event brought a key in.

-- Both are empty where nothing was imported. A verification asks them in which forms a presented token could stand.
CREATE INDEX ix_api_keys_import_form ON api_keys (token_hash_key_version) WHERE token_hash_key_version LIKE '%/%';
CREATE INDEX ix_api_key_retiring_secrets_import_form ON api_key_retiring_secrets (token_hash_key_version)
  WHERE token_hash_key_version LIKE '%/%';

-- A key that was imported again has several events of that name: the first made it, and without this it would be in the view once for each.
GRANT SELECT (seq) ON audit_events TO keywright_reader;
CREATE OR REPLACE VIEW datawarehouse.api_users WITH (security_invoker = true) AS
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
JOIN LATERAL (
  SELECT id FROM public.audit_events
  WHERE tenant_id = k.tenant_id AND target = 'key_' || public.keywright_base32(k.id) AND action IN ('createApiKey', 'importApiKeys')
  ORDER BY seq LIMIT 1
) AS e ON true;
