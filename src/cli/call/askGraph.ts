import { Unavailable } from '../../lib/errors.ts';
import { limits } from '../../lib/limits.ts';
import { maskedUrl } from '../../lib/maskedUrl.ts';

/** Where the service is, and the key to present; undefined presents none. */
export type Server = { readonly url: URL; readonly key: string | undefined };

export type GraphError = {
  readonly code: string | undefined;
  readonly message: string;
  /** The argument that it is about or, where it is about none, the field. */
  readonly path: readonly unknown[];
  readonly requestId: string | undefined;
};

/** What a service answered: data, errors, or both. */
export type GraphAnswer = {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly GraphError[];
};

/** Sends one operation; a service that does not answer, or answers no GraphQL, is `Unavailable`. */
export async function askGraph(server: Server, request: { query: string; variables?: object }): Promise<GraphAnswer> {
  const shownUrl = maskedUrl(server.url.href);
  const response = await send(server, JSON.stringify(request), shownUrl);
  const body = await response.json().catch(() => undefined);
  const answer = isRecord(body) ? readAnswer(body) : undefined;
  if (answer !== undefined) return answer;
  const location = response.headers.get('location');
  const moved = location === null ? '' : ` and points to ${maskedUrl(location)}`;
  const answered = `${shownUrl} answered HTTP ${response.status}${moved}, and no GraphQL.`;
  throw new Unavailable(`${answered} Is it the address of the service? Name it in KEYWRIGHT_URL.`);
}

async function send({ url, key }: Server, body: string, shownUrl: string): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      body,
      // A key is for the address that was named, and for nobody whom that address points to.
      redirect: 'manual',
      signal: AbortSignal.timeout(limits.callTimeoutMs),
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') {
      const waited = `${shownUrl} has not answered in ${limits.callTimeoutMs / 1000} seconds.`;
      throw new Unavailable(`${waited} Whether it did what was asked is not known.`);
    }
    const advice = 'Start the service with "npm start", or name its address in KEYWRIGHT_URL.';
    throw new Unavailable(`${shownUrl} does not answer (${reasonOf(error)}). ${advice}`, { cause: error });
  }
}

/** Node says only "fetch failed"; what failed is the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return 'unknown error';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

function readAnswer(body: Readonly<Record<string, unknown>>): GraphAnswer | undefined {
  const errors = Array.isArray(body.errors) ? body.errors.filter(isRecord).map(readError) : [];
  // What stands before the GraphQL door refuses in a form of its own.
  if (isRecord(body.error)) errors.push(readError({ message: body.error.message, extensions: body.error }));
  const data = isRecord(body.data) ? body.data : null;
  return data === null && errors.length === 0 ? undefined : { data, errors };
}

function readError({ message, path, extensions }: Readonly<Record<string, unknown>>): GraphError {
  const { code, requestId, argument } = isRecord(extensions) ? extensions : {};
  const place = Array.isArray(argument) && argument.length > 0 ? argument : path;
  return {
    code: typeof code === 'string' ? code : undefined,
    message: typeof message === 'string' ? message : 'The service answered an error without a message.',
    path: Array.isArray(place) ? place : [],
    requestId: typeof requestId === 'string' ? requestId : undefined,
  };
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
