import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  responsePathAsArray,
} from 'graphql';
import type { Context } from '../../../src/graphql/context.ts';
import { typeDefs } from '../../../src/graphql/createGraph.ts';
import { enums } from '../../../src/graphql/enums.ts';
import { ApiKeySecret, DateTime, KeywrightJSON, PresentedApiKeyToken } from '../../../src/graphql/scalars.ts';
import { Denied, Refusal, Unavailable } from '../../../src/lib/errors.ts';

/** What one request to a made-up graph says of itself. */
export type MadeUpContext = Context & {
  /** The same seed has the same answers, failures and delays. */
  readonly seed: number;
  /** How many of a thousand values fail, in one way or another. */
  readonly faultsPerMille: number;
  /** Every root field that was executed, in order, with its arguments. */
  readonly calls: string[];
};

/** The service's own schema over values that follow from a seed: many are promises, and some fail. */
export function madeUpSchema(): GraphQLSchema {
  const scalars = { DateTime, KeywrightJSON, ApiKeySecret, PresentedApiKeyToken };
  const schema = makeExecutableSchema({ typeDefs, resolvers: { ...scalars, ...enums } });
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
    for (const field of Object.values(type.getFields())) {
      if (isRoot || isResolved(type.name, field)) field.resolve = (...given) => resolve(isRoot, ...given);
    }
  }
  return schema;
}

/** Half of the fields have no resolver: their values stand in their objects. */
function isResolved(typeName: string, field: GraphQLField<unknown, unknown>): boolean {
  return hash(`${typeName}.${field.name}`) % 2 === 0;
}

type Source = { readonly [field: string]: unknown };

function resolve(
  isRoot: boolean,
  _source: Source,
  args: Record<string, unknown>,
  context: MadeUpContext,
  info: GraphQLResolveInfo,
): unknown {
  const place = responsePathAsArray(info.path).join('.');
  if (isRoot) context.calls.push(`${info.operation.operation} ${place} ${info.fieldName} ${JSON.stringify(args)}`);
  return anyValue(info.returnType, place, context);
}

function anyValue(type: GraphQLOutputType, place: string, context: MadeUpContext): unknown {
  const at = hash(`${context.seed} ${place}`);
  const value = () => (at % 1000 < context.faultsPerMille ? fault(at >>> 10) : goodValue(type, place, context, at));
  const ticks = (at >>> 20) % 5;
  // Four in five arrive some ticks later or earlier than others.
  return ticks === 0 ? value() : ticks > 3 ? value() : after(ticks, value);
}

async function after(ticks: number, value: () => unknown): Promise<unknown> {
  for (let tick = 0; tick < ticks; tick++) await undefined;
  return value();
}

function fault(at: number): unknown {
  switch (at % 10) {
    case 0:
      throw new Error('a secret of ours');
    case 1:
      throw new Refusal('NOT_FOUND', 'There is none.', ['id']);
    case 2:
      throw new Denied('FORBIDDEN', 'Not for you.');
    case 3:
      throw new Unavailable('Try again.');
    case 4:
      return new Error('an error that is returned');
    case 5:
      return null;
    case 6:
      return [new Error('one item')];
    case 7:
      throw 'no error at all';
    case 8:
      return Promise.reject(new Error('later'));
    default:
      return undefined;
  }
}

function goodValue(type: GraphQLOutputType, place: string, context: MadeUpContext, at: number): unknown {
  if (isNonNullType(type)) return goodValue(type.ofType, place, context, at);
  if (isListType(type)) {
    // All items are on their way, or none: where one fails at once beside others that fail later, graphql-js lets those
    // end the process.
    const isLater = at % 2 === 0 || isObjectType(getNamedType(type));
    const items = Array.from({ length: at % 4 }, (_, index) => {
      const there = `${place}.${index}`;
      return isLater
        ? after(1, () => anyValue(type.ofType, there, context))
        : goodValue(type.ofType, there, context, at);
    });
    return at % 3 === 0 ? new Set(items) : items;
  }
  if (isEnumType(type)) return type.getValues()[at % type.getValues().length]?.value;
  if (isScalarType(type)) return scalar(type.name, at);
  if (!isObjectType(type)) throw new Error(`There is no ${type} here.`);
  return sourceOf(type.getFields(), type.name, place, context);
}

function sourceOf(
  fields: Readonly<Record<string, GraphQLField<unknown, unknown>>>,
  typeName: string,
  place: string,
  context: MadeUpContext,
): Source {
  const source: Record<string, unknown> = {};
  for (const field of Object.values(fields)) {
    if (isResolved(typeName, field)) continue;
    // A function, so that a type that holds itself does not go on for ever.
    source[field.name] = () => anyValue(field.type, `${place}.${field.name}`, context);
    if (isScalarType(field.type) || hash(place + field.name) % 3 === 0) {
      const leaf = isNonNullType(field.type) ? field.type.ofType : field.type;
      if (isScalarType(leaf)) source[field.name] = scalar(leaf.name, hash(`${context.seed} ${place}.${field.name}`));
    }
  }
  return source;
}

function scalar(name: string, at: number): unknown {
  switch (name) {
    case 'Int':
      // Text is no number, and what is beyond 32 bits is none either.
      return at % 11 === 0 ? 'text' : at % 13 === 0 ? 2 ** 40 : at % 1000;
    case 'Boolean':
      return at % 2 === 0;
    case 'KeywrightJSON':
      return { at, list: [1, { deep: true }] };
    case 'DateTime':
      return at % 7 === 0 ? new Date(at) : '2026-11-20T08:00:00.000Z';
    default:
      return at % 5 === 0 ? at : `text "${at}" é\u2028`;
  }
}

/** FNV-1a: what follows from a place and a seed must be the same in both graphs. */
function hash(text: string): number {
  let hashed = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hashed = Math.imul(hashed ^ text.charCodeAt(at), 0x01000193);
  return (hashed ^ (hashed >>> 15)) >>> 0;
}
