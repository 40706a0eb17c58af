import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type Argon2Queue, createArgon2Queue } from '../../src/crypto/argon2Queue.ts';
import { Unavailable } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';

/** A job that ends when the test says so, and tells when it began. */
function job(started: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const run = () => {
    started.push(name);
    return promise;
  };
  return { run, finish: () => resolve(name), fail: () => reject(new Error(name)) };
}

/** Lets everything that can go on without a job's end go on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function count(queue: Argon2Queue): [running: number, waiting: number] {
  return [queue.running, queue.waiting];
}

describe('the argon2 queue', () => {
  it('runs as many jobs at once as it may, and the others in the order of their arrival', async () => {
    const queue = createArgon2Queue({ concurrency: 2, waitingMax: 10 });
    const started: string[] = [];
    const jobs = ['a', 'b', 'c', 'd', 'e'].map((name) => job(started, name));
    const results = jobs.map((each) => queue.run(each.run));
    await settle();
    expect(started).toEqual(['a', 'b']);
    expect(count(queue)).toEqual([2, 3]);
    jobs[1]?.finish();
    await settle();
    expect(started).toEqual(['a', 'b', 'c']);
    expect(count(queue)).toEqual([2, 2]);
    for (const each of jobs) each.finish();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(count(queue)).toEqual([0, 0]);
  });

  it('turns away, retryable, whoever would wait beyond its limit, without running the job', async () => {
    const queue = createArgon2Queue({ concurrency: 1, waitingMax: 2 });
    const started: string[] = [];
    const jobs = ['a', 'b', 'c'].map((name) => job(started, name));
    const results = jobs.map((each) => queue.run(each.run));
    const refused = await queue.run(job(started, 'd').run).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Unavailable);
    expect(refused).toMatchObject({ retryAfterSeconds: 1, message: 'Too many keys are being made at once.' });
    expect(count(queue)).toEqual([1, 2]);
    for (const each of jobs) each.finish();
    await Promise.all(results);
    expect(started).toEqual(['a', 'b', 'c']);
    expect(await queue.run(async () => 'e')).toBe('e');
  });

  it('has room again after a job that failed, whether it rejected or threw', async () => {
    const queue = createArgon2Queue({ concurrency: 1, waitingMax: 1 });
    const failing = job([], 'rejected');
    const first = queue.run(failing.run);
    const second = queue.run(() => {
      throw new Error('thrown');
    });
    failing.fail();
    await expect(first).rejects.toThrow('rejected');
    await expect(second).rejects.toThrow('thrown');
    expect(count(queue)).toEqual([0, 0]);
    expect(await queue.run(async () => 'next')).toBe('next');
  });

  it('gives the place of a caller who left to the next one at once, and never runs the job', async () => {
    const queue = createArgon2Queue({ concurrency: 1, waitingMax: 2 });
    const started: string[] = [];
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => job(started, name));
    const leaving = new AbortController();
    const first = queue.run(a?.run ?? never);
    const left = queue.run(b?.run ?? never, { signal: leaving.signal });
    const third = queue.run(c?.run ?? never);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect(count(queue)).toEqual([1, 1]);
    const fourth = queue.run(d?.run ?? never);
    expect(count(queue)).toEqual([1, 2]);
    for (const each of [a, c, d]) each?.finish();
    expect(await Promise.all([first, third, fourth])).toEqual(['a', 'c', 'd']);
    expect(started).toEqual(['a', 'c', 'd']);
  });

  it('lets nobody in who has left before', async () => {
    const queue = createArgon2Queue({ concurrency: 1, waitingMax: 1 });
    const started: string[] = [];
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(queue.run(job(started, 'a').run, { signal })).rejects.toThrow('gone');
    await settle();
    expect(started).toEqual([]);
    expect(count(queue)).toEqual([0, 0]);
  });

  it('lets a job that has begun end, and keeps its place until then: argon2 cannot be stopped', async () => {
    const queue = createArgon2Queue({ concurrency: 1, waitingMax: 1 });
    const leaving = new AbortController();
    const begun = job([], 'a');
    const result = queue.run(begun.run, { signal: leaving.signal });
    await settle();
    // A signal may outlive many jobs, and must not gather a listener from each.
    expect(getEventListeners(leaving.signal, 'abort')).toEqual([]);
    leaving.abort();
    await settle();
    expect(count(queue)).toEqual([1, 0]);
    begun.finish();
    expect(await result).toBe('a');
    expect(count(queue)).toEqual([0, 0]);
  });

  it('drains once nothing runs or waits, at once when idle, and again after more work', async () => {
    const queue = createArgon2Queue({ concurrency: 1, waitingMax: 2 });
    await queue.drain();
    for (let round = 0; round < 2; round++) {
      const [a, b] = ['a', 'b'].map((name) => job([], name));
      const results = [queue.run(a?.run ?? never), queue.run(b?.run ?? never)];
      let drains = 0;
      const drained = [1, 2].map(() => queue.drain().then(() => drains++));
      a?.finish();
      await settle();
      expect(drains).toBe(0);
      b?.finish();
      await Promise.all([...results, ...drained]);
      expect(drains).toBe(2);
    }
  });

  it('takes its limits from the service', async () => {
    const queue = createArgon2Queue();
    const jobs = Array.from({ length: limits.argon2Concurrency + limits.argon2QueueMax }, (_, n) => job([], String(n)));
    const results = jobs.map((each) => queue.run(each.run));
    expect(count(queue)).toEqual([limits.argon2Concurrency, limits.argon2QueueMax]);
    await expect(queue.run(never)).rejects.toBeInstanceOf(Unavailable);
    for (const each of jobs) each.finish();
    await Promise.all(results);
  });
});

async function never(): Promise<string> {
  throw new Error('This job must not run.');
}
