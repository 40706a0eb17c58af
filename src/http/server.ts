import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { limits } from '../lib/limits.ts';
import type { Log } from '../lib/log.ts';
import { answerClientErrors } from './clientErrors.ts';
import { trackConnections } from './connections.ts';
import type { Door, HttpLimits } from './Door.ts';
import { drain } from './drain.ts';
import { Exchange } from './Exchange.ts';
import { HttpFailure } from './HttpFailure.ts';
import { healthRoute, type ReadinessCheck, readyRoute } from './health.ts';
import { listen } from './listen.ts';
import { type Metrics, metricsRoute } from './metrics.ts';
import { type Route, routeTable } from './routes.ts';
import { refuse, serve } from './serve.ts';

/** What an HTTP server is made of. */
export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Origins whose pages may call the routes that allow it; empty means none, and no CORS header at all. */
  readonly corsOrigins: readonly string[];
  /** The doors; `/healthz`, `/readyz` and `/metrics` are there without being named. */
  readonly routes: readonly Route[];
  readonly readiness: readonly ReadinessCheck[];
  readonly log: Log;
  readonly metrics: Metrics;
  /** For tests, which cannot wait for the real ones. */
  readonly limits?: Partial<HttpLimits>;
}

/** The one listener of the service. */
export interface HttpServer {
  /** Takes requests from here on; a `SetupError` says why it cannot. */
  listen(): Promise<{ url: string }>;
  /** Instead: from here on, serves connections that another process has accepted. */
  take(socket: Socket): void;
  /** Answers what is in flight, closes everything, and resolves when nothing is open. May be called again. */
  drain(): Promise<void>;
}

/** A server that refuses early, answers in one form, and stops without losing a request. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const kept: HttpLimits = { ...limits, ...options.limits };
  const server = createServer({
    maxHeaderSize: kept.headerBytesMax,
    headersTimeout: kept.headersTimeoutMs,
    requestTimeout: kept.requestTimeoutMs,
    connectionsCheckingInterval: kept.connectionsCheckMs,
    keepAliveTimeout: kept.keepAliveTimeoutMs,
    // We answer a missing Host ourselves: Node's own refusal has neither our headers nor our form.
    requireHostHeader: false,
  });
  server.maxConnections = kept.connectionsMax;
  const door: Door = {
    corsOrigins: options.corsOrigins,
    log: options.log,
    metrics: options.metrics,
    limits: kept,
    connections: trackConnections(server),
    draining: false,
    routes: routeTable(
      [
        ...options.routes,
        healthRoute(),
        readyRoute(options.readiness, () => door.draining, kept.readyTimeoutMs, options.log),
        metricsRoute(options.metrics),
      ],
      options.corsOrigins,
    ),
  };
  takeRequests(server, door);
  let drained: Promise<void> | undefined;
  let takes = false;
  return {
    listen: () => listen(server, options),
    take(socket) {
      // Node looks for slow and idle clients only on a server that has heard that it listens.
      if (!takes) server.emit('listening');
      takes = true;
      take(server, door, socket);
    },
    drain: () => (drained ??= drain(server, door)),
  };
}

/** Serves a connection as Node's own server would one that it had accepted itself. */
function take(server: Server, { connections, limits }: Door, socket: Socket): void {
  if (connections.size >= limits.connectionsMax) {
    socket.destroy();
    return;
  }
  socket.allowHalfOpen = true;
  server.emit('connection', socket);
}

function takeRequests(server: Server, door: Door): void {
  server.on('request', (incoming, response) => {
    const exchange = openExchange(door, incoming, response);
    if (exchange !== undefined) serve(door, exchange);
  });
  server.on('checkContinue', (incoming, response) => {
    const exchange = openExchange(door, incoming, response);
    if (exchange === undefined) return;
    exchange.awaitsContinue = true;
    serve(door, exchange);
  });
  server.on('checkExpectation', (incoming, response) => {
    const exchange = openExchange(door, incoming, response);
    if (exchange === undefined) return;
    exchange.closeConnection();
    refuse(door, exchange, new HttpFailure(417, 'EXPECTATION_FAILED', 'No expectation is met but 100-continue.'));
  });
  answerClientErrors(server, door);
}

/** The exchange for a request, or nothing when its connection is about to end: it is not executed then. */
function openExchange(door: Door, incoming: IncomingMessage, response: ServerResponse): Exchange | undefined {
  const connection = door.connections.get(incoming.socket);
  if (connection === undefined || connection.closing) return undefined;
  const exchange = new Exchange(incoming, response, connection);
  connection.last = exchange;
  connection.waiting.add(exchange);
  return exchange;
}
