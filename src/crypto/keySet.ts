import type { CryptoKey, FlattenedJWSInput, JWSHeaderParameters } from 'jose';
import { JWKSNoMatchingKey } from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import type { Clock } from '../lib/clock.ts';
import { Unavailable } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { Log } from '../lib/log.ts';
import { parseJwkSet } from './jwkSet.ts';
import type { ReadJwks } from './readJwks.ts';

type FindKey = (header: JWSHeaderParameters, jws?: FlattenedJWSInput) => Promise<CryptoKey>;

/** The keys of an identity provider, as fresh as they can be had. */
export type KeySet = {
  /** The key that a JWT's header names; rejects with one of jose's errors for none, and `Unavailable` where nobody can tell. */
  readonly keyFor: FindKey;
  /** Reads them now, or joins who reads; answers why that failed. Never rejects. */
  refresh(): Promise<Error | undefined>;
};

/** Where they are published, as the log may name it, and how to read them. */
export type KeySource = { readonly name: string; readonly read: ReadJwks; readonly clock: Clock; readonly log: Log };

/**
 * Keeps the keys of a source. `jose`'s own remote set asks the source at every request once it is down, and refuses what
 * it has as soon as that is stale; here every read, also a failed one, is followed by a pause, and keys that were read are
 * believed through an outage.
 */
export function createKeySet({ name, read, clock, log }: KeySource): KeySet {
  let held: { readonly find: FindKey; readonly readAtMs: number } | undefined;
  let triedAtMs: number | undefined;
  /** Why the last read failed; undefined once one succeeds. */
  let failure: Error | undefined;
  let reading: Promise<Error | undefined> | undefined;

  // A clock that was set back must not stop anything for as long.
  const isWithin = (sinceMs: number | undefined, ms: number) =>
    sinceMs !== undefined && Math.abs(clock().getTime() - sinceMs) < ms;
  const mayRead = () => !isWithin(triedAtMs, limits.jwksCooldownMs);
  const believed = () => (isWithin(held?.readAtMs, limits.jwksStaleMs) ? held : undefined);

  async function readNow(): Promise<Error | undefined> {
    const atMs = clock().getTime();
    triedAtMs = atMs;
    try {
      held = { find: createLocalJWKSet(parseJwkSet(await read())), readAtMs: atMs };
      if (failure !== undefined) log.info({ source: name }, 'the keys of the identity provider are there again');
      failure = undefined;
    } catch (error) {
      // Told once: an outage of the provider is not to fill the log.
      if (failure === undefined)
        log.warn({ source: name, err: error }, 'the keys of the identity provider cannot be read');
      failure = error instanceof Error ? error : new Error(String(error));
    }
    return failure;
  }
  function refresh(): Promise<Error | undefined> {
    reading ??= readNow().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  function unavailable(): Unavailable {
    const waitMs = limits.jwksCooldownMs - (clock().getTime() - (triedAtMs ?? 0));
    const retryAfterSeconds = Math.min(Math.max(Math.ceil(waitMs / 1000), 1), limits.jwksCooldownMs / 1000);
    return new Unavailable('The keys of the identity provider cannot be read now. Try again.', {
      cause: failure,
      retryAfterSeconds,
    });
  }

  /** What is held, read again if it is stale. While the source is down nobody waits for it who can be answered without. */
  async function current(): Promise<FindKey> {
    if (!isWithin(held?.readAtMs, limits.jwksFreshMs) && (reading !== undefined || mayRead())) {
      const isDown = failure !== undefined;
      const done = refresh();
      if (!isDown || believed() === undefined) await done;
    }
    const kept = believed();
    if (kept === undefined) throw unavailable();
    return kept.find;
  }

  return {
    refresh,
    async keyFor(header, jws) {
      const find = await current();
      try {
        return await find(header, jws);
      } catch (error) {
        if (!(error instanceof JWKSNoMatchingKey)) throw error;
        if (reading !== undefined || mayRead()) await refresh();
        // The key may be a new one, that the source would tell of if it could: no verdict on its token.
        if (failure !== undefined) throw unavailable();
        if (held === undefined || held.find === find) throw error;
        return held.find(header, jws);
      }
    },
  };
}
