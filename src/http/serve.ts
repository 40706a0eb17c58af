import type { IncomingMessage } from 'node:http';
import { Denied } from '../lib/errors.ts';
import { type Answer, failureAnswer } from './answers.ts';
import { announcesBody, checkBodyHeaders, parseJson, readBody } from './body.ts';
import type { Door } from './Door.ts';
import type { Exchange } from './Exchange.ts';
import { failureOf } from './failureOf.ts';
import { HttpFailure } from './HttpFailure.ts';
import { otherFields } from './operationNote.ts';
import { findPath, isPreflight, type Route, wrongMethod } from './routes.ts';
import { sendAnswer } from './sendAnswer.ts';

/**
 * Answers one request: finds its route, reads its body, asks the handler. Never throws. Without a promise unless the
 * handler needs one: each would cost a verification from memory a good part of its time.
 */
export function serve(door: Door, exchange: Exchange): void {
  try {
    const { incoming } = exchange;
    checkHost(incoming);
    const path = findPath(door.routes, incoming.url ?? '');
    exchange.path = path;
    const route = path.byMethod.get(incoming.method ?? '');
    if (route !== undefined) {
      exchange.route = route;
      if (route.body === 'none' || (route.body === 'optionalJson' && !announcesBody(incoming)))
        handle(door, exchange, route);
      else receiveBody(door, exchange, route);
    } else if (path.preflight !== undefined && isPreflight(incoming)) {
      sendAnswer(door, exchange, path.preflight(incoming.headers));
    } else throw wrongMethod(path);
  } catch (error) {
    refuse(door, exchange, error);
  }
}

function receiveBody(door: Door, exchange: Exchange, route: Route): void {
  const { incoming, response } = exchange;
  const { bodyBytesMax } = door.limits;
  checkBodyHeaders(incoming, bodyBytesMax);
  if (exchange.awaitsContinue) {
    exchange.awaitsContinue = false;
    response.writeContinue();
  }
  readBody(incoming, bodyBytesMax, {
    read(bytes) {
      // A body that was complete only after its client had been told that it came too late.
      if (exchange.answered) return;
      try {
        // In chunks, that there is none shows only at its end.
        if (route.body === 'json' || bytes.length > 0) exchange.body = parseJson(bytes);
        handle(door, exchange, route);
      } catch (error) {
        refuse(door, exchange, error);
      }
    },
    failed: (error) => refuse(door, exchange, error),
  });
}

/** May throw; what rejects is refused. */
function handle(door: Door, exchange: Exchange, route: Route): void {
  const answer = route.handle(exchange);
  if (answer instanceof Promise)
    void answer.then((late) => sendAnswer(door, exchange, late)).catch((error) => refuse(door, exchange, error));
  else sendAnswer(door, exchange, answer);
}

/** Answers with what was thrown on the way to an answer. */
export function refuse(door: Door, exchange: Exchange, error: unknown): void {
  // Refused while its body was arriving, whose end nobody waits for any more.
  if (exchange.answered) return;
  try {
    sendAnswer(door, exchange, answerToError(door, exchange, error));
  } catch (broken) {
    // Not even this can be sent: our bug, and the connection is of no use any more.
    door.log.error({ err: broken, requestId: exchange.requestId }, 'an answer could not be sent');
    exchange.connection.socket.destroy();
  }
}

/** Node would refuse these by itself, without our headers and our form. */
function checkHost({ headers, httpVersion }: IncomingMessage): void {
  if (headers.host === undefined && httpVersion === '1.1') {
    throw new HttpFailure(400, 'BAD_REQUEST', 'HTTP/1.1 requires a Host header.');
  }
}

function answerToError({ log }: Door, { requestId, path, route, left }: Exchange, error: unknown): Answer {
  const { failure, outcome } = failureOf(error);
  // Work that stopped because its client left is no failure of ours.
  if (outcome === 'error' && !left) log.error({ err: error, requestId }, 'a request failed');
  if (outcome === 'unavailable') log.warn({ err: error, requestId }, 'a request could not be answered now');
  const answer = {
    ...failureAnswer(path?.form ?? 'plain', failure, requestId),
    ...(error instanceof Denied && error.reason !== undefined && { denied: error.reason }),
  };
  return route?.form === 'graphql' ? { ...answer, operation: { ...otherFields, outcome } } : answer;
}
