import type { Secret } from '../crypto/Secret.ts';
import type { Caller } from '../lib/Caller.ts';
import { Refusal } from '../lib/errors.ts';
import { globalId, newUuid } from '../lib/ids.ts';
import { everyScope } from '../lib/scopes.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type ApiKey, ApiKeySchema } from '../store/entities/ApiKey.ts';
import { TenantSchema } from '../store/entities/Tenant.ts';
import { asking } from '../store/outage.ts';
import { mintSecret } from './mintSecret.ts';

/** Who acts before there is anybody: the machine itself, never a request. */
export const bootstrapCaller: Caller = {
  standing: 'platform',
  tenantId: '00000000-0000-0000-0000-000000000000',
  userId: null,
  apiKeyId: null,
  scopes: everyScope,
  expiresAt: null,
  actor: 'system:bootstrap',
};

/** One arbitrary number: whoever holds this lock is the one that bootstraps. */
const bootstrapLock = 4_057_301_127;

/** How a bootstrap is asked for. */
export type BootstrapInput = {
  /** Ends the keys of earlier bootstraps instead of refusing while one is active. */
  readonly replace: boolean;
  /** Puts the secret where it will be found, before it works: no crash can then lose a key that does. */
  readonly keep?: (secret: Secret) => Promise<void>;
};

/** Makes the platform's tenant, if there is none, and its first key; only while none of its keys is active. */
export async function bootstrap(
  ctx: Ctx,
  { replace, keep }: BootstrapInput,
): Promise<{ apiKey: ApiKey; secret: Secret }> {
  // Refused again under the lock; here before anything is made, or kept anywhere.
  if (!replace) await asking(() => refuseSecond(ctx));
  const [platform] = await asking(() =>
    ctx.em.execute<{ id: string }[]>("select id from tenants where kind = 'platform'"),
  );
  const tenantId = platform?.id ?? newUuid();
  const id = newUuid();
  const minted = await mintSecret(ctx, { keyId: id, tenantId, environment: 'live' });
  const now = ctx.now.toISOString();

  if (platform === undefined) makePlatformTenant(ctx, tenantId);
  const after = { name: `Platform key of ${now}`, scopes: [...bootstrapCaller.scopes], environment: 'live' as const };
  const apiKey = ctx.em.create(ApiKeySchema, {
    id,
    tenant: ctx.em.getReference(TenantSchema, tenantId, { wrapped: true }),
    ...after,
    tokenHash: minted.tokenHash,
    tokenHashKeyVersion: minted.tokenHashKeyVersion,
    mintedKeyNo: minted.mintedKeyNo,
    secretCreatedAt: now,
    createdAt: now,
  });
  ctx.em.persist(apiKey);
  minted.keepLock(apiKey.secretNo);
  ctx.audit({ action: 'createApiKey', target: globalId('ApiKey', id), tenantId, changes: { after } });
  await keep?.(minted.token);
  await ctx.commit(async () => {
    await ctx.em.execute('select pg_advisory_xact_lock(?)', [bootstrapLock]);
    if (replace) await revokeEarlier(ctx, tenantId);
    else await refuseSecond(ctx);
  });
  return { apiKey, secret: minted.token };
}

function makePlatformTenant(ctx: Ctx, id: string): void {
  const after = { name: 'Platform', slug: 'platform', kind: 'platform' as const };
  ctx.em.persist(ctx.em.create(TenantSchema, { id, ...after, createdAt: ctx.now.toISOString() }));
  ctx.audit({ action: 'createTenant', target: globalId('Tenant', id), tenantId: id, changes: { after } });
}

/** Whether a key of the platform is active: then whoever holds it makes further ones. */
export async function hasPlatformKey(ctx: Ctx): Promise<boolean> {
  const rows = await ctx.em.execute<{ id: string }[]>(
    `select k.id from api_keys k join tenants t on t.id = k.tenant_id
     where t.kind = 'platform' and k.owner_user_id is null and k.status = 'active' and (k.expires_at is null or k.expires_at > ?)
     limit 1`,
    [ctx.now.toISOString()],
  );
  return rows.length > 0;
}

async function refuseSecond(ctx: Ctx): Promise<void> {
  if (!(await hasPlatformKey(ctx))) return;
  throw new Refusal(
    'WRONG_STATE',
    'A platform key is active already: make further keys with it. If it is lost, run: npx keywright bootstrap --replace',
  );
}

/** Ends every key that an earlier bootstrap made; keys that were made with those go on working. */
async function revokeEarlier(ctx: Ctx, tenantId: string): Promise<void> {
  const now = ctx.now.toISOString();
  const reason = 'Replaced by bootstrap --replace.';
  const earlier = await ctx.em.execute<{ id: string; status: string }[]>(
    `select id, status from api_keys k
     where tenant_id = ? and status <> 'revoked' and exists (select from audit_events e where e.tenant_id = k.tenant_id
       and e.target = 'key_' || keywright_base32(k.id) and e.action = 'createApiKey' and e.actor = 'system:bootstrap')
     for update`,
    [tenantId],
  );
  for (const { id, status } of earlier) {
    await ctx.em.execute(
      `update api_keys set status = 'revoked', revoked_at = ?, revocation_reason = ?, updated_at = ?, row_version = row_version + 1
       where id = ?`,
      [now, reason, now, id],
    );
    await ctx.em.execute('delete from api_key_recovery where api_key_id = ?', [id]);
    const changes = { before: { status }, after: { status: 'revoked', reason } };
    ctx.audit({ action: 'revokeApiKey', target: globalId('ApiKey', id), tenantId, changes });
    ctx.changed({ kind: 'key', tenantId, subjectId: id });
  }
}
