-- Every index of a tenant's things begins with the tenant: then a page of an owner's or a maker's keys walks along one, and a
-- cascade finds them by both columns of its reference.
DROP INDEX ix_api_keys_owner, ix_api_keys_maker;
CREATE INDEX ix_api_keys_owner ON api_keys (tenant_id, owner_user_id, created_at, id) WHERE owner_user_id IS NOT NULL;
CREATE INDEX ix_api_keys_maker ON api_keys (tenant_id, user_id, created_at, id) WHERE user_id IS NOT NULL;

-- Where one tenant has nearly every row, a sample knows of no other. The planner would then take any tenant for that one,
-- and walk along everybody's rows to find the five of a small one. So a tenant that it does not know has a thousand rows.
ALTER TABLE api_keys ALTER COLUMN tenant_id SET (n_distinct = -0.001);
ALTER TABLE users ALTER COLUMN tenant_id SET (n_distinct = -0.001);
ALTER TABLE audit_events ALTER COLUMN tenant_id SET (n_distinct = -0.001);
