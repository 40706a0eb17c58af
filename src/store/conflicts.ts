import {
  ForeignKeyConstraintViolationException,
  OptimisticLockError,
  UniqueConstraintViolationException,
} from '@mikro-orm/core';
import { Refusal } from '../lib/errors.ts';

/** Each constraint has one meaning for whoever runs into it, so no verb needs to look before it writes. */
const meanings: Readonly<Record<string, () => Refusal>> = {
  ux_tenants_slug: () => new Refusal('SLUG_TAKEN', 'Another tenant has this slug. Choose another.', ['slug']),
  ux_tenants_account_number: () =>
    new Refusal('ACCOUNT_NUMBER_TAKEN', 'Another tenant has this account number.', ['accountNumber']),
  ux_users_tenant_email: () =>
    new Refusal('EMAIL_TAKEN', 'Another user of this tenant has this e-mail address, whatever its case.', ['email']),
  ux_users_tenant_external_id: () =>
    new Refusal('EXTERNAL_ID_TAKEN', 'Another user of this tenant has this external id.', ['externalId']),
  ux_api_keys_tenant_name: () =>
    new Refusal(
      'NAME_TAKEN',
      'Another key of this tenant has this name, whatever its case; revoked keys keep theirs.',
      ['name'],
    ),
  ux_api_keys_external_key_id: () =>
    new Refusal('EXTERNAL_KEY_ID_TAKEN', 'Another key has this external key id.', ['externalKeyId']),
  ux_api_keys_legacy_id: () =>
    new Refusal('LEGACY_ID_TAKEN', 'Another key has this source and legacy id.', ['legacyId']),
  uq_api_keys_token: () => new Refusal('TOKEN_TAKEN', 'Another key has this token.', ['token']),
  fk_users_tenant: () => new Refusal('NOT_FOUND', 'There is no such tenant.', ['tenantId']),
  fk_api_keys_tenant: () => new Refusal('NOT_FOUND', 'There is no such tenant.', ['tenantId']),
  fk_api_keys_owner: () => new Refusal('NOT_FOUND', 'There is no such user in this tenant.', ['ownerUserId']),
  // What was there when the request began, and went while it was being done.
  fk_api_keys_user: () => new Refusal('NOT_FOUND', 'The user who makes the key is gone.'),
  fk_api_key_recovery_key: () => new Refusal('NOT_FOUND', 'There is no such key.', ['id']),
  fk_idempotency_tenant: () => new Refusal('NOT_FOUND', 'The tenant that you act in is gone.'),
};

/** A database's refusal in the words of the one who asked; undefined for everything that is not the caller's to mend. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof OptimisticLockError) {
    return new Refusal(
      'CONCURRENT_CHANGE',
      'Somebody else changed this at the same moment. Read it again, then retry.',
      ['id'],
    );
  }
  if (error instanceof UniqueConstraintViolationException || error instanceof ForeignKeyConstraintViolationException) {
    const constraint = (error as { constraint?: unknown }).constraint;
    return typeof constraint === 'string' ? meanings[constraint]?.() : undefined;
  }
  return undefined;
}
