import { listAuditEvents } from '../audit/listAuditEvents.ts';
import { findApiKeyStats } from '../keys/findApiKeyStats.ts';
import { listApiKeys } from '../keys/listApiKeys.ts';
import { readApiKey } from '../keys/readApiKey.ts';
import { parseGlobalId } from '../lib/ids.ts';
import { findTenant } from '../tenants/findTenant.ts';
import { listTenants } from '../tenants/listTenants.ts';
import { listUsers } from '../users/listUsers.ts';
import { readUser } from '../users/readUser.ts';
import type { QueryResolvers } from './generated.ts';

/** Where a read comes in: each field is one line to its rule. */
export const Query: Required<QueryResolvers> = {
  viewer: (_, _args, context) => context.caller(),
  tenant: (_, { id }, context) => findTenant(context.reading(), parseGlobalId('Tenant', id, ['id'])),
  tenants: (_, args, context) => listTenants(context.reading(), args),
  user: (_, { id }, context) => readUser(context.reading(), parseGlobalId('User', id, ['id'])),
  users: (_, args, context) => listUsers(context.reading(), args),
  apiKey: (_, args, context) => readApiKey(context.reading(), args),
  apiKeys: (_, args, context) => listApiKeys(context.reading(), args),
  auditEvents: (_, args, context) => listAuditEvents(context.reading(), args),
  apiKeyStats: (_, _args, context) => findApiKeyStats(context.reading(), {}),
};
