import type { Caller } from '../lib/Caller.ts';
import { effectiveScopes, judge, wantNothing } from './judge.ts';
import type { KeyFacts, Proof } from './KeyRow.ts';
import { type Prover, prove } from './prove.ts';
import { noteUse } from './uses.ts';
import { earliest } from './verifyApiKey.ts';

/** Who presents this token; undefined unless its verdict is VALID. The same path as every verification. */
export function authenticate(
  prover: Prover,
  token: string,
  now: Date,
): Caller | undefined | Promise<Caller | undefined> {
  const proof = prove(prover, token);
  if (proof instanceof Promise) return proof.then((proven) => callerBy(prover, proven, now));
  return callerBy(prover, proof, now);
}

function callerBy(prover: Prover, proof: Proof | undefined, now: Date): Caller | undefined {
  if (proof === undefined) return undefined;
  if (judge(proof, now.getTime(), wantNothing) !== 'VALID') return undefined;
  noteUse(prover.uses, proof, now.getTime());
  const known = callers.get(proof);
  if (known !== undefined) return known;
  const caller = callerOf(proof);
  callers.set(proof, caller);
  return caller;
}

/** What a proof stands for does not change as long as it is remembered; only its judgement does. */
const callers = new WeakMap<Proof, Caller>();

function callerOf(proof: Proof): Caller {
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
