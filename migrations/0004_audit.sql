-- Retention of the audit: "keywright audit prune" works as the login that migrates, which owns the tables.
-- Row-level security is forced and binds that owner as well. Without these it would find no event to remove and, worse,
-- no key whose making has to stay on record. No role of the service gains anything.
CREATE POLICY audit_events_owner ON audit_events TO CURRENT_USER USING (true);
CREATE POLICY api_keys_owner ON api_keys FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY tenants_owner ON tenants FOR SELECT TO CURRENT_USER USING (true);
