import type { ApolloServerPlugin, BaseContext, GraphQLRequestListener } from '@apollo/server';
import { NotedRequest } from './graphqlDoor.ts';
import { fieldsOf, outcomeOf } from './operationNote.ts';

/** An Apollo plugin that notes on each request of the GraphQL door what was asked and how it ended. */
export function operationObserver<Context extends BaseContext>(): ApolloServerPlugin<Context> {
  const listener: GraphQLRequestListener<Context> = {
    async didResolveOperation({ request, document, operation }) {
      // Apollo gets here also when a document holds no operation of the name that was asked for.
      if (operation && request.http instanceof NotedRequest) request.http.fields = fieldsOf(document, operation);
    },
    async willSendResponse({ request, response }) {
      if (request.http instanceof NotedRequest)
        request.http.outcome = response.body?.kind === 'single' ? outcomeOf(response.body.singleResult) : 'error';
    },
  };
  return { requestDidStart: async () => listener };
}
