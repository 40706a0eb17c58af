import type { Caller } from '../lib/Caller.ts';
import type { Clock } from '../lib/clock.ts';
import { Denied } from '../lib/errors.ts';
import { globalId } from '../lib/ids.ts';
import { limits } from '../lib/limits.ts';
import { effectiveScopes } from '../verification/judge.ts';
import { type Verdict, verifyApiKey } from '../verification/verifyApiKey.ts';
import { type Answer, jsonType } from './answers.ts';
import { callerOf, type Provers } from './caller.ts';
import type { HttpRequest, Route } from './routes.ts';
import { parseVerifyQuestion } from './verifyQuestion.ts';

/**
 * `POST /v1/verify`. No page of another origin may call it: whoever verifies tokens holds a key that belongs in no
 * browser.
 */
export function verifyRoute(provers: Provers, clock: Clock): Route {
  return {
    method: 'POST',
    path: '/v1/verify',
    form: 'plain',
    body: 'optionalJson',
    crossOrigin: false,
    handle: (request) => answerQuestion(provers, clock(), request),
  };
}

/** Without a promise where everything is remembered. */
function answerQuestion(provers: Provers, now: Date, request: HttpRequest): Answer | Promise<Answer> {
  const caller = callerOf(provers, request.headers, now);
  if (caller instanceof Promise) return caller.then((proven) => answerCaller(provers, now, request, proven));
  return answerCaller(provers, now, request, caller);
}

function answerCaller(
  { prover }: Provers,
  now: Date,
  { headers, body }: HttpRequest,
  caller: Caller | undefined,
): Answer | Promise<Answer> {
  if (caller === undefined) {
    throw new Denied('UNAUTHENTICATED', 'This needs a key: send it as "Authorization: Bearer …" or "x-api-key: …".');
  }
  const verdict = verifyApiKey(prover, caller, now, parseVerifyQuestion(headers, body));
  return verdict instanceof Promise ? verdict.then(answerOf) : answerOf(verdict);
}

function answerOf(verdict: Verdict): Answer {
  return { status: 200, type: jsonType, body: verdictText(verdict) };
}

/**
 * A verdict as this door shows it: in the words of the graph. INVALID carries its code alone: nobody learns why. Ids,
 * codes and times need no escaping, and a text that is put together costs a third of one that is made from an object.
 */
function verdictText({ code, row, endsAtMs }: Verdict): string {
  if (row === null) return `{"code":"${code}","valid":false}`;
  const owner = row.ownerUserId === null ? 'null' : `"${globalId('User', row.ownerUserId)}"`;
  const endsAt = endsAtMs === null ? 'null' : `"${new Date(endsAtMs).toISOString()}"`;
  return (
    `{"code":"${code}","valid":${code === 'VALID'},"keyId":"key_${row.kid}","tenantId":"${shownTenant(row.tenantId)}",` +
    `"ownerUserId":${owner},"environment":"${row.environment === 'live' ? 'LIVE' : 'TEST'}",` +
    `"scopes":${JSON.stringify(effectiveScopes(row))},"metadata":${JSON.stringify(row.metadata)},"expiresAt":${endsAt}}`
  );
}

/** The ids of tenants that were shown lately: to write one anew costs as much as to write all the rest. */
let shownTenants = new Map<string, string>();

function shownTenant(id: string): string {
  let shown = shownTenants.get(id);
  if (shown === undefined) {
    if (shownTenants.size >= limits.shownTenantsMax) shownTenants = new Map();
    shown = globalId('Tenant', id);
    shownTenants.set(id, shown);
  }
  return shown;
}
