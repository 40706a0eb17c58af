import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { Argon2Queue } from '../crypto/argon2Queue.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { Caller } from '../lib/Caller.ts';
import { newUuid } from '../lib/ids.ts';
import { refusalOf } from './conflicts.ts';
import { AuditEventSchema } from './entities/AuditEvent.ts';
import { asking } from './outage.ts';
import type { AwaitPropagation, Propagation } from './propagation.ts';
import { sessionFor } from './tenancy.ts';

/** What making a secret needs: the ring, the deployment's prefix, chance, and a place in the queue for argon2. */
export type Minting = {
  readonly keyring: Keyring;
  readonly tokenPrefix: string;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly argon2Queue: Argon2Queue;
};

/** An event of the audit, before the unit of work adds who, when and in which request. */
export type AuditEntry = {
  readonly action: string;
  /** The global id of what was changed. */
  readonly target: string;
  readonly tenantId: string;
  readonly changes?: Readonly<Record<string, unknown>>;
};

/** Something that a verification judges by, and that is not as it was. */
export type Change = {
  /** An import may make a token known that nobody knew; its subject is the importing tenant. */
  readonly kind: 'key' | 'user' | 'tenant' | 'import';
  readonly tenantId: string;
  readonly subjectId: string;
};

/** One unit of work: everything a verb does with it is in one transaction, or did not happen. */
export type Ctx = {
  readonly em: EntityManager;
  readonly caller: Caller;
  readonly now: Date;
  readonly requestId: string | null;
  readonly minting: Minting;
  /** Aborts when whoever asked has left. */
  readonly signal: AbortSignal | undefined;
  audit(entry: AuditEntry): void;
  changed(change: Change): void;
  /** Opens the transaction, runs `first` in it, writes what the entities say, the audit and the changes, and commits. */
  commit(first?: () => Promise<void>): Promise<void>;
  /** After the commit: whether what it changed has reached every node, waiting for that as long as is said. */
  propagation(waitMs: number): Promise<Propagation>;
};

/** Those who answer from memory: this process, which is told at once, and all others, who are waited for. */
export type Nodes = {
  readonly tell: (change: Change, seq: number) => void;
  readonly await: AwaitPropagation;
};

/** What a unit of work is made of. */
export type CtxParts = Pick<Ctx, 'caller' | 'now' | 'requestId' | 'minting'> & {
  readonly orm: MikroORM;
  readonly nodes: Nodes;
  readonly signal?: AbortSignal | undefined;
};

/** Begins a unit of work as its caller: Postgres shows it that caller's rows and no others. */
export function openCtx({ orm, nodes, caller, now, requestId, minting, signal }: CtxParts): Ctx {
  const em = orm.em.fork({ session: sessionFor(caller) });
  const changes: Change[] = [];
  let logged: number | null = null;

  return {
    em,
    caller,
    now,
    requestId,
    minting,
    signal,
    audit({ action, target, tenantId, changes: what = {} }) {
      const event = { id: newUuid(), tenantId, actor: caller.actor, action, target, changes: what, requestId };
      em.persist(em.create(AuditEventSchema, { ...event, at: now.toISOString() }));
    },
    changed(change) {
      changes.push(change);
    },
    async commit(first) {
      try {
        logged = await asking(() => inTransaction(em, first, changes));
        for (const change of changes) nodes.tell(change, logged ?? 0);
      } catch (error) {
        throw refusalOf(error) ?? error;
      }
    },
    propagation: (waitMs) => nodes.await({ seq: logged, waitMs, signal }),
  };
}

/** Answers the last entry of the change log that it wrote, or null for none. */
async function inTransaction(
  em: EntityManager,
  first: (() => Promise<void>) | undefined,
  changes: readonly Change[],
): Promise<number | null> {
  await em.begin();
  try {
    await first?.();
    await em.flush();
    const logged = changes.length === 0 ? null : await logChanges(em, changes);
    await em.commit();
    return logged;
  } catch (error) {
    // A broken connection has rolled back already; what went wrong first is what the caller must hear.
    await em.rollback().catch(() => {});
    throw error;
  }
}

/**
 * Last, because this locks the head of the change log: commits then happen in the order of the log. In one statement,
 * because every other change waits for the head meanwhile, and a hundred trips to a distant database are longer than it may.
 */
async function logChanges(em: EntityManager, changes: readonly Change[]): Promise<number | null> {
  const logged = await em.execute<{ seq: number }[]>(
    `select log_revocation(c.kind, c."tenantId", c."subjectId")::float8 as seq
     from jsonb_to_recordset(?::jsonb) c (kind text, "tenantId" uuid, "subjectId" uuid)`,
    [JSON.stringify(changes)],
  );
  return logged.at(-1)?.seq ?? null;
}
