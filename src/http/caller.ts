import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../lib/Caller.ts';
import { Denied } from '../lib/errors.ts';
import { authenticate } from '../verification/authenticate.ts';
import type { Prover } from '../verification/prove.ts';

/** Turns a request's credential into its caller; undefined for a request that brings none. */
export async function callerOf(prover: Prover, headers: IncomingHttpHeaders, now: Date): Promise<Caller | undefined> {
  const token = credentialOf(headers);
  if (token === undefined) return undefined;
  const caller = await authenticate(prover, token, now);
  // One sentence for every reason: a stranger does not learn whether a key ever was.
  if (caller === undefined) throw new Denied('UNAUTHENTICATED', 'This key is not valid here.');
  return caller;
}

function credentialOf({ authorization, 'x-api-key': apiKey }: IncomingHttpHeaders): string | undefined {
  if (authorization === undefined) return typeof apiKey === 'string' ? apiKey.trim() : undefined;
  const bearer = /^Bearer +([^\s]+) *$/i.exec(authorization)?.[1];
  if (bearer === undefined)
    throw new Denied('UNAUTHENTICATED', 'Send the key as "Authorization: Bearer …" or "x-api-key: …".');
  if (apiKey !== undefined && apiKey !== bearer) {
    throw new Denied(
      'UNAUTHENTICATED',
      'The headers authorization and x-api-key carry different keys. Send one of them.',
    );
  }
  return bearer;
}
