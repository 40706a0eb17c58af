import { describe, expect, it } from 'vitest';
import { type BenchRun, interleave, median, medianRatio, throughput } from './Bench.ts';

const never = new AbortController().signal;

describe('a measurement', () => {
  it('measures the contestants in turn, round by round', async () => {
    const order: string[] = [];
    const said: string[] = [];
    const run: BenchRun = {
      folder: '',
      rounds: 2,
      quick: false,
      signal: never,
      secondsMax: 1,
      progress: (doing) => void said.push(doing),
    };
    const contestant = (name: string, value: number) => async () => value * order.push(name);
    expect(await interleave(run, { a: contestant('a', 1), b: contestant('b', 10) })).toEqual({
      a: [1, 3],
      b: [20, 40],
    });
    expect(order).toEqual(['a', 'b', 'a', 'b']);
    expect(said).toEqual(['round 1 of 2: a', 'round 1 of 2: b', 'round 2 of 2: a', 'round 2 of 2: b']);
  });

  it('does its job as often as it should, with so many in flight and not one more', async () => {
    let running = 0;
    const seen: number[] = [];
    const job = async () => {
      seen.push(++running);
      await new Promise(setImmediate);
      running--;
    };
    let cpu = 100;
    const load = { countMax: 10, inFlight: 3, cpuMs: () => (cpu += 20) };
    const { perSecond, cpuMs } = await throughput({ signal: never, secondsMax: 60 }, load, job);
    expect(seen).toEqual([1, 2, 3, 3, 3, 3, 3, 3, 3, 3]);
    expect(perSecond).toBeGreaterThan(0);
    expect(cpuMs).toBe(2);
  });

  it('ends when its time is up', async () => {
    const tooLate = async () => {
      throw new Error('begun too late');
    };
    const { perSecond } = await throughput({ signal: never, secondsMax: 0 }, { countMax: 10, inFlight: 3 }, tooLate);
    expect(perSecond).toBe(0);
  });

  it('ends at once when a job fails, or when somebody interrupts it', async () => {
    const interruption = new AbortController();
    const limits = { signal: interruption.signal, secondsMax: 60 };
    let begun = 0;
    const failing = throughput(limits, { countMax: 1_000_000, inFlight: 2 }, async () => {
      begun++;
      await new Promise(setImmediate);
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    expect(begun).toBe(2);
    const interrupted = throughput(limits, { countMax: 1_000_000, inFlight: 2 }, async () =>
      interruption.abort(new Error('stop')),
    );
    await expect(interrupted).rejects.toThrow('stop');
  });

  it('is judged by its median, which one disturbed round does not move', () => {
    expect(median([100, 1, 90])).toBe(90);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    // Each round is compared with itself: in the second, the machine was slow for both.
    expect(medianRatio([90, 45, 10], [100, 50, 100])).toBe(0.9);
  });
});
