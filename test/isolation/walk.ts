import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

/** One place where a client puts a value: an argument of a root field, or a field of an input somewhere under one. */
export type Place = {
  /** `apiKey(id)`, `CreateApiKeyInput.ownerUserId`: what a generator is kept under. */
  readonly coordinate: string;
  readonly root: Root;
  /** The way down from the root field's arguments. */
  readonly path: readonly string[];
  readonly typeName: string;
  /** Whether a client cannot leave it out. */
  readonly required: boolean;
};

/** A root field of the graph. */
export type Root = { readonly operation: 'query' | 'mutation'; readonly name: string };

/** Every root field. */
export function rootsOf(schema: GraphQLSchema): Root[] {
  const fields = (type: GraphQLObjectType | null | undefined) => Object.keys(type?.getFields() ?? {});
  return [
    ...fields(schema.getQueryType()).map((name) => ({ operation: 'query' as const, name })),
    ...fields(schema.getMutationType()).map((name) => ({ operation: 'mutation' as const, name })),
  ];
}

/** Every place under every root field that takes what is wanted. */
export function placesOf(schema: GraphQLSchema, wanted: Wanted): Place[] {
  return rootsOf(schema).flatMap((root) =>
    fieldOf(schema, root).args.flatMap((arg) => {
      const own = `${root.name}(${arg.name})`;
      const place = { type: arg.type, path: [arg.name], coordinate: own, required: isRequiredArgument(arg) };
      return below(place, wanted, []).map((found) => ({ ...found, root }));
    }),
  );
}

/** Whether a place is one of those that are looked for. */
export type Wanted = (place: Pick<Place, 'coordinate' | 'typeName'>) => boolean;

type Found = Omit<Place, 'root'>;
type Under = Omit<Found, 'typeName'> & { readonly type: GraphQLInputType };

function below({ type, ...place }: Under, wanted: Wanted, seen: readonly string[]): Found[] {
  const named = getNamedType(type);
  if (wanted({ coordinate: place.coordinate, typeName: named.name })) return [{ ...place, typeName: named.name }];
  if (!isInputObjectType(named) || seen.includes(named.name)) return [];
  return Object.values(named.getFields()).flatMap((field) => {
    const coordinate = `${named.name}.${field.name}`;
    const inner = {
      type: field.type,
      path: [...place.path, field.name],
      coordinate,
      required: isRequiredInputField(field),
    };
    return below(inner, wanted, [...seen, named.name]);
  });
}

/** The field of the graph that a root names. */
export function fieldOf(schema: GraphQLSchema, { operation, name }: Root) {
  const type = operation === 'query' ? schema.getQueryType() : schema.getMutationType();
  const field = type?.getFields()[name];
  if (field === undefined) throw new Error(`There is no ${operation} ${name}.`);
  return field;
}

/** What a place is given, and what fills the required places beside it. */
export type Filling = {
  /** The value for a place; undefined leaves an optional one out and fails the test for a required one. */
  valueOf(coordinate: string): unknown;
};

/** The arguments of a root field, as variables: everything required, and what the filling has a value for. */
export function argumentsOf(schema: GraphQLSchema, root: Root, filling: Filling): Record<string, unknown> {
  const entries = fieldOf(schema, root).args.flatMap((arg) => {
    const value = valueFor(arg, `${root.name}(${arg.name})`, filling, isRequiredArgument(arg));
    return value === undefined ? [] : [[arg.name, value] as const];
  });
  return Object.fromEntries(entries);
}

function valueFor(
  place: GraphQLArgument | GraphQLInputField,
  coordinate: string,
  filling: Filling,
  required: boolean,
): unknown {
  const given = filling.valueOf(coordinate);
  if (given !== undefined) return listed(place.type, given);
  const named = getNamedType(place.type);
  if (isInputObjectType(named)) {
    const entries = Object.values(named.getFields()).flatMap((field) => {
      const value = valueFor(field, `${named.name}.${field.name}`, filling, isRequiredInputField(field));
      return value === undefined ? [] : [[field.name, value] as const];
    });
    return entries.length === 0 && !required ? undefined : listed(place.type, Object.fromEntries(entries));
  }
  if (required) throw new Error(`${coordinate} is required and has no generator: give it one in test/isolation.`);
  return undefined;
}

function listed(type: GraphQLInputType, value: unknown): unknown {
  return isListType(getNullableType(type)) && !Array.isArray(value) ? [value] : value;
}

/** A document that asks a root field for everything it has, down to a depth. */
export function documentOf(schema: GraphQLSchema, root: Root, depth = 4): string {
  const field = fieldOf(schema, root);
  const variables = field.args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
  const args = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const head = variables === '' ? root.operation : `${root.operation} (${variables})`;
  const call = args === '' ? root.name : `${root.name}(${args})`;
  return `${head} { ${call}${selectionOf(getNamedType(field.type), depth, [])} }`;
}

function selectionOf(type: GraphQLNamedType, depth: number, above: readonly string[]): string {
  if (!isObjectType(type)) return '';
  const parts = Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    if (isLeafType(named)) return [field.name];
    // What leads back to a type above shows nothing that was not seen there.
    if (depth === 0 || above.includes(named.name) || field.args.some(isRequiredArgument)) return [];
    const inner = selectionOf(named, depth - 1, [...above, type.name]);
    return inner === '' ? [] : [`${field.name}${inner}`];
  });
  return parts.length === 0 ? '' : ` { ${parts.join(' ')} }`;
}
