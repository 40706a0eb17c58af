import DataLoader from 'dataloader';
import { reachOf } from '../lib/permissions.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type ApiKey, ApiKeySchema } from '../store/entities/ApiKey.ts';
import { type ApiKeyRetiringSecret, ApiKeyRetiringSecretSchema } from '../store/entities/ApiKeyRetiringSecret.ts';
import { type Tenant, TenantSchema } from '../store/entities/Tenant.ts';
import { type User, UserSchema } from '../store/entities/User.ts';
import { asking } from '../store/outage.ts';

/** Batched reads of one request: however many fields ask, each kind costs one statement a tick. */
export type Loaders = {
  readonly tenant: DataLoader<string, Tenant | null>;
  readonly user: DataLoader<string, User | null>;
  /** The key that the caller presented, and no other. */
  readonly callerKey: DataLoader<string, ApiKey | null>;
  /** The live retiring secrets of a key, newest first. */
  readonly retiringSecrets: DataLoader<string, readonly ApiKeyRetiringSecret[]>;
};

/** Loaders that see what their caller may see: the tenant of everything that it sees, and users by `users:read`, itself always. */
export function createLoaders(ctx: Ctx): Loaders {
  const { em, caller, now } = ctx;
  const reachOfUsers = reachOf(caller, 'users:read');
  const byId = <T extends { id: string }>(read: (ids: readonly string[]) => Promise<T[]>) =>
    new DataLoader<string, T | null>(async (ids) => {
      const found = new Map((await asking(() => read(ids))).map((row) => [row.id, row]));
      return ids.map((id) => found.get(id) ?? null);
    });

  return {
    tenant: byId((ids) => em.find(TenantSchema, { id: { $in: [...ids] } })),
    user: byId(async (ids) => {
      const readable = ids.filter((id) => reachOfUsers === 'all' || reachOfUsers === 'tenant' || id === caller.userId);
      return readable.length === 0 ? [] : em.find(UserSchema, { id: { $in: readable } });
    }),
    /** The caller's own: whoever presents a key may see what it is. */
    callerKey: byId((ids) => em.find(ApiKeySchema, { id: { $in: ids.filter((id) => id === caller.apiKeyId) } })),
    retiringSecrets: new DataLoader<string, readonly ApiKeyRetiringSecret[]>(async (keyIds) => {
      const rows = await asking(() =>
        em.find(
          ApiKeyRetiringSecretSchema,
          { apiKey: { $in: [...keyIds] }, expiresAt: { $gt: now.toISOString() } },
          { orderBy: { secretNo: 'desc' } },
        ),
      );
      const byKey = Map.groupBy(rows, (row) => row.apiKey.id);
      return keyIds.map((keyId) => byKey.get(keyId) ?? []);
    }),
  };
}
