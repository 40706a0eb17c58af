import type { Caller } from '../lib/Caller.ts';
import { requireReach } from '../lib/permissions.ts';
import { parseWantedScopes } from '../lib/scopes.ts';
import { judge, type VerdictCode, type Want, wantNothing } from './judge.ts';
import type { Proof } from './KeyRow.ts';
import { type Prover, prove } from './prove.ts';
import { noteUse } from './uses.ts';

/** A token, and what its bearer wants to do. */
export type VerifyApiKeyInput = {
  readonly token: string;
  readonly allOf?: readonly string[] | null;
  readonly anyOf?: readonly string[] | null;
  readonly environment?: 'live' | 'test' | null;
};

/** A verdict; with INVALID it carries nothing else. */
export type Verdict = { readonly code: VerdictCode; readonly row: Proof | null; readonly endsAtMs: number | null };

const invalid: Verdict = { code: 'INVALID', row: null, endsAtMs: null };

/**
 * Judges a token for a caller, who sees the keys of its own tenant; the platform sees all. What this node remembers is
 * answered at once and without a promise.
 */
export function verifyApiKey(
  prover: Prover,
  caller: Caller,
  now: Date,
  input: VerifyApiKeyInput,
): Verdict | Promise<Verdict> {
  const reach = requireReach(caller, 'keys:verify');
  const want = parseWant(input);
  const question = { tenantSeen: reach === 'all' ? null : caller.tenantId, nowMs: now.getTime(), want };
  const proof = prove(prover, input.token);
  if (proof instanceof Promise) return proof.then((proven) => verdictOn(prover, proven, question));
  return verdictOn(prover, proof, question);
}

/** `tenantSeen`: the one whose keys the caller sees; null for all. */
type Question = { readonly tenantSeen: string | null; readonly nowMs: number; readonly want: Want };

function verdictOn(prover: Prover, proof: Proof | undefined, { tenantSeen, nowMs, want }: Question): Verdict {
  if (proof === undefined) return invalid;
  if (tenantSeen !== null && proof.tenantId !== tenantSeen) return invalid;
  const code = judge(proof, nowMs, want);
  // A refused use is none: whoever goes by the last one, to clear away a key, would keep it for its thief's sake.
  if (code === 'VALID') noteUse(prover.uses, proof, nowMs);
  return code === 'INVALID' ? invalid : { code, row: proof, endsAtMs: earliest(proof) };
}

function parseWant(input: VerifyApiKeyInput): Want {
  if (input.allOf == null && input.anyOf == null && input.environment == null) return wantNothing;
  return {
    allOf: input.allOf == null ? [] : parseWantedScopes(input.allOf, ['allOf']),
    anyOf: input.anyOf == null ? [] : parseWantedScopes(input.anyOf, ['anyOf']),
    environment: input.environment ?? null,
  };
}

/** The presented secret's own end or the key's, whichever comes first. */
export function earliest({ secretEndsAtMs, expiresAtMs }: Proof): number | null {
  if (secretEndsAtMs === null) return expiresAtMs;
  return expiresAtMs === null ? secretEndsAtMs : Math.min(secretEndsAtMs, expiresAtMs);
}
