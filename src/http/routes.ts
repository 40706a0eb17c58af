import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Answer, AnswerForm } from './answers.ts';
import { preflight } from './cors.ts';
import { HttpFailure } from './HttpFailure.ts';

/** A request as a door sees it: plain values, and nothing of sockets. */
export interface HttpRequest {
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
  /** Aborts when the client has gone before it was answered. */
  readonly signal: AbortSignal;
  /** The parsed JSON, on routes that take a body; undefined where none came and none has to. */
  readonly body: unknown;
}

/** One path and method, and what answers there. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly form: AnswerForm;
  /** `json` is limited, read and parsed before `handle` sees it; `optionalJson` as well, if there is any. */
  readonly body: 'json' | 'optionalJson' | 'none';
  /** Whether pages of the configured origins may call it. */
  readonly crossOrigin: boolean;
  /** A part of another path's page: whoever asks for what is not there is not told of it. */
  readonly unlisted?: boolean;
  handle(request: HttpRequest): Answer | Promise<Answer>;
}

/** What is served at one path. */
export interface PathRoutes {
  readonly path: string;
  readonly byMethod: ReadonlyMap<string, Route>;
  /** What an `Allow` header says. */
  readonly allow: string;
  readonly form: AnswerForm;
  readonly unlisted: boolean;
  /** Answers a browser that asks before it sends; only where pages of other origins may call. */
  readonly preflight: ((headers: IncomingHttpHeaders) => Answer) | undefined;
}

/** Every path of a server. */
export type RouteTable = ReadonlyMap<string, PathRoutes>;

/** A table to look requests up in. `HEAD` is answered wherever `GET` is: load balancers ask that way. */
export function routeTable(routes: readonly Route[], corsOrigins: readonly string[]): RouteTable {
  const table = new Map<string, PathRoutes>();
  for (const [path, ofPath] of Map.groupBy(routes, (route) => route.path)) {
    const byMethod = new Map<string, Route>();
    for (const route of ofPath) {
      byMethod.set(route.method, route);
      if (route.method === 'GET') byMethod.set('HEAD', route);
    }
    const crossOrigin = corsOrigins.length > 0 && ofPath.some((route) => route.crossOrigin);
    const allow = [...byMethod.keys(), ...(crossOrigin ? ['OPTIONS'] : [])].join(', ');
    table.set(path, {
      path,
      byMethod,
      allow,
      form: ofPath.some((route) => route.form === 'graphql') ? 'graphql' : 'plain',
      unlisted: ofPath.every((route) => route.unlisted === true),
      preflight: crossOrigin ? (headers) => preflight(corsOrigins, headers, allow) : undefined,
    });
  }
  return table;
}

/** What is served at a request's target, which a proxy may send as a whole URL. */
export function findPath(table: RouteTable, target: string): PathRoutes {
  const path = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*/i, '');
  const end = path.indexOf('?');
  const found = table.get(end === -1 ? path : path.slice(0, end));
  if (found !== undefined) return found;
  const listed = [...table.values()].filter(({ unlisted }) => !unlisted).map((each) => each.path);
  throw new HttpFailure(404, 'NOT_FOUND', `Nothing is served at this path. There are ${listed.join(', ')}.`);
}

/** Whether a browser asks here what it may send. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** The path is right and the method is not. */
export function wrongMethod({ allow }: PathRoutes): HttpFailure {
  return new HttpFailure(405, 'METHOD_NOT_ALLOWED', `This path takes ${allow}.`, ['allow', allow]);
}
