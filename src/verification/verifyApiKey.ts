import type { Caller } from '../lib/Caller.ts';
import { requireReach } from '../lib/permissions.ts';
import { parseWantedScopes } from '../lib/scopes.ts';
import { judge, type VerdictCode, type Want } from './judge.ts';
import type { KeyRow, SecretRow } from './KeyRow.ts';
import { type Prover, prove } from './prove.ts';

/** A token, and what its bearer wants to do. */
export type VerifyApiKeyInput = {
  readonly token: string;
  readonly allOf?: readonly string[] | null;
  readonly anyOf?: readonly string[] | null;
  readonly environment?: 'live' | 'test' | null;
};

/** A verdict; with INVALID it carries nothing else. */
export type Verdict = { readonly code: VerdictCode; readonly row: KeyRow | null; readonly endsAtMs: number | null };

const invalid: Verdict = { code: 'INVALID', row: null, endsAtMs: null };

/** Judges a token for a caller, who sees the keys of its own tenant; the platform sees all. */
export async function verifyApiKey(
  prover: Prover,
  caller: Caller,
  now: Date,
  input: VerifyApiKeyInput,
): Promise<Verdict> {
  const reach = requireReach(caller, 'keys:verify');
  const want = parseWant(input);
  const proof = await prove(prover, input.token);
  if (proof === undefined) return invalid;
  const { row, secret } = proof;
  if (reach !== 'all' && row.tenantId !== caller.tenantId) return invalid;
  const code = judge(row, secret, now.getTime(), want);
  return code === 'INVALID' ? invalid : { code, row, endsAtMs: earliest(row, secret) };
}

function parseWant(input: VerifyApiKeyInput): Want {
  return {
    allOf: input.allOf == null ? [] : parseWantedScopes(input.allOf, ['allOf']),
    anyOf: input.anyOf == null ? [] : parseWantedScopes(input.anyOf, ['anyOf']),
    environment: input.environment ?? null,
  };
}

/** The presented secret's own end or the key's, whichever comes first. */
export function earliest(row: KeyRow, secret: SecretRow): number | null {
  if (secret.endsAtMs === null) return row.expiresAtMs;
  return row.expiresAtMs === null ? secret.endsAtMs : Math.min(secret.endsAtMs, row.expiresAtMs);
}
