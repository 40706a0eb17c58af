import { type VerdictCode, verdictCodes } from '../../../src/verification/judge.ts';

/** Two verdicts of which both would fit, the earlier one first. */
export type Pair = readonly [VerdictCode, VerdictCode];

/** Every two verdicts there are, in their order. */
export const everyPair: readonly Pair[] = verdictCodes.flatMap((one, at) =>
  verdictCodes.slice(at + 1).map((other): Pair => [one, other]),
);

/** Why two verdicts never meet; undefined for two that may. */
export function whyImpossible([one, other]: Pair): string | undefined {
  if (other === 'VALID') return 'VALID is what is left when nothing else fits';
  if (one === 'REVOKED' && other === 'DISABLED')
    return 'a key has one status: what is revoked is not disabled any more';
  if (one === 'NOT_YET_VALID' && other === 'EXPIRED')
    return 'a window begins before it ends; the table itself refuses another';
  return undefined;
}
