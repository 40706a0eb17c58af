import type { Finding } from './checker.ts';
import type { FaultKind } from './faults.ts';
import type { Recovery } from './recovery.ts';

/** What is the matter at this moment; null in a quiet stretch, and in one since when. */
export type Weather = { fault: FaultKind | 'warming up' | null; quietSinceMs: number };

/** Since when it has been quiet, if it is. */
export function quietSince({ fault, quietSinceMs }: Weather): number | undefined {
  return fault === null ? quietSinceMs : undefined;
}

/** What was counted so far. */
export type Tally = {
  verifications: number;
  stale: number;
  falseRefusals: number;
  /** Tokens to which no verdict came, by what was the matter: UNAVAILABLE, or a connection that broke. */
  readonly unavailable: Map<string, number>;
  readonly unanswered: Map<string, number>;
  changes: number;
  /** Changes whose answer was lost or UNAVAILABLE, and that were sent again. */
  retries: number;
  /** Withdrawals whose first answer said by when. */
  ineffective: number;
  /** How long withdrawals took to be effective: those that fell into a quiet stretch, and all. */
  readonly healthyMs: number[];
  readonly allMs: number[];
  /** How late after the answer to a restoration a node still refused, at most: in quiet stretches, and at all. */
  latestQuietRefusalMs: number;
  latestRefusalMs: number;
  readonly recoveries: (Recovery & { readonly kind: FaultKind })[];
  /** The first findings in words, for whoever has to understand them. */
  readonly evidence: Map<string, string>;
};

const evidenceMax = 20;

/** Nothing yet. */
export function createTally(): Tally {
  return {
    verifications: 0,
    stale: 0,
    falseRefusals: 0,
    unavailable: new Map(),
    unanswered: new Map(),
    changes: 0,
    retries: 0,
    ineffective: 0,
    healthyMs: [],
    allMs: [],
    latestQuietRefusalMs: 0,
    latestRefusalMs: 0,
    recoveries: [],
    evidence: new Map(),
  };
}

/** Counts tokens without a verdict. */
export function countMissing(counts: Map<string, number>, weather: Weather, tokens: number): void {
  const { fault } = weather;
  const kind = fault === null || fault === 'warming up' ? 'none' : fault;
  counts.set(kind, (counts.get(kind) ?? 0) + tokens);
}

/** Counts a finding that must not be; of what is found again of the same token, only the first is told. */
export function countWrong(
  tally: Tally,
  finding: Exclude<Finding, 'right'>,
  { of, words }: { readonly of: string; readonly words: string },
): void {
  if (finding === 'stale') tally.stale++;
  else tally.falseRefusals++;
  const { evidence } = tally;
  if (evidence.size < evidenceMax && !evidence.has(of)) evidence.set(of, `${finding}: ${words}`);
}
