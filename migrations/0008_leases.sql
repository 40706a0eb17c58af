-- Nodes that answer from memory: what they must notice, and what they may write.

-- The history that this database is in. After a fail-over it is another one, and a number of the change log may mean
-- something else in it, or have been lost.
CREATE FUNCTION keywright_timeline() RETURNS text LANGUAGE sql VOLATILE
  RETURN left(pg_walfile_name(pg_current_wal_lsn()), 8);

-- Since when that has been so, as far as anybody noticed: for a lease after it, nobody may say that all nodes know of a change.
ALTER TABLE revocation_head ADD COLUMN timeline text, ADD COLUMN timeline_since timestamptz(6) NOT NULL DEFAULT '-infinity';
UPDATE revocation_head SET timeline = keywright_timeline();
ALTER TABLE revocation_head ALTER COLUMN timeline SET NOT NULL;
GRANT UPDATE (timeline, timeline_since) ON revocation_head TO keywright_verify;

-- An import is one entry, however many keys it makes: it may make a token known that nobody knew.
ALTER TABLE revocation_log DROP CONSTRAINT revocation_log_kind_check,
  ADD CONSTRAINT revocation_log_kind_check CHECK (kind IN ('key', 'user', 'tenant', 'import'));

CREATE OR REPLACE FUNCTION log_revocation(kind text, tenant_id uuid, subject_id uuid) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  next_seq bigint;
  here text := public.keywright_timeline();
BEGIN
  -- The function runs with its owner's rights, so it judges for itself: a tenant logs its own changes and no others.
  IF current_setting('role') = 'keywright_app' AND tenant_id IS DISTINCT FROM public.keywright_tenant_id() THEN
    RAISE EXCEPTION 'a tenant cannot log a change of another' USING ERRCODE = 'insufficient_privilege';
  END IF;
  UPDATE public.revocation_head SET seq = seq + 1, timeline = here,
    timeline_since = CASE WHEN timeline = here THEN timeline_since ELSE clock_timestamp() END
  RETURNING seq INTO next_seq;
  INSERT INTO public.revocation_log (seq, kind, tenant_id, subject_id) VALUES (next_seq, kind, tenant_id, subject_id);
  PERFORM pg_notify('keywright_revocation', next_seq::text);
  RETURN next_seq;
END
$$;
