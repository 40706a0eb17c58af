import { LockMode } from '@mikro-orm/core';
import { Refusal } from '../lib/errors.ts';
import { parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { invalid } from '../lib/invalid.ts';
import { limits } from '../lib/limits.ts';
import { type Reach, requireReach } from '../lib/permissions.ts';
import { parseReason } from '../lib/text.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type ApiKey, ApiKeySchema } from '../store/entities/ApiKey.ts';
import { type Revocation, revoke } from './revokeApiKey.ts';

/** Which keys end together: those that are named, or the personal ones of a user, or those that a user made. */
export type RevokeApiKeysInput = {
  readonly ids?: readonly string[] | null;
  readonly ownerUserId?: string | null;
  readonly makerUserId?: string | null;
  readonly reason?: string | null;
};

/** The keys, and whether others are left that fit: then ask again. */
export type RevokedApiKeys = { readonly apiKeys: ApiKey[]; readonly hasMore: boolean };

/** Ends several keys for ever, in one transaction: all of them, or none. */
export async function revokeApiKeys(ctx: Ctx, input: RevokeApiKeysInput): Promise<RevokedApiKeys> {
  const reach = requireReach(ctx.caller, 'keys:write');
  const choice = parseChoice(input);
  const revocation: Revocation = {
    action: 'revokeApiKeys',
    reason: ifGiven(input.reason, ['reason'], parseReason) ?? null,
  };
  let revoked: RevokedApiKeys = { apiKeys: [], hasMore: false };
  await ctx.commit(async () => {
    revoked = 'ids' in choice ? await lockNamed(ctx, reach, choice.ids) : await lockUsers(ctx, reach, choice);
    for (const apiKey of revoked.apiKeys) await revoke(ctx, apiKey, revocation);
  });
  return revoked;
}

type Choice = { readonly ids: readonly string[] } | { readonly owner: string } | { readonly maker: string };

function parseChoice({ ids, ownerUserId, makerUserId }: RevokeApiKeysInput): Choice {
  if ([ids, ownerUserId, makerUserId].filter((choice) => choice != null).length !== 1) {
    throw invalid('Give exactly one of ids, ownerUserId and makerUserId.', ['ids']);
  }
  if (ownerUserId != null) return { owner: parseGlobalId('User', ownerUserId, ['ownerUserId']) };
  if (makerUserId != null) return { maker: parseGlobalId('User', makerUserId, ['makerUserId']) };
  const listed = ids ?? [];
  const max = limits.revokeBatchMax;
  if (listed.length < 1 || listed.length > max) {
    throw invalid(`One request revokes from 1 to ${max} keys, not ${listed.length}.`, ['ids']);
  }
  return { ids: listed.map((id, index) => parseGlobalId('ApiKey', id, ['ids', String(index)])) };
}

/** In the order of their ids, as everything that locks several keys does: two such requests never wait for each other. */
const locked = { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } } as const;

async function lockNamed(ctx: Ctx, reach: Reach, ids: readonly string[]): Promise<RevokedApiKeys> {
  const own = reach === 'self' ? { owner: ctx.caller.userId } : {};
  const rows = await ctx.em.find(ApiKeySchema, { id: { $in: [...ids] }, ...own }, locked);
  const found = new Map(rows.map((row) => [row.id, row]));
  const apiKeys = [...new Set(ids)].map((id) => {
    const row = found.get(id);
    if (row === undefined) throw new Refusal('NOT_FOUND', 'There is no such key.', ['ids', String(ids.indexOf(id))]);
    return row;
  });
  return { apiKeys, hasMore: false };
}

async function lockUsers(
  ctx: Ctx,
  reach: Reach,
  choice: { readonly owner: string } | { readonly maker: string },
): Promise<RevokedApiKeys> {
  const own = reach === 'self' ? { owner: ctx.caller.userId } : {};
  const max = limits.revokeBatchMax;
  const where = { $and: [choice, own, { status: { $ne: 'revoked' as const } }] };
  const rows = await ctx.em.find(ApiKeySchema, where, { ...locked, limit: max + 1 });
  return { apiKeys: rows.slice(0, max), hasMore: rows.length > max };
}
