import { ApiKey } from './ApiKey.ts';
import { ApiKeyStats } from './ApiKeyStats.ts';
import { AuditEvent } from './AuditEvent.ts';
import { connections } from './connections.ts';
import { enums } from './enums.ts';
import type { Resolvers } from './generated.ts';
import { Mutation } from './Mutation.ts';
import { Query } from './Query.ts';
import { ApiKeySecret, DateTime, KeywrightJSON, PresentedApiKeyToken } from './scalars.ts';
import { Tenant } from './Tenant.ts';
import { User } from './User.ts';
import { Viewer } from './Viewer.ts';

/** Every type of the schema whose fields are not simply there. */
export const resolvers: Resolvers = {
  Query,
  Mutation,
  Tenant,
  User,
  ApiKey,
  AuditEvent,
  ApiKeyStats,
  Viewer,
  ...connections,
  DateTime,
  KeywrightJSON,
  ApiKeySecret,
  PresentedApiKeyToken,
  ...enums,
};
