import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import { onTestFinished } from 'vitest';
import type { Context } from '../../../src/graphql/context.ts';
import { serveSchema } from '../../../src/graphql/createGraph.ts';
import { type ErrorListener, maskError, maskingPlugin } from '../../../src/graphql/masking.ts';
import { noSubscriptions } from '../../../src/graphql/noSubscriptions.ts';
import type { Answer } from '../../../src/http/answers.ts';
import { graphqlDoor } from '../../../src/http/graphqlDoor.ts';
import { operationObserver } from '../../../src/http/operationObserver.ts';
import { limits } from '../../../src/lib/limits.ts';
import type { MadeUpContext } from './madeUpGraph.ts';

/** All that a request came to: its answer, what was executed for it, and what was logged. */
export type Outcome = {
  readonly answer: Answer;
  readonly calls: readonly string[];
  readonly logged: readonly string[];
};

/** A request as the HTTP server hands it to a door, and what its answers follow from. */
export type Asked = {
  readonly body: unknown;
  readonly accept?: string | undefined;
  readonly seed?: number;
  readonly faultsPerMille?: number;
};

/** The same graph behind two doors: one has Apollo alone behind it, the other the way past it as well. */
export type TwoDoors = {
  plain(asked: Asked): Promise<Outcome>;
  served(asked: Asked): Promise<Outcome>;
  /** How many requests went past Apollo. */
  readonly passed: number;
};

/** Opens both; they close with the test. */
export async function openTwoDoors(schema: GraphQLSchema, introspection = true): Promise<TwoDoors> {
  let logged: string[] = [];
  const onError: ErrorListener = ({ kind, requestId, error }) => void logged.push(`${kind} ${requestId} ${error}`);
  const graph = serveSchema(schema, { introspection, onError, observer: operationObserver() });
  const apollo = new ApolloServer<Context>({
    schema,
    introspection,
    formatError: maskError,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    csrfPrevention: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.graphqlTokensMax },
    validationRules: [noSubscriptions],
    validationOptions: { maxErrors: limits.graphqlErrorsMax },
    plugins: [
      maskingPlugin(onError),
      operationObserver(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
  await graph.apollo.start();
  await apollo.start();
  onTestFinished(async () => {
    await graph.apollo.stop();
    await apollo.stop();
  });
  let passed = 0;
  const findKnown: typeof graph.findKnown = (...wanted) => {
    const known = graph.findKnown(...wanted);
    if (known !== undefined) passed++;
    return known;
  };
  let asking: MadeUpContext | undefined;
  const doors = {
    plain: graphqlDoor<Context>({ apollo, findKnown: () => undefined }, () => asking as Context),
    served: graphqlDoor<Context>({ apollo: graph.apollo, findKnown }, () => asking as Context),
  };
  async function ask(
    door: keyof typeof doors,
    { body, accept, seed = 1, faultsPerMille = 0 }: Asked,
  ): Promise<Outcome> {
    const { signal } = new AbortController();
    const calls: string[] = [];
    logged = [];
    asking = { requestId: 'asked', signal, calls, seed, faultsPerMille } as unknown as MadeUpContext;
    const answer = await doors[door].handle({
      headers: { ...(accept !== undefined && { accept }) },
      requestId: 'asked',
      signal,
      // As it comes over the wire, where nothing is undefined.
      body: JSON.parse(JSON.stringify(body)),
    });
    // None is the same as none named.
    return { answer: { headers: [], ...answer }, calls, logged };
  }
  return {
    plain: (asked) => ask('plain', asked),
    served: (asked) => ask('served', asked),
    get passed() {
      return passed;
    },
  };
}
