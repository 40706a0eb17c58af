import { hash } from 'node:crypto';
import { type BenchRun, type Figure, interleave, median, medianRatio } from '../Bench.ts';
import type { Verifier } from './openVerifier.ts';
import type { Tokens } from './Tokens.ts';

/** Measured at once: more than a clock's doubt, and less than a time slice, so that most blocks are disturbed by nobody. */
const blockSize = 500;
const fewKeys = 1000;

/** Verifications of what is remembered, beside the one SHA-256 of each token, in this process: among few keys and among all. */
export async function measureWarm(
  run: BenchRun,
  { full, tokens }: { readonly full: Verifier; readonly tokens: Tokens },
): Promise<readonly Figure[]> {
  const now = full.now();
  const verify = (token: string) => {
    const verdict = full.verify(token, now);
    if (verdict instanceof Promise || verdict.code !== 'VALID') throw new Error('A key was not remembered.');
  };
  const sha = (token: string) => void hash('sha256', token);
  const measure = (job: (token: string) => void, keys: number) => () => blocks(run, { job, tokens, keys });
  const contestants = {
    sha: measure(sha, tokens.count),
    few: measure(verify, Math.min(fewKeys, tokens.count)),
    all: measure(verify, tokens.count),
  };
  for (const warmUp of Object.values(contestants)) await warmUp();
  const { sha: shaUs, few, all } = await interleave(run, contestants);
  const count = tokens.count.toLocaleString('en');
  return [
    { name: 'warm: one SHA-256 of the token', value: median(shaUs), unit: ' µs' },
    { name: 'warm: one of 1,000 keys', value: median(few), unit: ' µs' },
    { name: `warm: one of ${count}`, value: median(all), unit: ' µs' },
    { name: 'warm: to one SHA-256', value: medianRatio(few, shaUs), unit: ' times', bound: { atMost: 3 } },
    { name: `warm: the same among ${count}`, value: medianRatio(all, shaUs), unit: ' times' },
  ];
}

type Blocks = { readonly job: (token: string) => void; readonly tokens: Tokens; readonly keys: number };

/** What one of them takes, in microseconds: the median of many blocks. */
async function blocks({ signal, secondsMax }: BenchRun, { job, tokens, keys }: Blocks): Promise<number> {
  const each: number[] = [];
  const endsMs = performance.now() + (secondsMax * 1000) / 4;
  for (let next = 0; performance.now() < endsMs; next += blockSize) {
    signal.throwIfAborted();
    const block = Array.from({ length: blockSize }, (_, n) => tokens.at((next + n) % keys));
    const startedMs = performance.now();
    for (const token of block) job(token);
    each.push(((performance.now() - startedMs) * 1000) / blockSize);
    // The lease is renewed between blocks.
    await new Promise(setImmediate);
  }
  return median(each);
}
