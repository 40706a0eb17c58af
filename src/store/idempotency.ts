import { createHash } from 'node:crypto';
import { canonicalJson } from '../lib/canonicalJson.ts';
import { Refusal } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { Ctx } from './Ctx.ts';
import { asking } from './outage.ts';

/** A request that may be sent again: its operation, the client's own key, and what it asked for. */
export type Repeatable = {
  readonly operation: string;
  readonly key: string | null | undefined;
  readonly request: unknown;
};

/** How a repeatable request is done, and how its retry is answered. */
export type OnceVerbs<T> = {
  /** Does it; hands `first` to `ctx.commit`, with the id of what it made. */
  readonly make: (first: (targetId: string) => () => Promise<void>) => Promise<T>;
  /** Answers a retry from what the first try made. */
  readonly replay: (targetId: string) => Promise<T>;
};

/** Does a request once, however often it is sent with the same key within a day: the record is in the transaction of the change. */
export async function once<T>(
  ctx: Ctx,
  { operation, key, request }: Repeatable,
  { make, replay }: OnceVerbs<T>,
): Promise<T> {
  if (key == null) return make(() => async () => {});
  const record = {
    key: digest(ctx.caller.tenantId, ctx.caller.actor, operation, key),
    requestHash: digest(canonicalJson(request)),
  };
  const known = await find(ctx, record);
  if (known !== undefined) return replay(known);
  try {
    return await make((targetId) => () => remember(ctx, record, targetId));
  } catch (error) {
    if (!(error instanceof AlreadyDone)) throw error;
    ctx.em.clear();
    const winner = await find(ctx, record);
    if (winner === undefined) throw error;
    return replay(winner);
  }
}

/** Another request with this key was quicker; never leaves this file. */
class AlreadyDone extends Error {}

type Digests = { readonly key: Buffer; readonly requestHash: Buffer };

/** Each part says its length first: no two lists of parts have one digest. */
function digest(...parts: readonly string[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  }
  return hash.digest();
}

function oldest(now: Date): string {
  return new Date(now.getTime() - limits.idempotencyHours * 3_600_000).toISOString();
}

async function find(ctx: Ctx, { key, requestHash }: Digests): Promise<string | undefined> {
  const [row] = await asking(() =>
    ctx.em.execute<{ request_hash: Buffer; target_id: string }[]>(
      'select request_hash, target_id from idempotency where key = ? and created_at > ?',
      [key, oldest(ctx.now)],
    ),
  );
  if (row === undefined) return undefined;
  if (!requestHash.equals(row.request_hash)) {
    const message = 'This idempotency key was used with another input. Take a new key for a new request.';
    throw new Refusal('IDEMPOTENCY_KEY_REUSED', message, ['idempotencyKey']);
  }
  return row.target_id;
}

async function remember(ctx: Ctx, { key, requestHash }: Digests, targetId: string): Promise<void> {
  const { tenantId } = ctx.caller;
  const inserted = await ctx.em.execute<{ key: Buffer }[]>(
    `insert into idempotency (key, tenant_id, request_hash, target_id, created_at) values (?, ?, ?, ?, ?)
     on conflict (key) do update set request_hash = excluded.request_hash, target_id = excluded.target_id, created_at = excluded.created_at
       where idempotency.created_at <= ?
     returning key`,
    [key, tenantId, requestHash, targetId, ctx.now.toISOString(), oldest(ctx.now)],
  );
  if (inserted.length === 0) throw new AlreadyDone();
  // Each new record takes a few expired ones along: the table needs no sweeper.
  await ctx.em.execute(
    `delete from idempotency where key in (
       select key from idempotency where tenant_id = ? and created_at <= ? order by created_at limit ? for update skip locked)`,
    [tenantId, oldest(ctx.now), limits.idempotencySweptPerInsert],
  );
}
