/** What an id-taking place names. A place that is not here fails the test: say what it takes. */
export type IdKind = 'Tenant' | 'User' | 'ApiKey' | 'publicId' | 'externalKeyId' | 'actor' | 'secretToken';

/** Every place of the graph that takes an id, or a token, which names its key. */
export const idPlaces: Readonly<Record<string, IdKind>> = {
  'tenant(id)': 'Tenant',
  'user(id)': 'User',
  'users(tenantId)': 'Tenant',
  'apiKey(id)': 'ApiKey',
  'apiKey(externalKeyId)': 'externalKeyId',
  'ApiKeyFilter.ownerUserId': 'User',
  'ApiKeyFilter.makerUserId': 'User',
  'auditEvents(tenantId)': 'Tenant',
  'AuditEventFilter.target': 'ApiKey',
  'AuditEventFilter.actor': 'actor',
  'apiKey(publicId)': 'publicId',
  'apiKeys(tenantId)': 'Tenant',
  'UpdateTenantInput.id': 'Tenant',
  'SuspendTenantInput.id': 'Tenant',
  'ReactivateTenantInput.id': 'Tenant',
  'DeleteTenantInput.id': 'Tenant',
  'CreateUserInput.tenantId': 'Tenant',
  'UpdateUserInput.id': 'User',
  'DisableUserInput.id': 'User',
  'EnableUserInput.id': 'User',
  'DeleteUserInput.id': 'User',
  'CreateApiKeyInput.tenantId': 'Tenant',
  'CreateApiKeyInput.ownerUserId': 'User',
  'UpdateApiKeyInput.id': 'ApiKey',
  'RotateApiKeyInput.id': 'ApiKey',
  'RetireApiKeySecretInput.id': 'ApiKey',
  'DisableApiKeyInput.id': 'ApiKey',
  'EnableApiKeyInput.id': 'ApiKey',
  'RevokeApiKeyInput.id': 'ApiKey',
  'RevokeApiKeysInput.ids': 'ApiKey',
  'RevokeApiKeysInput.ownerUserId': 'User',
  'RevokeApiKeysInput.makerUserId': 'User',
  'DeleteApiKeyInput.id': 'ApiKey',
  'ImportApiKeysInput.tenantId': 'Tenant',
  'ImportApiKeyInput.ownerUserId': 'User',
  'ImportApiKeyInput.makerUserId': 'User',
  'ImportApiKeyInput.token': 'secretToken',
  'VerifyApiKeyInput.token': 'secretToken',
  'RevokePresentedApiKeyInput.token': 'secretToken',
};

/**
 * Tokens that are no question about another's key: whoever holds one may end its key, wherever it is from, which is what
 * that field is for; and one that is imported is a new key's.
 */
export const openPlaces: ReadonlySet<string> = new Set(['RevokePresentedApiKeyInput.token', 'ImportApiKeyInput.token']);

/** These take any text, so that none is malformed. */
export const freeKinds: ReadonlySet<IdKind> = new Set(['externalKeyId', 'actor', 'secretToken']);

let count = 0;

/** What stands in the other places of an input: what it requires, and what makes it change something if it were let. */
export const values: Readonly<Record<string, () => unknown>> = {
  'CreateTenantInput.name': () => `isolation ${++count}`,
  'UpdateTenantInput.name': () => `isolation ${++count}`,
  'CreateUserInput.name': () => `isolation ${++count}`,
  'UpdateUserInput.name': () => `isolation ${++count}`,
  'CreateApiKeyInput.name': () => `isolation ${++count}`,
  'UpdateApiKeyInput.name': () => `isolation ${++count}`,
  'ImportApiKeyInput.name': () => `isolation ${++count}`,
  'ImportApiKeyInput.source': () => 'isolation',
  'ImportApiKeyInput.scopes': () => [],
  'RotateApiKeyInput.graceSeconds': () => 60,
  'RetireApiKeySecretInput.secretNo': () => 1,
};
