import { createApiKey } from '../keys/createApiKey.ts';
import { revokeApiKey } from '../keys/revokeApiKey.ts';
import { rotateApiKey } from '../keys/rotateApiKey.ts';
import { createTenant } from '../tenants/createTenant.ts';
import { createUser } from '../users/createUser.ts';
import { verifyApiKey } from '../verification/verifyApiKey.ts';
import { toApiKeyVerification } from './ApiKeyVerification.ts';
import type { MutationResolvers } from './generated.ts';
import { payload } from './payload.ts';

const notMade = { replayed: false };

/** Where a change comes in: each field is one line to its rule, and the only place where a secret is revealed. */
export const Mutation: Required<MutationResolvers> = {
  createTenant: (_, { input }, context) => payload(notMade, () => createTenant(context.begin(), input)),

  createUser: (_, { input }, context) => payload(notMade, () => createUser(context.begin(), input)),

  createApiKey: (_, { input }, context) =>
    payload(notMade, async () => {
      const { secret, ...made } = await createApiKey(context.begin(), input);
      return { ...made, secret: secret?.reveal() ?? null };
    }),

  rotateApiKey: (_, { input }, context) =>
    payload(notMade, async () => {
      const { secret, ...rotated } = await rotateApiKey(context.begin(), input);
      return { ...rotated, secret: secret?.reveal() ?? null };
    }),

  revokeApiKey: (_, { input }, context) => payload({}, () => revokeApiKey(context.begin(), input)),

  verifyApiKey: (_, { input }, context) =>
    payload({}, async () => {
      const verdict = await verifyApiKey(context.prover, context.caller(), context.now, input);
      return { verification: toApiKeyVerification(verdict) };
    }),
};
