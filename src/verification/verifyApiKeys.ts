import type { Caller } from '../lib/Caller.ts';
import { Refusal } from '../lib/errors.ts';
import { invalid } from '../lib/invalid.ts';
import { limits } from '../lib/limits.ts';
import type { Prover } from './prove.ts';
import { type Verdict, type VerifyApiKeyInput, verifyApiKey } from './verifyApiKey.ts';

/** Judges several tokens, each for itself, in the order given. If one cannot be judged now, none is. */
export async function verifyApiKeys(
  prover: Prover,
  caller: Caller,
  now: Date,
  { items }: { readonly items: readonly VerifyApiKeyInput[] },
): Promise<Verdict[]> {
  const max = limits.verifyBatchMax;
  if (items.length < 1 || items.length > max) {
    throw invalid(`One request verifies from 1 to ${max} tokens, not ${items.length}.`, ['items']);
  }
  return Promise.all(
    items.map(async (item, index) => {
      try {
        return await verifyApiKey(prover, caller, now, item);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        throw new Refusal(error.code, error.message, ['items', String(index), ...error.inputPath]);
      }
    }),
  );
}
