import type { ApolloServerPlugin, BaseContext, GraphQLRequestContext, GraphQLRequestListener } from '@apollo/server';
import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import { NotedRequest } from './graphqlDoor.ts';
import type { OperationNote, OperationOutcome } from './operationNote.ts';

type Fields = Pick<OperationNote, 'fields' | 'label'>;

/** Codes of GraphQL errors that say more than "our fault"; all others do not. */
const outcomes: Readonly<Record<string, OperationOutcome>> = {
  UNAUTHENTICATED: 'denied',
  FORBIDDEN: 'denied',
  UNAVAILABLE: 'unavailable',
  BAD_USER_INPUT: 'invalid',
  BAD_REQUEST: 'invalid',
  GRAPHQL_PARSE_FAILED: 'invalid',
  GRAPHQL_VALIDATION_FAILED: 'invalid',
  OPERATION_RESOLUTION_FAILURE: 'invalid',
};

/** Apollo keeps the documents it has parsed, so each is looked through once. */
const known = new WeakMap<OperationDefinitionNode, Fields>();

/** An Apollo plugin that notes on each request of the GraphQL door what was asked and how it ended. */
export function operationObserver<Context extends BaseContext>(): ApolloServerPlugin<Context> {
  const listener: GraphQLRequestListener<Context> = {
    async didResolveOperation({ request, document, operation }) {
      // Apollo gets here also when a document holds no operation of the name that was asked for.
      if (operation && request.http instanceof NotedRequest) request.http.fields = fieldsOf(document, operation);
    },
    async willSendResponse({ request, response }) {
      if (request.http instanceof NotedRequest) request.http.outcome = outcomeOf(response.body);
    },
  };
  return { requestDidStart: async () => listener };
}

/** The names of an operation's root fields: it has passed validation, so they are names of the schema. */
function fieldsOf({ definitions }: DocumentNode, operation: OperationDefinitionNode): Fields {
  const cached = known.get(operation);
  if (cached !== undefined) return cached;
  const fragments = new Map<string, SelectionSetNode>();
  for (const one of definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one.selectionSet);
  const names = new Set<string>();
  const collect = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else {
        const fragment = fragments.get(selection.name.value);
        // Once each: fragments that spread each other twice would take for ever.
        fragments.delete(selection.name.value);
        if (fragment !== undefined) collect(fragment);
      }
    }
  };
  collect(operation.selectionSet);
  const fields = [...names].sort();
  const found = { fields, label: fields.join('+') };
  known.set(operation, found);
  return found;
}

type ResponseBody = GraphQLRequestContext<BaseContext>['response']['body'];

function outcomeOf(body: ResponseBody): OperationOutcome {
  if (body?.kind !== 'single') return 'error';
  const { errors, data } = body.singleResult;
  const [error] = errors ?? [];
  if (error !== undefined) return outcomes[String(error.extensions?.code)] ?? 'error';
  return Object.values(data ?? {}).some(isRefused) ? 'refused' : 'ok';
}

/** Whether a payload says that what was asked was not done. */
function isRefused(payload: unknown): boolean {
  if (typeof payload !== 'object' || payload === null || !('userErrors' in payload)) return false;
  return Array.isArray(payload.userErrors) && payload.userErrors.length > 0;
}
