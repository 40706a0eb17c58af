import type { Caller } from '../lib/Caller.ts';
import { effectiveScopes, judge, wantNothing } from './judge.ts';
import type { KeyFacts } from './KeyRow.ts';
import { type Prover, prove } from './prove.ts';
import { noteUse } from './uses.ts';
import { earliest } from './verifyApiKey.ts';

/** Who presents this token; undefined unless its verdict is VALID. The same path as every verification. */
export async function authenticate(prover: Prover, token: string, now: Date): Promise<Caller | undefined> {
  const proof = await prove(prover, token);
  if (proof === undefined) return undefined;
  if (judge(proof, now.getTime(), wantNothing) !== 'VALID') return undefined;
  noteUse(prover.uses, proof, now.getTime());
  const endsAtMs = earliest(proof);
  return {
    standing: standingOf(proof),
    tenantId: proof.tenantId,
    userId: proof.ownerUserId,
    apiKeyId: proof.keyId,
    scopes: effectiveScopes(proof),
    expiresAt: endsAtMs === null ? null : new Date(endsAtMs),
    actor: `key_${proof.kid}`,
  };
}

/** A personal key acts as its owner, whatever tenant it is of. */
function standingOf(row: KeyFacts): Caller['standing'] {
  if (row.ownerUserId !== null) return 'user';
  return row.tenantKind === 'platform' ? 'platform' : 'tenant';
}
