import type { Config } from '../config.ts';
import { createArgon2Queue } from '../crypto/argon2Queue.ts';
import type { Random } from '../crypto/random.ts';
import { bootstrapCaller } from '../keys/bootstrap.ts';
import type { Clock } from '../lib/clock.ts';
import type { Installation } from '../openInstallation.ts';
import { type Ctx, openCtx } from '../store/Ctx.ts';
import { createNodes } from '../store/createNodes.ts';
import { openOrm } from '../store/orm.ts';
import { openVerifierPool } from '../store/verifierPool.ts';

/** What a process brings that serves nothing itself. */
export type BootstrapParts = {
  readonly config: Pick<Config, 'tokenPrefix'>;
  readonly installation: Pick<Installation, 'database' | 'keyring'>;
  readonly clock: Clock;
  readonly randomBytes: Random;
};

/** Runs something in a unit of work without a request, as the one who sets the installation up, on connections of its own. */
export async function asBootstrap<T>(
  { config: { tokenPrefix }, installation: { database, keyring }, clock, randomBytes }: BootstrapParts,
  work: (ctx: Ctx) => Promise<T>,
): Promise<T> {
  const { orm } = openOrm(database);
  const pool = openVerifierPool(database, { name: 'bootstrap', connectionsMax: 1 });
  const minting = { keyring, tokenPrefix, randomBytes, argon2Queue: createArgon2Queue() };
  const request = { caller: bootstrapCaller, now: clock(), requestId: null };
  try {
    return await work(openCtx({ orm, nodes: createNodes(pool), minting, ...request }));
  } finally {
    await pool.end();
    await orm.close(true);
  }
}
