import { raw } from '@mikro-orm/core';
import type { Secret } from '../crypto/Secret.ts';
import { Refusal } from '../lib/errors.ts';
import { globalId, parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { limits } from '../lib/limits.ts';
import { parseIdempotencyKey } from '../lib/text.ts';
import { parseGraceSeconds } from '../lib/times.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { ApiKey } from '../store/entities/ApiKey.ts';
import { once } from '../store/idempotency.ts';
import { findApiKey, requireApiKey } from './findApiKey.ts';
import { mintSecret } from './mintSecret.ts';
import { refuseUnheldKey } from './refuseUnheldKey.ts';

/** Which key gets a new secret, and how long the old one lives on. */
export type RotateApiKeyInput = {
  readonly id: string;
  readonly graceSeconds: number;
  readonly idempotencyKey?: string | null;
};

/** The key and, this once, its new secret; a retry gets the key alone. */
export type RotatedApiKey = {
  readonly apiKey: ApiKey | null;
  readonly secret: Secret | null;
  readonly replayed: boolean;
};

/** Gives a key a new secret. The old one goes on verifying to the end of its grace, or ends here. */
export async function rotateApiKey(ctx: Ctx, input: RotateApiKeyInput): Promise<RotatedApiKey> {
  const id = parseGlobalId('ApiKey', input.id, ['id']);
  const graceSeconds = parseGraceSeconds(input.graceSeconds, ['graceSeconds']);
  const key = ifGiven(input.idempotencyKey, ['idempotencyKey'], parseIdempotencyKey);
  return once(
    ctx,
    { operation: 'rotateApiKey', key, request: { id, graceSeconds } },
    {
      make: (first) => rotate(ctx, { id, graceSeconds }, first),
      replay: async (targetId) => ({
        apiKey: await findApiKey(ctx, targetId),
        secret: null,
        replayed: true,
      }),
    },
  );
}

async function rotate(
  ctx: Ctx,
  { id, graceSeconds }: { readonly id: string; readonly graceSeconds: number },
  first: (id: string) => () => Promise<void>,
): Promise<RotatedApiKey> {
  const apiKey = await requireApiKey(ctx, id);
  refuseUnlessLive(apiKey, ctx.now);
  // It also keeps a retiring secret from renewing itself past its grace.
  await refuseUnheldKey(ctx, apiKey, apiKey, ['id']);
  const { tenant, environment, secretNo: oldNo } = apiKey;
  const tenantId = tenant.id;
  const oldEndsAt = graceEnd(apiKey, ctx.now, graceSeconds);
  const minted = await mintSecret(ctx, { keyId: id, tenantId, environment });
  ctx.em.assign(apiKey, {
    tokenHash: minted.tokenHash,
    // Said raw, so that it is written even where it seems unchanged: the row may have been wrapped with a newer ring key
    // since it was read. Not by a statement of its own: a row that is written twice asks for its owner's lock, and whoever
    // deletes the owner waits for this row's.
    tokenHashKeyVersion: raw<string>('?', [minted.tokenHashKeyVersion]),
    mintedKeyNo: minted.mintedKeyNo,
    secretNo: oldNo + 1,
    secretCreatedAt: ctx.now.toISOString(),
    // Said raw, too: it may have been used since it was read, and the new secret would have the old one's use.
    secretLastUsedAt: raw<null>('null'),
    updatedAt: ctx.now.toISOString(),
  });
  minted.keepLock(apiKey.secretNo);
  const changes = { before: { secretNo: oldNo }, after: { secretNo: apiKey.secretNo, oldSecretEndsAt: oldEndsAt } };
  ctx.audit({ action: 'rotateApiKey', target: globalId('ApiKey', id), tenantId, changes });
  ctx.changed({ kind: 'key', tenantId, subjectId: id });
  const remember = first(id);
  await ctx.commit(async () => {
    await remember();
    await retireSecret(ctx, { id, oldNo, oldEndsAt });
  });
  // What was written raw is read back, but for a null.
  apiKey.secretLastUsedAt = null;
  return { apiKey, secret: minted.token, replayed: false };
}

function refuseUnlessLive(apiKey: ApiKey, now: Date): void {
  if (apiKey.status !== 'active') {
    throw new Refusal('WRONG_STATE', `The key is ${apiKey.status}. Only an active key is rotated.`, ['id']);
  }
  if (apiKey.expiresAt != null && Date.parse(apiKey.expiresAt) <= now.getTime()) {
    throw new Refusal('WRONG_STATE', `The key expired at ${apiKey.expiresAt}. Make a new one.`, ['id']);
  }
}

/** When the old secret ends; never after the key itself, and whoever asks for more believes in more. */
function graceEnd(apiKey: ApiKey, now: Date, graceSeconds: number): string {
  const end = now.getTime() + graceSeconds * 1000;
  const keyEnd = apiKey.expiresAt == null ? Number.POSITIVE_INFINITY : Date.parse(apiKey.expiresAt);
  if (end > keyEnd) {
    const most = Math.floor((keyEnd - now.getTime()) / 1000);
    const message = `The key itself ends at ${apiKey.expiresAt}: give a grace of at most ${most} seconds.`;
    throw new Refusal('INVALID_INPUT', message, ['graceSeconds']);
  }
  return new Date(end).toISOString();
}

type Retirement = { readonly id: string; readonly oldNo: number; readonly oldEndsAt: string };

/**
 * In the transaction: sweeps the secrets whose grace is over, with their locks, and moves the current one among the retiring.
 * It is copied from the row itself, under its lock, because a verification may re-key the hash at any moment. Whether
 * somebody else was quicker, the row's version tells when the key itself is written.
 */
async function retireSecret(ctx: Ctx, { id, oldNo, oldEndsAt }: Retirement): Promise<void> {
  const { em, now } = ctx;
  await em.execute('select id from api_keys where id = ? for update', [id]);
  await em.execute('delete from api_key_retiring_secrets where api_key_id = ? and expires_at <= ?', [
    id,
    now.toISOString(),
  ]);
  if (Date.parse(oldEndsAt) > now.getTime()) {
    await refuseTooManySecrets(ctx, id);
    await em.execute(
      `insert into api_key_retiring_secrets
         (api_key_id, secret_no, tenant_id, token_hash, token_hash_key_version, minted_key_no, created_at, expires_at, last_used_at)
       select id, secret_no, tenant_id, token_hash, token_hash_key_version, minted_key_no, secret_created_at, ?::timestamptz, secret_last_used_at
       from api_keys where id = ? and secret_no = ?`,
      [oldEndsAt, id, oldNo],
    );
  }
  // A secret's lock goes in the transaction that ends it.
  await em.execute(
    `delete from api_key_recovery where api_key_id = ?
       and secret_no not in (select secret_no from api_key_retiring_secrets where api_key_id = ?)`,
    [id, id],
  );
}

async function refuseTooManySecrets(ctx: Ctx, id: string): Promise<void> {
  const [row] = await ctx.em.execute<{ live: number }[]>(
    'select count(*)::int as live from api_key_retiring_secrets where api_key_id = ?',
    [id],
  );
  if ((row?.live ?? 0) + 2 > limits.liveSecretsMax) {
    const message = `A key has at most ${limits.liveSecretsMax} live secrets. Rotate with graceSeconds 0, or wait until an old one ends.`;
    throw new Refusal('WRONG_STATE', message, ['graceSeconds']);
  }
}
