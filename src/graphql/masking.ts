import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { redactTokens } from '../crypto/token.ts';
import { Denied, Refusal, Unavailable } from '../lib/errors.ts';
import { isBadValue, isUnusable } from '../store/outage.ts';
import type { Context } from './context.ts';

/** What a client may know of an error: its code, its message, where, and never our insides. */
export function maskError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { message, extensions } = meaningOf(unwrapResolverError(error), formatted);
  const { locations, path } = formatted;
  // Somebody will send a token where none belongs, and errors of clients and routers are logged.
  return {
    message: redactTokens(withoutValue(message, error)),
    ...(locations && { locations }),
    ...(path && { path }),
    extensions,
  };
}

const quotedVariable = /^Variable "\$\w+" got invalid value /;

/**
 * graphql-js quotes the value that it could not take, with all that stands beside the mistake. Tokens of other systems
 * have no shape to be known by, so no value is repeated: where it stands and what was expected is enough.
 */
function withoutValue(message: string, error: unknown): string {
  const [start] = quotedVariable.exec(message) ?? [];
  const reason = error instanceof GraphQLError ? (error.originalError?.message ?? '') : '';
  const [place = ''] = start === undefined ? [] : (/ at "[^"]*"$/.exec(message.slice(0, -`; ${reason}`.length)) ?? []);
  const told = start === undefined ? message : `${start.trimEnd()}${place}; ${reason}`;
  return told.replace(/( value): [{[].*$/s, '$1.');
}

type Meaning = { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> };

function meaningOf(original: unknown, formatted: GraphQLFormattedError): Meaning {
  if (original instanceof Denied) return { message: original.message, extensions: { code: original.code } };
  if (original instanceof Refusal) return ofRefusal(original);
  if (original instanceof Unavailable || isUnusable(original)) return ofOutage(original);
  if (isBadValue(original)) {
    return { message: 'A value cannot be stored as it was given.', extensions: { code: 'BAD_USER_INPUT' } };
  }
  const code = formatted.extensions?.code;
  if (original instanceof GraphQLError && typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR') {
    return { message: formatted.message, extensions: { code } };
  }
  return {
    message: 'Something went wrong here, and it is logged under the request id.',
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}

/** In a query there is no payload to put a refusal into. */
function ofRefusal({ code, message, inputPath }: Refusal): Meaning {
  const extensions = { code: code === 'INVALID_INPUT' ? 'BAD_USER_INPUT' : code, argument: inputPath };
  return { message, extensions };
}

function ofOutage(original: unknown): Meaning {
  const retryAfterSeconds = original instanceof Unavailable ? original.retryAfterSeconds : 1;
  const message = original instanceof Unavailable ? original.message : 'The database does not answer now. Try again.';
  return { message, extensions: { code: 'UNAVAILABLE', retryAfterSeconds } };
}

/** Told of every error that is ours or the database's, never of those that the caller can mend. */
export type ErrorListener = (fault: {
  readonly requestId: string;
  readonly kind: 'outage' | 'fault';
  readonly error: unknown;
}) => void;

/** Logs what a client may not see, and gives every error the id under which it is logged. */
export function maskingPlugin(onError: ErrorListener): ApolloServerPlugin<Context> {
  return {
    async requestDidStart({ contextValue: { requestId, signal } }) {
      return {
        async didEncounterErrors({ errors }) {
          // Work that stopped because its client left is no fault of ours.
          if (signal.aborted) return;
          for (const error of errors) {
            const original = unwrapResolverError(error);
            if (original instanceof Denied || original instanceof Refusal || isBadValue(original)) continue;
            if (original instanceof Unavailable || isUnusable(original))
              onError({ requestId, kind: 'outage', error: original });
            else if (!(original instanceof GraphQLError)) onError({ requestId, kind: 'fault', error: original });
          }
        },
        async willSendResponse({ response: { body } }) {
          if (body.kind !== 'single' || body.singleResult.errors === undefined) return;
          body.singleResult.errors = body.singleResult.errors.map((error) => ({
            ...error,
            extensions: { ...error.extensions, requestId },
          }));
        },
      };
    },
  };
}
