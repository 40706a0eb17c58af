import { readFileSync } from 'node:fs';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { limits } from '../lib/limits.ts';
import type { Context } from './context.ts';
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

/** Makes the GraphQL server; it listens nowhere, the HTTP door hands it requests. */
export function createGraph({ introspection, onError, observer }: GraphOptions): ApolloServer<Context> {
  return new ApolloServer<Context>({
    typeDefs,
    resolvers,
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
}
