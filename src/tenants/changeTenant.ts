import { LockMode } from '@mikro-orm/core';
import { assert } from '../lib/assert.ts';
import { Refusal } from '../lib/errors.ts';
import { type Permission, requireReach } from '../lib/permissions.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type Tenant, TenantSchema } from '../store/entities/Tenant.ts';

/** Changes one tenant in a transaction of its own, read under its lock: judged as it is then, whoever else comes. Whether the caller sees it is Postgres's to judge. */
export async function changeTenant(
  ctx: Ctx,
  { id, permission }: { readonly id: string; readonly permission: Permission },
  change: (tenant: Tenant) => Promise<void> | void,
): Promise<{ tenant: Tenant }> {
  requireReach(ctx.caller, permission);
  let tenant: Tenant | null = null;
  await ctx.commit(async () => {
    tenant = await ctx.em.findOne(TenantSchema, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (tenant === null) throw new Refusal('NOT_FOUND', 'There is no such tenant.', ['id']);
    await change(tenant);
  });
  assert(tenant !== null, 'a commit runs what it was given');
  return { tenant };
}
