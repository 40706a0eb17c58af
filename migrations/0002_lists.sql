-- What the pages of lists walk along: each index ends in the order of its list, so the millionth page costs what the first does.

-- A person's keys, and the cascade when the person goes. A user is of one tenant, so its id alone finds them.
DROP INDEX ix_api_keys_owner;
CREATE INDEX ix_api_keys_owner ON api_keys (owner_user_id, created_at, id) WHERE owner_user_id IS NOT NULL;
CREATE INDEX ix_api_keys_maker ON api_keys (user_id, created_at, id) WHERE user_id IS NOT NULL;
CREATE INDEX ix_api_keys_tenant_status ON api_keys (tenant_id, status, created_at, id);

CREATE INDEX ix_audit_events_target_at ON audit_events (target, at, id);
CREATE INDEX ix_audit_events_tenant_actor ON audit_events (tenant_id, actor, at, id);
