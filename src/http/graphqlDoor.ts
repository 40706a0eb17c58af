import { type ApolloServer, type BaseContext, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { assert } from '../lib/assert.ts';
import type { Answer } from './answers.ts';
import { type OperationNote, otherFields } from './operationNote.ts';
import type { HttpRequest, Route } from './routes.ts';

/** What the context of an operation is made from. */
export type ContextRequest = Pick<HttpRequest, 'headers' | 'requestId' | 'signal'>;

/** A request as Apollo takes it, with room for what the operation observer notes on it. */
export class NotedRequest implements HTTPGraphQLRequest {
  readonly method = 'POST';
  readonly search = '';
  readonly headers = new HeaderMap();
  readonly body: unknown;
  fields: Pick<OperationNote, 'fields' | 'label'> = otherFields;
  outcome: OperationNote['outcome'] = 'invalid';

  constructor({ headers, body }: HttpRequest) {
    this.body = body;
    // Apollo chooses the form of its answer by these two and looks at no other: the credentials stay with us.
    this.headers.set('content-type', 'application/json');
    if (headers.accept !== undefined) this.headers.set('accept', headers.accept);
  }
}

/**
 * `POST /graphql`. `makeContext` turns the credential into who is calling; what it throws is the answer.
 * Install `operationObserver()` in the same Apollo Server: without it every operation counts as `other`.
 */
export function graphqlDoor<Context extends BaseContext>(
  apollo: ApolloServer<Context>,
  makeContext: (request: ContextRequest) => Promise<Context> | Context,
): Route {
  return {
    method: 'POST',
    path: '/graphql',
    form: 'graphql',
    body: 'json',
    crossOrigin: true,
    async handle(request) {
      const contextValue = await makeContext(request);
      const httpGraphQLRequest = new NotedRequest(request);
      const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest,
        context: () => Promise.resolve(contextValue),
      });
      assert(body.kind === 'complete', 'nothing in the schema is delivered in parts');
      const { fields, outcome } = httpGraphQLRequest;
      return { ...answerHead(status, headers), body: body.string, operation: { ...fields, outcome } };
    },
  };
}

function answerHead(status: number | undefined, headers: HeaderMap): Pick<Answer, 'status' | 'type' | 'headers'> {
  const { 'content-type': type = 'application/json; charset=utf-8', ...others } = Object.fromEntries(headers);
  // The server says this on every answer, and more strictly.
  delete others['cache-control'];
  return { status: status ?? 200, type, headers: Object.entries(others).flat() };
}
