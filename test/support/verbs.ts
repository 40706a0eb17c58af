import type { Answered, GraphAnswer, TestService } from './service.ts';

/** The mutations as a client sends them, each with all that a test may look at. */
const documents = {
  createTenant: `mutation ($input: CreateTenantInput!) { createTenant(input: $input) {
    tenant { id name slug kind status accountNumber createdAt updatedAt } replayed userErrors { code message path } } }`,
  createUser: `mutation ($input: CreateUserInput!) { createUser(input: $input) {
    user { id email name externalId scopeCeiling status tenant { id } } replayed userErrors { code message path } } }`,
  createApiKey: `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
    apiKey { id publicId name display environment status isActive scopes metadata source tenant { id } maker { id } owner { id }
      secrets { no state createdAt expiresAt lastUsedAt } notBefore expiresAt createdAt updatedAt }
    secret replayed userErrors { code message path } } }`,
  rotateApiKey: `mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) {
    apiKey { id secrets { no state createdAt expiresAt } updatedAt } secret replayed userErrors { code message path } } }`,
  revokeApiKey: `mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) {
    apiKey { id status isActive revokedAt revocationReason secrets { no } } userErrors { code message path } } }`,
  verifyApiKey: `mutation ($input: VerifyApiKeyInput!) { verifyApiKey(input: $input) {
    verification { code valid keyId tenantId ownerUserId environment scopes metadata expiresAt } userErrors { code message path } } }`,
} as const;
export type Verb = keyof typeof documents;

/** Sends one and answers its payload; fails where the request itself failed. */
export async function send(
  service: TestService,
  verb: Verb,
  input: Record<string, unknown>,
  key?: string,
): Promise<Answered> {
  const answer = await sendRaw(service, verb, input, key);
  if (answer.errors.length > 0) throw new Error(`${verb}: ${JSON.stringify(answer.errors)}`);
  return answer.data[verb];
}

/** Sends one and answers everything, errors of the request included. */
export function sendRaw(
  service: TestService,
  verb: Verb,
  input: Record<string, unknown>,
  key?: string | null,
): Promise<GraphAnswer> {
  return service.graph(documents[verb], { input }, key);
}

let count = 0;

/** A tenant with a key that may do everything in it, and nothing elsewhere. */
export async function makeTenant(service: TestService): Promise<{ id: string; key: string; keyId: string }> {
  const { tenant } = await send(service, 'createTenant', { name: `Tenant ${++count}` });
  const { secret, apiKey } = await send(service, 'createApiKey', {
    tenantId: tenant.id,
    name: 'admin',
    scopes: ['*', 'keywright:*'],
  });
  return { id: tenant.id, key: secret, keyId: apiKey.id };
}

/** The verdict on a token. */
export async function verdictOn(
  service: TestService,
  token: string,
  want: Record<string, unknown> = {},
  key?: string,
): Promise<string> {
  return (await send(service, 'verifyApiKey', { token, ...want }, key)).verification.code;
}

/** Every row of the database that a refused request must leave as it was, as one digest. */
export async function checksum(service: TestService): Promise<string> {
  const tables = [
    'tenants',
    'users',
    'api_keys',
    'api_key_retiring_secrets',
    'api_key_recovery',
    'audit_events',
    'idempotency',
    'revocation_log',
  ];
  const sums = tables.map(
    (table) =>
      `select '${table}' as t, md5(coalesce(string_agg(x::text, '|' order by x::text), '')) as sum from ${table} x`,
  );
  return JSON.stringify(await service.database.sql(sums.join(' union all ')));
}
