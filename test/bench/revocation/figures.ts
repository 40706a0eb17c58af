import type { Figure } from '../Bench.ts';
import type { Campaign } from './campaign.ts';
import { faultKinds } from './faults.ts';
import type { Tally } from './tally.ts';

/** What a run came to. */
export function figuresOf(
  { tally, seconds, doubtMs }: Campaign,
  { seed, verificationsMin }: { readonly seed: number; readonly verificationsMin: number },
): readonly Figure[] {
  const { verifications, changes, stale, falseRefusals, healthyMs, allMs } = tally;
  return [
    { name: 'seed', value: seed, unit: '' },
    {
      name: 'verifications',
      value: verifications,
      unit: '',
      ...(verificationsMin > 0 && { bound: { atLeast: verificationsMin } }),
    },
    { name: 'verifications a second', value: verifications / seconds, unit: '/s' },
    { name: 'acknowledged changes', value: changes, unit: '' },
    { name: 'changes that were sent again', value: tally.retries, unit: '' },
    { name: 'withdrawals answered by when', value: tally.ineffective, unit: '' },
    { name: 'stale acceptances', value: stale, unit: '', bound: { atMost: 0 } },
    { name: 'false refusals', value: falseRefusals, unit: '', bound: { atMost: 0 } },
    { name: 'doubt about effectiveBy', value: doubtMs, unit: ' ms' },
    { name: 'withdrawals in quiet stretches', value: healthyMs.length, unit: '' },
    { name: 'revoke to effective, p50', value: quantile(healthyMs, 0.5), unit: ' ms' },
    { name: 'revoke to effective, p99', value: quantile(healthyMs, 0.99), unit: ' ms', bound: { atMost: 100 } },
    { name: 'revoke to effective, max', value: quantile(healthyMs, 1), unit: ' ms' },
    { name: 'the same under faults too, p50', value: quantile(allMs, 0.5), unit: ' ms' },
    { name: 'the same under faults too, p99', value: quantile(allMs, 0.99), unit: ' ms' },
    { name: 'the same under faults too, max', value: quantile(allMs, 1), unit: ' ms' },
    { name: 'restored and still refused, max', value: tally.latestQuietRefusalMs, unit: ' ms' },
    { name: 'the same under faults too', value: tally.latestRefusalMs, unit: ' ms' },
    ...faultKinds.flatMap((kind) => ofFault(tally, kind)),
    { name: 'UNAVAILABLE, no fault', value: tally.unavailable.get('none') ?? 0, unit: '' },
    { name: 'unanswered, no fault', value: tally.unanswered.get('none') ?? 0, unit: '' },
  ];
}

function ofFault(tally: Tally, kind: (typeof faultKinds)[number]): readonly Figure[] {
  const recoveries = tally.recoveries.filter((recovery) => recovery.kind === kind);
  if (recoveries.length === 0) return [];
  const answersMs = Math.max(...recoveries.map((recovery) => recovery.answersMs));
  const hearsMs = Math.max(...recoveries.map((recovery) => recovery.hearsMs));
  return [
    { name: `${kind}: times`, value: recoveries.length, unit: '' },
    { name: `${kind}: answers after, max`, value: answersMs, unit: ' ms' },
    { name: `${kind}: hears after, max`, value: hearsMs, unit: ' ms' },
    { name: `${kind}: UNAVAILABLE`, value: tally.unavailable.get(kind) ?? 0, unit: '' },
    { name: `${kind}: unanswered`, value: tally.unanswered.get(kind) ?? 0, unit: '' },
  ];
}

/** The value below which a share of all values lies, by rank; no number if there are none. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
