import {
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';

/** Coerces the variables of one operation; undefined where anything about them is not as usual. */
export type CoerceVariables = (raw: Readonly<Record<string, unknown>>) => Record<string, unknown> | undefined;

/** What is not a value of its type: graphql-js says what is wrong with it. */
const wrong = Symbol('wrong');
type Coerce = (value: unknown) => unknown;

/**
 * Works out once how variables are coerced. Good ones come out as from graphql-js; for all others it is asked itself, and
 * alone has the words for what is wrong. Coercion has no effects, so it may well be done twice.
 */
export function variablesOf(schema: GraphQLSchema, definitions: readonly VariableDefinitionNode[]): CoerceVariables {
  const variables = definitions.map(({ variable, type: node, defaultValue }) => {
    const type = typeFromAST(schema, node);
    return {
      name: variable.name.value,
      mayBeLeftOut: !isNonNullType(type) && defaultValue === undefined,
      coerce: isInputType(type) ? coercionOf(type, new Map()) : () => wrong,
    };
  });
  return (raw) => {
    const coerced: Record<string, unknown> = Object.create(null);
    for (const { name, mayBeLeftOut, coerce } of variables) {
      if (Object.hasOwn(raw, name)) {
        const value = coerce(raw[name]);
        if (value === wrong) return undefined;
        coerced[name] = value;
      } else if (!mayBeLeftOut) return undefined;
    }
    return coerced;
  };
}

/** By type, so that one that holds itself does not go on for ever. */
type Known = Map<GraphQLInputType, { coerce: Coerce }>;

function coercionOf(type: GraphQLInputType, known: Known): Coerce {
  if (isNonNullType(type)) {
    const coerceNullable = coercionOf(type.ofType, known);
    return (value) => (value == null ? wrong : coerceNullable(value));
  }
  const found = known.get(type);
  if (found !== undefined) return (value) => found.coerce(value);
  const made = { coerce: (_: unknown): unknown => wrong };
  known.set(type, made);
  const coerceGiven = givenOf(type, known);
  made.coerce = (value) => (value == null ? null : coerceGiven(value));
  return made.coerce;
}

/** What becomes of a value that is not null. */
function givenOf(type: GraphQLInputType, known: Known): Coerce {
  if (isNonNullType(type)) return coercionOf(type, known);
  if (isListType(type)) return listOf(coercionOf(type.ofType, known));
  if (isInputObjectType(type)) {
    // Exactly one field, and not null: graphql-js holds that.
    if (type.isOneOf) return () => wrong;
    return objectOf(
      Object.values(type.getFields()).map(({ name, type: of, defaultValue }) => ({
        name,
        mayBeLeftOut: !isNonNullType(of),
        defaultValue,
        coerce: coercionOf(of, known),
      })),
    );
  }
  return (value) => {
    try {
      const parsed = type.parseValue(value);
      return parsed === undefined ? wrong : parsed;
    } catch {
      return wrong;
    }
  };
}

function listOf(coerceItem: Coerce): Coerce {
  return (value) => {
    // One value may stand for a list of it.
    if (!Array.isArray(value)) return wrong;
    const items: unknown[] = [];
    for (const item of value) {
      const coerced = coerceItem(item);
      if (coerced === wrong) return wrong;
      items.push(coerced);
    }
    return items;
  };
}

type Field = {
  readonly name: string;
  readonly mayBeLeftOut: boolean;
  readonly defaultValue: unknown;
  readonly coerce: Coerce;
};

function objectOf(fields: readonly Field[]): Coerce {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong;
    const coerced: Record<string, unknown> = {};
    let given = 0;
    for (const { name, mayBeLeftOut, defaultValue, coerce } of fields) {
      if (Object.hasOwn(value, name)) {
        given++;
        const one = coerce((value as Record<string, unknown>)[name]);
        if (one === wrong) return wrong;
        coerced[name] = one;
      } else if (defaultValue !== undefined) coerced[name] = defaultValue;
      else if (!mayBeLeftOut) return wrong;
    }
    // Something else was given besides.
    return given === Object.keys(value).length ? coerced : wrong;
  };
}
