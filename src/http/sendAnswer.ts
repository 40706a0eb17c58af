import type { IncomingMessage } from 'node:http';
import { type Answer, commonHeaders } from './answers.ts';
import { corsHeaders } from './cors.ts';
import type { Door } from './Door.ts';
import type { Exchange } from './Exchange.ts';

/** What a client that left before its answer is counted and logged as: never sent, and no status of HTTP's own. */
const clientLeft = 499;

/** Hands an answer to Node and records it. */
export function sendAnswer(door: Door, exchange: Exchange, answer: Answer): void {
  const { incoming, response, connection } = exchange;
  if (exchange.left) {
    record(door, exchange, clientLeft, answer);
    return;
  }
  // Only the last request's answer may close: the answers before it would be lost with the connection.
  if (door.draining && connection.last === exchange) exchange.closeConnection();
  if (!incoming.complete && !hasShortBody(incoming, door.limits.bodyBytesMax)) exchange.closeConnection();
  watchReader(door, exchange, answer);
  const bodyBytes = Buffer.byteLength(answer.body);
  response.writeHead(answer.status, headersOf(door, exchange, answer, bodyBytes));
  record(door, exchange, answer.status, answer);
  if (exchange.closesConnection && !incoming.complete && !exchange.awaitsContinue) linger(door, exchange, answer);
  // The same bytes either way where each character has one; told so, Node need not look for others.
  else response.end(answer.body, bodyBytes === answer.body.length ? 'latin1' : 'utf8');
}

/**
 * A client that does not read its answers holds their memory: it is cut off. Watching every socket would cost every
 * request, so only those are watched that have not taken the answer before, or may not take this one at once.
 */
function watchReader({ limits }: Door, { connection: { socket } }: Exchange, { body }: Answer): void {
  if (socket.writableLength === 0 && body.length < socket.writableHighWaterMark) return;
  socket.setTimeout(limits.keepAliveTimeoutMs);
}

function headersOf(
  door: Door,
  { requestId, path, headers, closesConnection }: Exchange,
  answer: Answer,
  bodyBytes: number,
): string[] {
  const all = commonHeaders(requestId);
  if (bodyBytes > 0) all.push('content-type', answer.type, 'content-length', String(bodyBytes));
  if (answer.headers !== undefined) all.push(...answer.headers);
  if (path?.preflight !== undefined) all.push(...corsHeaders(door.corsOrigins, headers));
  if (closesConnection) all.push('connection', 'close');
  return all;
}

/** Nothing, or what Node may discard by itself; a body of unknown or great length would keep the connection busy. */
function hasShortBody({ headers }: IncomingMessage, bytesMax: number): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= bytesMax;
}

/**
 * Answers a client that is still sending, and waits a moment before it closes: a socket closed over unread bytes is
 * reset, and the reset overtakes the answer. Nothing of what arrives meanwhile is kept.
 */
function linger({ limits }: Door, { incoming, response }: Exchange, { body }: Answer): void {
  response.write(body);
  const close = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(close, limits.lingerMs);
  incoming.on('end', close);
  incoming.on('error', close);
  incoming.resume();
}

function record({ metrics, log }: Door, exchange: Exchange, status: number, { operation, denied }: Answer): void {
  exchange.answered = true;
  exchange.connection.waiting.delete(exchange);
  const { requestId, incoming, startedMs } = exchange;
  const ms = performance.now() - startedMs;
  const route = exchange.path?.path ?? 'other';
  metrics.httpRequest(route, incoming.method ?? '', status, ms / 1000);
  // Nothing in here needs escaping: ids of a checked shape, our own paths and words, names of the schema, numbers.
  let line = `,"requestId":"${requestId}","route":"${route}","status":${status},"ms":${Math.round(ms * 1000) / 1000}`;
  if (operation !== undefined) {
    metrics.graphqlOperation(operation, ms / 1000);
    line += `,"operation":"${operation.label}","outcome":"${operation.outcome}"`;
  }
  if (denied !== undefined) line += `,"denied":"${denied}"`;
  log.infoFields(`${line},"msg":"request"`);
}
