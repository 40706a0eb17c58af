import { findApiKey } from '../keys/findApiKey.ts';
import { listApiKeys } from '../keys/listApiKeys.ts';
import { Refusal } from '../lib/errors.ts';
import { parseGlobalId, parsePublicId } from '../lib/ids.ts';
import type { QueryResolvers } from './generated.ts';

/** Where a read comes in: each field is one line to its rule. */
export const Query: Required<QueryResolvers> = {
  viewer: (_, _args, context) => context.caller(),

  apiKey(_, { id, publicId }, context) {
    const ctx = context.begin();
    if ((id == null) === (publicId == null))
      throw new Refusal('INVALID_INPUT', 'Give exactly one of id and publicId.', ['id']);
    return findApiKey(ctx, id == null ? parsePublicId(publicId, ['publicId']) : parseGlobalId('ApiKey', id, ['id']));
  },

  async apiKeys(_, args, context) {
    const { nodes, hasNextPage } = await listApiKeys(context.begin(), args);
    return { nodes, pageInfo: { hasNextPage } };
  },
};
