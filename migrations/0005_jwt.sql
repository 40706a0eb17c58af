-- A user's JWT names the tenant by its id or by its slug: the verifying role finds it by both.
GRANT SELECT (slug_ci) ON tenants TO keywright_verify;
