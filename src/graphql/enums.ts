/** The value inside of every enum value whose stored form has another case; codegen types the resolvers by it. */
export const enums = {
  ApiKeyEnvironment: { LIVE: 'live', TEST: 'test' },
  ApiKeyStatus: { ACTIVE: 'active', DISABLED: 'disabled', REVOKED: 'revoked' },
  TenantKind: { ORGANIZATION: 'organization', PERSONAL: 'personal', PLATFORM: 'platform' },
  TenantStatus: { ACTIVE: 'active', SUSPENDED: 'suspended' },
  UserStatus: { ACTIVE: 'active', DISABLED: 'disabled' },
  ViewerKind: { PLATFORM: 'platform', TENANT: 'tenant', USER: 'user' },
} as const;
