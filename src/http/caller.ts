import type { IncomingHttpHeaders } from 'node:http';
import { isJwt } from '../crypto/jwtText.ts';
import type { Caller } from '../lib/Caller.ts';
import { Denied } from '../lib/errors.ts';
import { authenticate } from '../verification/authenticate.ts';
import { authenticateJwt, type JwtProver } from '../verification/authenticateJwt.ts';
import type { Prover } from '../verification/prove.ts';

/** What proves a caller; without a `jwtProver` no identity provider is configured. */
export type Provers = { readonly prover: Prover; readonly jwtProver: JwtProver | undefined };

/** Turns a request's credential into its caller, at once where it is remembered; undefined for a request that brings none. */
export function callerOf(
  { prover, jwtProver }: Provers,
  headers: IncomingHttpHeaders,
  now: Date,
): Caller | undefined | Promise<Caller> {
  const credential = credentialOf(headers);
  if (credential === undefined) return undefined;
  if (credential.isJwt) return callerOfJwt(jwtProver, credential.text, now);
  const caller = authenticate(prover, credential.text, now);
  return caller instanceof Promise ? caller.then(known) : known(caller);
}

function known(caller: Caller | undefined): Caller {
  // One sentence for every reason: a stranger does not learn whether a key ever was.
  if (caller === undefined) throw new Denied('UNAUTHENTICATED', 'This key is not valid here.');
  return caller;
}

async function callerOfJwt(jwtProver: JwtProver | undefined, token: string, now: Date): Promise<Caller> {
  if (jwtProver === undefined) {
    const message = 'This is a JWT, and no identity provider is configured here. Send a key of this service.';
    throw new Denied('UNAUTHENTICATED', message, 'not-configured');
  }
  const found = await authenticateJwt(jwtProver, token, now);
  if ('caller' in found) return found.caller;
  // One sentence here as well; the reason is in the log.
  throw new Denied('UNAUTHENTICATED', 'This token is not valid here.', found.fault);
}

type Credential = { readonly text: string; readonly isJwt: boolean };

function credentialOf({ authorization, 'x-api-key': apiKey }: IncomingHttpHeaders): Credential | undefined {
  if (authorization === undefined) {
    // Whatever its shape: this header is for keys alone.
    return typeof apiKey === 'string' ? { text: apiKey.trim(), isJwt: false } : undefined;
  }
  const bearer = /^Bearer +([^\s]+) *$/i.exec(authorization)?.[1];
  if (bearer === undefined)
    throw new Denied('UNAUTHENTICATED', 'Send the key as "Authorization: Bearer …" or "x-api-key: …".');
  if (apiKey !== undefined && apiKey !== bearer) {
    throw new Denied(
      'UNAUTHENTICATED',
      'The headers authorization and x-api-key carry different keys. Send one of them.',
    );
  }
  return { text: bearer, isJwt: isJwt(bearer) };
}
