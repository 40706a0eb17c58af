import { Refusal } from '../lib/errors.ts';
import { globalId, newUuid } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { parseAccountNumber, parseName, parseSlug, slugFromName } from '../lib/names.ts';
import { requireReach } from '../lib/permissions.ts';
import { parseIdempotencyKey } from '../lib/text.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type Tenant, TenantSchema } from '../store/entities/Tenant.ts';
import { once } from '../store/idempotency.ts';
import { asking } from '../store/outage.ts';

/** What a tenant is asked to be. */
export type CreateTenantInput = {
  readonly name: string;
  readonly slug?: string | null;
  readonly kind?: Tenant['kind'] | null;
  readonly accountNumber?: string | null;
  readonly idempotencyKey?: string | null;
};

/** The tenant, and whether this answers a retry; a retry may find it gone. */
export type CreatedTenant = { readonly tenant: Tenant | null; readonly replayed: boolean };

/** Makes a tenant: its name, its slug, its kind, its number in the operator's books. */
export async function createTenant(ctx: Ctx, input: CreateTenantInput): Promise<CreatedTenant> {
  requireReach(ctx.caller, 'tenants:manage');
  const name = parseName(input.name, ['name']);
  const asked = ifGiven(input.slug, ['slug'], parseSlug) ?? null;
  const accountNumber = ifGiven(input.accountNumber, ['accountNumber'], parseAccountNumber) ?? null;
  const kind = input.kind ?? 'organization';
  if (kind === 'platform') {
    throw new Refusal(
      'INVALID_INPUT',
      'There is one tenant of kind PLATFORM, made at bootstrap. Choose ORGANIZATION or PERSONAL.',
      ['kind'],
    );
  }
  const key = ifGiven(input.idempotencyKey, ['idempotencyKey'], parseIdempotencyKey);
  return once<CreatedTenant>(
    ctx,
    { operation: 'createTenant', key, request: { name, slug: asked, kind, accountNumber } },
    {
      async make(first) {
        const id = newUuid();
        const slug = asked ?? slugFromName(name, ctx.minting.randomBytes);
        const tenant = ctx.em.create(TenantSchema, {
          id,
          name,
          slug,
          kind,
          accountNumber,
          createdAt: ctx.now.toISOString(),
        });
        ctx.em.persist(tenant);
        const after = { name, slug, kind, accountNumber, status: 'active' };
        ctx.audit({ action: 'createTenant', target: globalId('Tenant', id), tenantId: id, changes: { after } });
        await ctx.commit(first(id));
        return { tenant, replayed: false };
      },
      replay: async (id) => ({ tenant: await asking(() => ctx.em.findOne(TenantSchema, { id })), replayed: true }),
    },
  );
}
