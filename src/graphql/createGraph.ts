import { readFileSync } from 'node:fs';
import { ApolloServer, type ApolloServerOptionsWithGateway, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { execute, type GraphQLSchema } from 'graphql';
import { limits } from '../lib/limits.ts';
import type { Context } from './context.ts';
import { createKnownDocuments, type KnownDocuments } from './known/knownDocuments.ts';
import { type ErrorListener, maskError, maskingPlugin } from './masking.ts';
import { noSubscriptions } from './noSubscriptions.ts';
import { resolvers } from './resolvers.ts';

/** The schema as it stands at the root of the project: the one that people read is the one that is served. */
export const typeDefs = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

/** What a GraphQL server is told by the one who wires it. */
export type GraphOptions = {
  readonly introspection: boolean;
  readonly onError: ErrorListener;
  /** Told of each operation, for metrics and the log. */
  readonly observer: ApolloServerPlugin<Context>;
};

/** A GraphQL server, and the way past it for operations that it has found valid before. */
export type Graph = { readonly apollo: ApolloServer<Context>; readonly findKnown: KnownDocuments['find'] };

/**
 * Makes the GraphQL server; it listens nowhere, the HTTP door hands it requests. Whatever judges a document stands in its
 * validation, which a known document has passed. What would judge variables or callers belongs to the resolvers: hooks of
 * plugins that run before execution are not asked about a known document.
 */
export function createGraph(options: GraphOptions): Graph {
  return serveSchema(makeExecutableSchema({ typeDefs, resolvers }), options);
}

/** The same for any schema. */
export function serveSchema(schema: GraphQLSchema, { introspection, onError, observer }: GraphOptions): Graph {
  const documents = createKnownDocuments(schema);
  const apollo = new ApolloServer<Context>({
    gateway: executing(schema),
    documentStore: documents.store,
    introspection,
    formatError: maskError,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    // The door takes application/json by POST and nothing else, which no page can send across origins unasked.
    csrfPrevention: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.graphqlTokensMax },
    validationRules: [noSubscriptions],
    validationOptions: { maxErrors: limits.graphqlErrorsMax },
    plugins: [
      maskingPlugin(onError),
      observer,
      // Cache control would wrap every field; the door says no-store on every answer.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  return { apollo, findKnown: documents.find };
}

type Gateway = ApolloServerOptionsWithGateway<Context>['gateway'];

/** How Apollo executes: by graphql-js, unless the operation has been executed already and only its answer is missing. */
function executing(schema: GraphQLSchema): Gateway {
  return {
    onSchemaLoadOrUpdate(listener) {
      listener({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    load: async () => ({
      executor: async ({ context, document, request: { variables, operationName } }) => {
        const { executed } = context as Context;
        return (
          executed ?? execute({ schema, document, contextValue: context, variableValues: variables, operationName })
        );
      },
    }),
    stop: async () => undefined,
  };
}
