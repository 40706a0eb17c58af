import type { IncomingHttpHeaders } from 'node:http';
import { limits } from '../lib/limits.ts';
import type { Answer } from './answers.ts';
import { HttpFailure } from './HttpFailure.ts';

const requestHeaders = 'content-type, authorization, x-api-key, x-request-id';
const answerHeaders = 'x-request-id, retry-after';

/**
 * The headers that let a page of this origin read an answer. A browser's own credentials (cookies) are never allowed:
 * this service takes its credentials from headers that only a page's own script can set.
 */
export function corsHeaders(origins: readonly string[], { origin }: IncomingHttpHeaders): readonly string[] {
  const allowed = allowedOrigin(origins, origin);
  if (allowed === undefined) return ['vary', 'origin'];
  return ['vary', 'origin', 'access-control-allow-origin', allowed, 'access-control-expose-headers', answerHeaders];
}

/** The answer to a browser that asks before it sends: what it may send, or that it may not. */
export function preflight(origins: readonly string[], { origin }: IncomingHttpHeaders, methods: string): Answer {
  if (allowedOrigin(origins, origin) === undefined) {
    const message =
      'Pages of this origin may not call this service. Its operator lists those that may in CORS_ORIGINS.';
    throw new HttpFailure(403, 'ORIGIN_NOT_ALLOWED', message);
  }
  const headers = [
    ...['access-control-allow-methods', methods],
    ...['access-control-allow-headers', requestHeaders],
    ...['access-control-max-age', String(limits.corsMaxAgeSeconds)],
  ];
  return { status: 204, type: '', body: '', headers };
}

function allowedOrigin(origins: readonly string[], origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  if (origins.includes('*')) return '*';
  return origins.includes(origin) ? origin : undefined;
}
