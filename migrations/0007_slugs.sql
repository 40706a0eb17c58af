-- Slugs are unique across tenants, and a token of an identity provider may name a tenant by one: they are the platform's to set.
REVOKE UPDATE (slug) ON tenants FROM keywright_app;
