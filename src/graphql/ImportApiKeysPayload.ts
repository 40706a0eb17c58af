import type { ImportVerdict } from '../legacy/importApiKeys.ts';
import { userErrorOf } from './payload.ts';

/** Where nothing was looked at: no row has a verdict. */
export const noVerdicts = { verdicts: [], imported: 0, updated: 0, unchanged: 0, rejected: 0 };

/** The verdicts as the graph shows them, and how many there are of each. */
export function toImportApiKeysPayload(verdicts: readonly ImportVerdict[]) {
  const count = (outcome: ImportVerdict['outcome']) => verdicts.filter((verdict) => verdict.outcome === outcome).length;
  return {
    verdicts: verdicts.map(({ refusal, ...verdict }) => ({
      ...verdict,
      userError: refusal === null ? null : userErrorOf(refusal),
    })),
    imported: count('IMPORTED'),
    updated: count('UPDATED'),
    unchanged: count('UNCHANGED'),
    rejected: count('REJECTED'),
  };
}
