/** One tab of the page: what it asks, and what it asks it with. */
export type Example = { readonly query: string; readonly variables: Readonly<Record<string, unknown>> };

/**
 * The tabs that the page opens with, in the order in which a newcomer presses play; each is named after the one field
 * that it asks. The page fills in `{{createTenant.tenant.id}}` from what that field answered last.
 */
export const examples: readonly Example[] = [
  {
    query: `# Who you are to this service.
# 1. Paste your key into the field at the top.
# 2. Press play.
# 3. Go on with the next tab.
query Viewer {
  viewer {
    kind
    tenant { id name }
    scopes
    grantableScopes
    permissions
  }
}
`,
    variables: {},
  },
  {
    query: `# Makes a tenant: a company, a team, a project.
# Only a key of the platform may.
mutation CreateTenant($input: CreateTenantInput!) {
  createTenant(input: $input) {
    tenant { id name slug kind status }
    userErrors { code message path }
  }
}
`,
    variables: { input: { name: 'Acme' } },
  },
  {
    query: `# Makes a user of that tenant. {{…}} below is filled
# in from the last answer in that tenant's tab.
# Press play twice: an expected failure is data.
mutation CreateUser($input: CreateUserInput!) {
  createUser(input: $input) {
    user { id email status }
    userErrors { code message path }
  }
}
`,
    variables: { input: { tenantId: '{{createTenant.tenant.id}}', email: 'ada@acme.example', name: 'Ada' } },
  },
  {
    query: `# Makes a key of that user. Its secret is in the
# answer, this once: nothing shows it again.
mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    apiKey { id name display environment scopes }
    secret
    userErrors { code message path }
  }
}
`,
    variables: {
      input: {
        tenantId: '{{createTenant.tenant.id}}',
        ownerUserId: '{{createUser.user.id}}',
        name: 'Reports',
        scopes: ['reports:read'],
      },
    },
  },
  {
    query: `# Judges a token, as your API would. The verdict
# is data: a refused token is no error.
mutation VerifyApiKey($input: VerifyApiKeyInput!) {
  verifyApiKey(input: $input) {
    verification {
      code valid scopes expiresAt
      keyId tenantId ownerUserId environment
    }
    userErrors { code message path }
  }
}
`,
    variables: { input: { token: '{{createApiKey.secret}}', allOf: ['reports:read'] } },
  },
  {
    query: `# Gives the key a new secret. The old one goes on
# for another hour: see it in the tab before.
mutation RotateApiKey($input: RotateApiKeyInput!) {
  rotateApiKey(input: $input) {
    apiKey { id secrets { no state expiresAt } }
    secret
    userErrors { code message path }
  }
}
`,
    variables: { input: { id: '{{createApiKey.apiKey.id}}', graceSeconds: 3600 } },
  },
  {
    query: `# Ends the key for ever, with all its secrets.
# Verify its token again: now it is REVOKED.
mutation RevokeApiKey($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) {
    apiKey {
      id status isActive
      revokedAt revocationReason
    }
    userErrors { code message path }
  }
}
`,
    variables: { input: { id: '{{createApiKey.apiKey.id}}', reason: 'end of the tour' } },
  },
  {
    query: `# The keys that you may see, newest first:
# everything about them but their secrets.
query ApiKeys($first: Int, $tenantId: ID) {
  apiKeys(first: $first, tenantId: $tenantId) {
    nodes {
      id name display status isActive scopes createdAt
      tenant { name }
      owner { email }
    }
    pageInfo { hasNextPage }
  }
}
`,
    variables: { first: 20 },
  },
];
