import { GraphQLError, GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';

/** RFC 3339 with an offset: what cannot be read in two ways. */
const dateTimeShape = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

function bad(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

function parseDateTime(value: unknown): Date {
  const date = typeof value === 'string' && dateTimeShape.test(value) ? new Date(value) : undefined;
  if (date === undefined || Number.isNaN(date.getTime()) || !isOnCalendar(value as string)) {
    throw bad('A DateTime is RFC 3339 with an offset, for example 2026-11-20T08:00:00Z.');
  }
  return date;
}

/** JavaScript takes the 31st of February for the 3rd of March; nobody means that. */
function isOnCalendar(value: string): boolean {
  const [year = 0, month = 0, day = 0] = value.slice(0, 10).split('-').map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => value as string,
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : undefined),
});

export const KeywrightJSON = new GraphQLScalarType({
  name: 'KeywrightJSON',
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

/** Goes out, never comes in. */
export const ApiKeySecret = new GraphQLScalarType<never, string>({
  name: 'ApiKeySecret',
  serialize: (value) => value as string,
  parseValue() {
    throw bad('A secret is an answer, never an input.');
  },
  parseLiteral() {
    throw bad('A secret is an answer, never an input.');
  },
});

/** Comes in as a variable, and never goes out: what stands in a query's text ends up in logs and caches. */
export const PresentedApiKeyToken = new GraphQLScalarType<string, never>({
  name: 'PresentedApiKeyToken',
  serialize() {
    throw new Error('A presented token is never an answer.');
  },
  parseValue(value) {
    if (typeof value !== 'string') throw bad('A token is a string.');
    return value;
  },
  parseLiteral(_node: ValueNode): string {
    throw bad('Send the token as a variable: a literal in the text of a query ends up in logs and caches.');
  },
});
