import { type ApolloServer, type BaseContext, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { DocumentNode, ExecutionResult, OperationDefinitionNode } from 'graphql';
import { assert } from '../lib/assert.ts';
import { limits } from '../lib/limits.ts';
import type { Answer } from './answers.ts';
import { fieldsOf, type OperationNote, otherFields, outcomeOf } from './operationNote.ts';
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

/** What answers requests: Apollo, and a way past it for operations that it has found valid before. */
export type GraphBehindDoor<Context extends BaseContext> = {
  readonly apollo: ApolloServer<Context>;
  findKnown(text: string, operationName: string | undefined): KnownOperation | undefined;
};

type KnownOperation = {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  execute(variables: Record<string, unknown>, contextValue: unknown): PromiseLike<ExecutionResult> | ExecutionResult;
};

/**
 * `POST /graphql`. `makeContext` turns the credential into who is calling; what it throws is the answer.
 * Install `operationObserver()` in the same Apollo Server: without it every operation counts as `other`.
 */
export function graphqlDoor<Context extends BaseContext>(
  { apollo, findKnown }: GraphBehindDoor<Context>,
  makeContext: (request: ContextRequest) => Promise<Context> | Context,
): Route {
  /** By `Accept` header, the type that Apollo has answered in: it chooses by nothing else. */
  const knownTypes = new Map<string | undefined, string>();

  async function askApollo(request: HttpRequest, contextValue: Context): Promise<Answer> {
    const httpGraphQLRequest = new NotedRequest(request);
    const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest,
      context: () => Promise.resolve(contextValue),
    });
    assert(body.kind === 'complete', 'nothing in the schema is delivered in parts');
    const { fields, outcome } = httpGraphQLRequest;
    const head = answerHead(status, headers);
    const { accept } = request.headers;
    if (head.status === 200 && (accept?.length ?? 0) <= limits.knownAcceptCharsMax) {
      // Whoever makes them up costs the others one answer of Apollo's, and not all that follow.
      if (knownTypes.size >= limits.knownAcceptsMax) knownTypes.clear();
      knownTypes.set(accept, head.type);
    }
    return { ...head, body: body.string, operation: { ...fields, outcome } };
  }

  return {
    method: 'POST',
    path: '/graphql',
    form: 'graphql',
    body: 'json',
    crossOrigin: true,
    async handle(request) {
      const contextValue = await makeContext(request);
      const type = knownTypes.get(request.headers.accept);
      const question = type === undefined ? undefined : usualQuestion(request.body);
      const known = question && findKnown(question.query, question.operationName);
      if (type === undefined || question === undefined || known === undefined) return askApollo(request, contextValue);
      const executed = await known.execute(question.variables, contextValue);
      const { data, errors } = executed;
      // Apollo puts into words what failed. It finds the result in the context, and executes nothing a second time.
      if (data == null || errors !== undefined) return askApollo(request, { ...contextValue, executed });
      const { fields, label } = fieldsOf(known.document, known.operation);
      const operation = { fields, label, outcome: outcomeOf({ data }) };
      // Apollo ends its answers with a line break as well.
      return { status: 200, type, body: `${JSON.stringify({ data })}\n`, operation };
    },
  };
}

type Question = {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Record<string, unknown>;
};

/** What a body asks, if it asks as clients do; whatever is unusual about another is Apollo's to judge. */
function usualQuestion(body: unknown): Question | undefined {
  if (!isRecord(body)) return undefined;
  const { query, operationName = null, variables = null, extensions = null } = body;
  if (typeof query !== 'string') return undefined;
  if (operationName !== null && typeof operationName !== 'string') return undefined;
  if (variables !== null && !isRecord(variables)) return undefined;
  // A persisted query is refused; whatever else a client tells of itself there changes nothing.
  if (extensions !== null && (!isRecord(extensions) || 'persistedQuery' in extensions)) return undefined;
  return { query, operationName: operationName ?? undefined, variables: variables ?? {} };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function answerHead(status: number | undefined, headers: HeaderMap) {
  const { 'content-type': type = 'application/json; charset=utf-8', ...others } = Object.fromEntries(headers);
  // The server says this on every answer, and more strictly.
  delete others['cache-control'];
  return { status: status ?? 200, type, headers: Object.entries(others).flat() };
}
