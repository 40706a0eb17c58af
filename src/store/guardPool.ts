import type { Socket } from 'node:net';
import type { Pool, PoolClient } from 'pg';
import { limits } from '../lib/limits.ts';

type Connect = (callback?: unknown) => Promise<PoolClient>;

/**
 * Keeps a pool whole when connections break, or are silent for longer than any of its statements may take; otherwise
 * each one lost would be a place lost for ever. Without a limit for statements there is none for silence.
 */
export function guardPool(pool: Pool, silenceMs: number | null = limits.silenceMs): void {
  const inUse = new WeakSet<PoolClient>();
  pool.on('acquire', (client) => void inUse.add(client));
  pool.on('release', (_, client) => void inUse.delete(client));
  pool.on('connect', (client) => {
    if (silenceMs !== null) endWhenSilent(client, silenceMs, () => inUse.has(client));
  });
  // A connection that breaks while it is idle is replaced when it is next needed; unheard, it would end the process.
  pool.on('error', () => {});
  const connect = pool.connect.bind(pool) as Connect;
  // With a callback it is the pool's own `query` that asks, which gives back whatever happens.
  pool.connect = ((callback?: unknown) =>
    callback === undefined ? connect().then(givenBackOnEnd) : connect(callback)) as typeof pool.connect;
}

/**
 * A server that is gone without a word, behind a broken network or stopped, never answers, and its own timeouts
 * do not help. Every statement ends by a timeout of its own: who hears nothing for longer hears nothing any more.
 */
function endWhenSilent(client: PoolClient, silenceMs: number, isInUse: () => boolean): void {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection;
  stream.setKeepAlive(true, silenceMs);
  stream.setTimeout(silenceMs, () => {
    if (isInUse()) stream.destroy(Object.assign(new Error('The database fell silent.'), { code: 'ETIMEDOUT' }));
  });
}

/** The ORM's driver keeps a connection whose BEGIN, COMMIT or ROLLBACK failed: one that has ended goes back by itself. */
function givenBackOnEnd(client: PoolClient): PoolClient {
  const { release } = client;
  let isBack = false;
  const onEnd = () => client.release(true);
  client.release = (error) => {
    if (isBack) return;
    isBack = true;
    client.off('end', onEnd);
    release.call(client, error);
  };
  client.once('end', onEnd);
  return client;
}
