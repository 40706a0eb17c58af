import { callerOf } from '../../../src/http/caller.ts';
import { Denied, Refusal, Unavailable } from '../../../src/lib/errors.ts';
import { globalId } from '../../../src/lib/ids.ts';
import { effectiveScopes } from '../../../src/verification/judge.ts';
import { verifyApiKey } from '../../../src/verification/verifyApiKey.ts';
import type { Answered, GraphAnswer, TestService } from '../../support/service.ts';

/** What is asked at every door, in the words of the graph. */
export type Question = {
  readonly token: string;
  readonly allOf?: readonly string[];
  readonly anyOf?: readonly string[];
  readonly environment?: 'LIVE' | 'TEST';
};

/** What came of it, in the same words wherever it was asked. */
export type Heard =
  | { readonly verdict: Answered }
  | { readonly refused: { readonly code: string; readonly message: string; readonly path: readonly string[] } }
  | { readonly denied: string }
  | { readonly unavailable: true };

/** One way to verify. */
export type Door = {
  readonly name: string;
  /** Whether this door can be told this token at all. */
  carries(token: string): boolean;
  ask(question: Question, key: string): Promise<Heard>;
};

/** Every way there is. */
export function doorsOf(service: TestService): readonly Door[] {
  const everything = () => true;
  return [
    { name: 'the function in process', carries: everything, ask: (...asked) => inProcess(service, ...asked) },
    { name: 'verifyApiKey', carries: everything, ask: (...asked) => byMutation(service, ...asked) },
    { name: 'verifyApiKeys', carries: everything, ask: (...asked) => inBatch(service, ...asked) },
    {
      name: 'POST /v1/verify, body',
      carries: everything,
      ask: (question, key) => overHttp(service, { body: question, headers: { 'x-api-key': key } }),
    },
    {
      name: 'POST /v1/verify, header',
      // What else a header holds, HTTP itself changes or refuses.
      carries: (token) => /^[!-~]*$/.test(token) && token.length <= 8_000,
      ask: ({ token, ...wanted }, key) =>
        overHttp(service, {
          // Without a want there is no body at all.
          ...(Object.keys(wanted).length > 0 && { body: wanted }),
          headers: { authorization: `Bearer ${key}`, 'x-keywright-token': token },
        }),
    },
  ];
}

const environments = { LIVE: 'live', TEST: 'test' } as const;

async function inProcess({ parts: { prover, clock } }: TestService, question: Question, key: string): Promise<Heard> {
  const { environment, ...rest } = question;
  try {
    const caller = await callerOf({ prover, jwtProver: undefined }, { 'x-api-key': key }, clock());
    if (caller === undefined) throw new Error('A key was presented.');
    const asked = { ...rest, environment: environment === undefined ? null : environments[environment] };
    const { code, row, endsAtMs } = await verifyApiKey(prover, caller, clock(), asked);
    const proven = row && {
      keyId: globalId('ApiKey', row.keyId),
      tenantId: globalId('Tenant', row.tenantId),
      ownerUserId: row.ownerUserId && globalId('User', row.ownerUserId),
      environment: row.environment.toUpperCase(),
      scopes: effectiveScopes(row),
      metadata: row.metadata,
      expiresAt: endsAtMs === null ? null : new Date(endsAtMs).toISOString(),
    };
    return { verdict: { code, valid: code === 'VALID', ...proven } };
  } catch (error) {
    if (error instanceof Refusal) return refusal(error.code, error.message, error.inputPath);
    if (error instanceof Denied) return { denied: error.code };
    if (error instanceof Unavailable) return { unavailable: true };
    throw error;
  }
}

const selection = 'code valid keyId tenantId ownerUserId environment scopes metadata expiresAt';
const single = `mutation ($input: VerifyApiKeyInput!) {
  verifyApiKey(input: $input) { verification { ${selection} } userErrors { code message path } } }`;
const batch = `mutation ($input: VerifyApiKeysInput!) {
  verifyApiKeys(input: $input) { verifications { ${selection} } userErrors { code message path } } }`;

async function byMutation(service: TestService, question: Question, key: string): Promise<Heard> {
  const answer = await service.graph(single, { input: question }, key);
  return failureOf(answer) ?? heardIn(answer.data.verifyApiKey, ['input'], ({ verification }) => verification);
}

/** As the second of three: what stands beside it makes no difference to it. */
async function inBatch(service: TestService, question: Question, key: string): Promise<Heard> {
  const items = [{ token: 'beside' }, question, question];
  const answer = await service.graph(batch, { input: { items } }, key);
  return (
    failureOf(answer) ??
    heardIn(answer.data.verifyApiKeys, ['input', 'items', '1'], ({ verifications }) => {
      const [beside, one, other] = verifications.map(asVerdict);
      if (beside.code !== 'INVALID' || JSON.stringify(one) !== JSON.stringify(other))
        throw new Error('Not each for itself.');
      return verifications[1];
    })
  );
}

function failureOf({ errors, status, headers }: GraphAnswer): Heard | undefined {
  const [error] = errors;
  if (error === undefined) return undefined;
  const { code } = error.extensions;
  if (code !== 'UNAVAILABLE') return { denied: code };
  // A caller that cannot be told is an answer of HTTP; else the error stands beside the data.
  if (status === 503 && headers.get('retry-after') !== '1') throw new Error('Nobody says when to ask again.');
  return { unavailable: true };
}

function heardIn(payload: Answered, path: readonly string[], pick: (payload: Answered) => Answered): Heard {
  const [error] = payload.userErrors;
  if (error === undefined) return { verdict: asVerdict(pick(payload)) };
  if (error.path.slice(0, path.length).join() !== path.join()) throw new Error(`Not under ${path}: ${error.path}`);
  return refusal(error.code, error.message, error.path.slice(path.length));
}

/** INVALID carries nothing: in GraphQL, which always answers every field, as nulls. */
function asVerdict(verification: Answered): Answered {
  if (verification.code !== 'INVALID') return verification;
  const { code, valid, ...rest } = verification;
  if (Object.values(rest).some((value) => value !== null)) throw new Error('INVALID carries something.');
  return { code, valid };
}

type Sent = { readonly body?: unknown; readonly headers: Readonly<Record<string, string>> };

async function overHttp({ url }: TestService, { body, headers }: Sent): Promise<Heard> {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v1/verify`, {
    method: 'POST',
    headers: { ...type, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const heard = (await answer.json()) as Answered;
  if (answer.headers.get('cache-control') !== 'no-store') throw new Error('This may be kept.');
  switch (answer.status) {
    case 200:
      return { verdict: heard };
    case 400:
      return refusal(heard.error.code, heard.error.message, heard.error.path);
    case 401:
    case 403:
      return { denied: heard.error.code };
    case 503:
      if (answer.headers.get('retry-after') !== '1') throw new Error('Nobody says when to ask again.');
      return { unavailable: true };
    default:
      throw new Error(`${answer.status}: ${JSON.stringify(heard)}`);
  }
}

function refusal(code: string, message: string, path: readonly string[]): Heard {
  return { refused: { code, message, path } };
}
