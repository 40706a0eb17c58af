import type { Caller } from '../lib/Caller.ts';
import { globalId } from '../lib/ids.ts';
import { effectiveScopes, judge, wantNothing } from './judge.ts';
import type { KeyRow } from './KeyRow.ts';
import { type Prover, prove } from './prove.ts';
import { earliest } from './verifyApiKey.ts';

/** Who presents this token; undefined unless its verdict is VALID. The same path as every verification. */
export async function authenticate(prover: Prover, token: string, now: Date): Promise<Caller | undefined> {
  const proof = await prove(prover, token);
  if (proof === undefined) return undefined;
  const { row, secret } = proof;
  if (judge(row, secret, now.getTime(), wantNothing) !== 'VALID') return undefined;
  const endsAtMs = earliest(row, secret);
  return {
    standing: standingOf(row),
    tenantId: row.tenantId,
    userId: row.ownerUserId,
    apiKeyId: row.keyId,
    scopes: effectiveScopes(row),
    expiresAt: endsAtMs === null ? null : new Date(endsAtMs),
    actor: globalId('ApiKey', row.keyId),
  };
}

/** A personal key acts as its owner, whatever tenant it is of. */
function standingOf(row: KeyRow): Caller['standing'] {
  if (row.ownerUserId !== null) return 'user';
  return row.tenantKind === 'platform' ? 'platform' : 'tenant';
}
