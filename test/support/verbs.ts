import type { Answered, GraphAnswer, TestService } from './service.ts';

const tenant = 'tenant { id name slug kind status accountNumber createdAt updatedAt }';
const user = 'user { id email name externalId scopeCeiling status tenant { id } }';
const apiKey = `apiKey { id publicId name display environment status isActive scopes metadata source tenant { id } maker { id } owner { id }
  secrets { no state createdAt expiresAt lastUsedAt } notBefore expiresAt createdAt updatedAt }`;
const changedKey = `apiKey { id name status isActive scopes metadata externalKeyId notBefore expiresAt updatedAt secrets { no state } }`;

/** What a test may look at of each mutation's payload, besides its userErrors. */
const selections = {
  createTenant: `${tenant} replayed`,
  updateTenant: tenant,
  suspendTenant: tenant,
  reactivateTenant: tenant,
  deleteTenant: 'deletedTenantId',
  createUser: `${user} replayed`,
  updateUser: user,
  disableUser: user,
  enableUser: user,
  deleteUser: 'deletedUserId deletedApiKeys',
  createApiKey: `${apiKey} secret replayed`,
  updateApiKey: changedKey,
  rotateApiKey: 'apiKey { id secrets { no state createdAt expiresAt lastUsedAt } updatedAt } secret replayed',
  retireApiKeySecret: 'apiKey { id secrets { no state } updatedAt } lastUsedAt',
  disableApiKey: changedKey,
  enableApiKey: changedKey,
  revokeApiKey: 'apiKey { id status isActive revokedAt revocationReason secrets { no } }',
  revokeApiKeys: 'apiKeys { id status revocationReason } hasMore',
  revokePresentedApiKey: 'revokedApiKeyId display revokedAt',
  deleteApiKey: 'deletedApiKeyId',
  verifyApiKey: 'verification { code valid keyId tenantId ownerUserId environment scopes metadata expiresAt }',
  verifyApiKeys: 'verifications { code valid keyId }',
  importApiKeys: `verdicts { row outcome renamed userError { code message path } apiKey { id name display environment status isActive scopes
    metadata source externalKeyId tenant { id } maker { id } owner { id } secrets { no state } notBefore expiresAt lastUsedAt revokedAt
    revocationReason createdAt updatedAt } } imported updated unchanged rejected`,
} as const;
export type Verb = keyof typeof selections;

/** A mutation as a client sends it. */
export function documentOf(verb: Verb): string {
  const input = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Input!`;
  return `mutation ($input: ${input}) { ${verb}(input: $input) { ${selections[verb]} userErrors { code message path } } }`;
}

/** Sends one and answers its payload; fails where the request itself failed. */
export async function send(
  service: Pick<TestService, 'graph'>,
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
  service: Pick<TestService, 'graph'>,
  verb: Verb,
  input: Record<string, unknown>,
  key?: string | null,
): Promise<GraphAnswer> {
  return service.graph(documentOf(verb), { input }, key);
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

/** A user of a tenant, and a personal key of theirs, which may do whatever a person may. */
export async function makeUser(
  service: Pick<TestService, 'graph'>,
  tenantKey: string,
  scopes: readonly string[] = ['*', 'keywright:*'],
): Promise<{ id: string; key: string; keyId: string }> {
  const { user } = await send(service, 'createUser', { name: `User ${++count}` }, tenantKey);
  const input = { name: `personal ${count}`, ownerUserId: user.id, scopes };
  const { secret, apiKey } = await send(service, 'createApiKey', input, tenantKey);
  return { id: user.id, key: secret, keyId: apiKey.id };
}

/** The events that name a target, oldest first. */
export async function eventsOf(service: TestService, target: string): Promise<{ action: string; changes: Answered }[]> {
  return service.database.sql('select action, changes from audit_events where target = $1 order by seq', [target]);
}

/** The verdict on a token. */
export async function verdictOn(
  service: Pick<TestService, 'graph'>,
  token: string,
  want: Record<string, unknown> = {},
  key?: string,
): Promise<string> {
  return (await send(service, 'verifyApiKey', { token, ...want }, key)).verification.code;
}

/** Every table that holds what somebody owns, and the column that says whose it is. */
const tables: Readonly<Record<string, string>> = {
  tenants: 'id',
  users: 'tenant_id',
  api_keys: 'tenant_id',
  api_key_retiring_secrets: 'tenant_id',
  api_key_recovery: 'tenant_id',
  audit_events: 'tenant_id',
  idempotency: 'tenant_id',
  revocation_log: 'tenant_id',
};

/** Every row of the database that a refused request must leave as it was, as one digest; or every row of one tenant. */
export async function checksum(service: TestService, tenantId?: string): Promise<string> {
  const sums = Object.entries(tables).map(([table, owner]) => {
    const where = tenantId === undefined ? '' : `where 'tnt_' || keywright_base32(x.${owner}) = '${tenantId}'`;
    return `select '${table}' as t, md5(coalesce(string_agg(x::text, '|' order by x::text), '')) as sum from ${table} x ${where}`;
  });
  return JSON.stringify(await service.database.sql(sums.join(' union all ')));
}
