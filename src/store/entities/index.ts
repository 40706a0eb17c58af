import { ApiKeySchema } from './ApiKey.ts';
import { ApiKeyRecoverySchema } from './ApiKeyRecovery.ts';
import { ApiKeyRetiringSecretSchema } from './ApiKeyRetiringSecret.ts';
import { AuditEventSchema } from './AuditEvent.ts';
import { TenantSchema } from './Tenant.ts';
import { UserSchema } from './User.ts';

/** All entities, as the ORM discovers them. */
export const entities = [
  TenantSchema,
  UserSchema,
  ApiKeySchema,
  ApiKeyRetiringSecretSchema,
  ApiKeyRecoverySchema,
  AuditEventSchema,
];
