import { createApiKey } from '../keys/createApiKey.ts';
import { deleteApiKey } from '../keys/deleteApiKey.ts';
import { disableApiKey } from '../keys/disableApiKey.ts';
import { enableApiKey } from '../keys/enableApiKey.ts';
import { retireApiKeySecret } from '../keys/retireApiKeySecret.ts';
import { revokeApiKey } from '../keys/revokeApiKey.ts';
import { revokeApiKeys } from '../keys/revokeApiKeys.ts';
import { rotateApiKey } from '../keys/rotateApiKey.ts';
import { updateApiKey } from '../keys/updateApiKey.ts';
import { importApiKeys } from '../legacy/importApiKeys.ts';
import { createTenant } from '../tenants/createTenant.ts';
import { deleteTenant } from '../tenants/deleteTenant.ts';
import { reactivateTenant } from '../tenants/reactivateTenant.ts';
import { suspendTenant } from '../tenants/suspendTenant.ts';
import { updateTenant } from '../tenants/updateTenant.ts';
import { createUser } from '../users/createUser.ts';
import { deleteUser } from '../users/deleteUser.ts';
import { disableUser } from '../users/disableUser.ts';
import { enableUser } from '../users/enableUser.ts';
import { updateUser } from '../users/updateUser.ts';
import { verifyApiKey } from '../verification/verifyApiKey.ts';
import { verifyApiKeys } from '../verification/verifyApiKeys.ts';
import { toApiKeyVerification } from './ApiKeyVerification.ts';
import type { MutationResolvers } from './generated.ts';
import { noVerdicts, toImportApiKeysPayload } from './ImportApiKeysPayload.ts';
import { payload, withdrawal } from './payload.ts';
import { revokePresented } from './revokePresented.ts';

const notMade = { replayed: false };

/** Where a change comes in: each field is one line to its rule, and the only place where a secret is revealed. */
export const Mutation: Required<MutationResolvers> = {
  createTenant: (_, { input }, context) => payload(notMade, () => createTenant(context.begin(), input)),
  updateTenant: (_, { input }, context) => payload({}, () => updateTenant(context.begin(), input)),
  suspendTenant: (_, { input }, context) => withdrawal({}, context.begin(), input, suspendTenant),
  reactivateTenant: (_, { input }, context) => payload({}, () => reactivateTenant(context.begin(), input)),
  deleteTenant: (_, { input }, context) => withdrawal({}, context.begin(), input, deleteTenant),

  createUser: (_, { input }, context) => payload(notMade, () => createUser(context.begin(), input)),
  updateUser: (_, { input }, context) => withdrawal({}, context.begin(), input, updateUser),
  disableUser: (_, { input }, context) => withdrawal({}, context.begin(), input, disableUser),
  enableUser: (_, { input }, context) => payload({}, () => enableUser(context.begin(), input)),
  deleteUser: (_, { input }, context) => withdrawal({}, context.begin(), input, deleteUser),

  createApiKey: (_, { input }, context) =>
    payload(notMade, async () => {
      const { secret, ...made } = await createApiKey(context.begin(), input);
      return { ...made, secret: secret?.reveal() ?? null };
    }),
  updateApiKey: (_, { input }, context) => withdrawal({}, context.begin(), input, updateApiKey),
  rotateApiKey: (_, { input }, context) =>
    withdrawal(notMade, context.begin(), input, async (ctx) => {
      const { secret, ...rotated } = await rotateApiKey(ctx, input);
      return { ...rotated, secret: secret?.reveal() ?? null };
    }),
  retireApiKeySecret: (_, { input }, context) => withdrawal({}, context.begin(), input, retireApiKeySecret),
  disableApiKey: (_, { input }, context) => withdrawal({}, context.begin(), input, disableApiKey),
  enableApiKey: (_, { input }, context) => payload({}, () => enableApiKey(context.begin(), input)),
  revokeApiKey: (_, { input }, context) => withdrawal({}, context.begin(), input, revokeApiKey),
  revokeApiKeys: (_, { input }, context) => withdrawal({}, context.begin(), input, revokeApiKeys),
  revokePresentedApiKey: (_, { input }, context) => revokePresented(context, input),
  deleteApiKey: (_, { input }, context) => withdrawal({}, context.begin(), input, deleteApiKey),

  verifyApiKey: (_, { input }, context) =>
    payload({}, async () => {
      const verdict = await verifyApiKey(context.prover, context.caller(), context.now, input);
      return { verification: toApiKeyVerification(verdict) };
    }),
  verifyApiKeys: (_, { input }, context) =>
    payload({}, async () => {
      const verdicts = await verifyApiKeys(context.prover, context.caller(), context.now, input);
      return { verifications: verdicts.map(toApiKeyVerification) };
    }),

  importApiKeys: (_, { input }, context) =>
    payload(noVerdicts, async () => {
      const verdicts = await importApiKeys(context.begin(), input);
      return toImportApiKeysPayload(verdicts);
    }),
};
