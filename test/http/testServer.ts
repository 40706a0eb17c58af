import { onTestFinished } from 'vitest';
import type { HttpLimits } from '../../src/http/Door.ts';
import type { ReadinessCheck } from '../../src/http/health.ts';
import { createMetrics, type Metrics } from '../../src/http/metrics.ts';
import type { HttpRequest, Route } from '../../src/http/routes.ts';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';
import { createLog } from '../../src/lib/log.ts';
import { RawClient } from './RawClient.ts';

/** A real server on a free port, with what it logs and counts. */
export interface TestServer {
  readonly server: HttpServer;
  readonly url: string;
  readonly port: number;
  readonly metrics: Metrics;
  /** Every line logged so far. */
  logged(): Record<string, unknown>[];
  /** The access lines alone. */
  requests(): Record<string, unknown>[];
  connect(): Promise<RawClient>;
}

export interface TestServerOptions {
  readonly routes?: readonly Route[];
  readonly corsOrigins?: readonly string[];
  readonly readiness?: readonly ReadinessCheck[];
  readonly limits?: Partial<HttpLimits>;
}

/** Starts a server that ends with the test. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const lines: string[] = [];
  const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  const metrics = createMetrics();
  const server = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    corsOrigins: options.corsOrigins ?? [],
    routes: options.routes ?? [echoRoute()],
    readiness: options.readiness ?? [],
    log,
    metrics,
    limits: { drainIdleMs: 20, drainMs: 2_000, ...options.limits },
  });
  const { url } = await server.listen();
  onTestFinished(() => server.drain());
  const port = Number(new URL(url).port);
  const logged = () => lines.map((line) => JSON.parse(line));
  const requests = () => logged().filter(({ msg }) => msg === 'request');
  return { server, url, port, metrics, logged, requests, connect: () => RawClient.connect(port) };
}

/** A server that tells which bodies its handler was given, and may be held up. */
export async function watchedServer(options: TestServerOptions & { hold?: (body: unknown) => Promise<void> } = {}) {
  const handled: unknown[] = [];
  const route = echoRoute(async ({ body }) => {
    handled.push(body);
    await options.hold?.(body);
    return body;
  });
  const server = await startServer({ routes: [route], ...options, limits: { lingerMs: 50, ...options.limits } });
  return { ...server, handled };
}

/** `POST /graphql` that answers with the body that it was sent, or as `answer` says. */
export function echoRoute(answer: (request: HttpRequest) => unknown = ({ body }) => ({ data: body })): Route {
  return {
    method: 'POST',
    path: '/graphql',
    form: 'graphql',
    body: 'json',
    crossOrigin: true,
    async handle(request) {
      return { status: 200, type: 'application/json; charset=utf-8', body: JSON.stringify(await answer(request)) };
    },
  };
}

/** The bytes of a request to `/graphql`. */
export function post(body: string, headers: readonly string[] = []): string {
  const length = Buffer.byteLength(body);
  return [
    'POST /graphql HTTP/1.1',
    'Host: test',
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    ...headers,
    '',
    body,
  ].join('\r\n');
}
