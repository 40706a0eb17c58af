import { Unavailable } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';

/** Bounds how much argon2 runs and waits at once: unbounded, its memory and its latency would be the callers' to choose. */
export interface Argon2Queue {
  /**
   * Runs a job as soon as there is room, first come, first served. Throws `Unavailable` when too many wait already.
   * A caller whose signal aborts gives up its place in the queue; a job that has begun runs to its end.
   */
  run<T>(job: () => Promise<T>, options?: { signal?: AbortSignal | undefined }): Promise<T>;
  readonly running: number;
  readonly waiting: number;
  /** Resolves once nothing runs or waits. It turns nobody away: whoever stops the service closes the doors first. */
  drain(): Promise<void>;
}

/** A queue's bounds, and what is said to whoever finds it full. */
export interface Argon2Bounds {
  readonly concurrency: number;
  readonly waitingMax: number;
  readonly whenFull?: string;
}

/** A queue of one process: that of creations, unless its bounds are another's. */
export function createArgon2Queue(
  { concurrency, waitingMax, whenFull = 'Too many keys are being made at once.' }: Argon2Bounds = {
    concurrency: limits.argon2Concurrency,
    waitingMax: limits.argon2QueueMax,
  },
): Argon2Queue {
  // A set keeps the order of arrival and gives up any place in it at once.
  const waiting = new Set<() => void>();
  let drained: PromiseWithResolvers<void> | undefined;
  let running = 0;

  function leave(): void {
    running--;
    const [next] = waiting;
    if (next !== undefined) {
      next();
    } else if (running === 0) {
      drained?.resolve();
      drained = undefined;
    }
  }

  /** Resolves when the caller holds one of the running places. */
  function enter(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const start = () => {
      waiting.delete(start);
      signal?.removeEventListener('abort', giveUp);
      running++;
      resolve();
    };
    const giveUp = () => {
      waiting.delete(start);
      reject(signal?.reason);
    };
    waiting.add(start);
    signal?.addEventListener('abort', giveUp, { once: true });
    if (running < concurrency) start();
    return promise;
  }

  return {
    async run(job, { signal } = {}) {
      signal?.throwIfAborted();
      if (running >= concurrency && waiting.size >= waitingMax) {
        throw new Unavailable(whenFull);
      }
      await enter(signal);
      try {
        return await job();
      } finally {
        leave();
      }
    },
    get running() {
      return running;
    },
    get waiting() {
      return waiting.size;
    },
    drain() {
      if (running === 0) return Promise.resolve();
      drained ??= Promise.withResolvers<void>();
      return drained.promise;
    },
  };
}
