import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/** Makes choices: each call answers a whole number from 0 to below the bound. */
export type Choose = (below: number) => number;

/** A document of a schema, and variables for it; most are good, and some are wrong in one way or another. */
export function madeUpRequest(schema: GraphQLSchema, choose: Choose) {
  const operation = choose(2) === 0 ? 'query' : 'mutation';
  const root = operation === 'query' ? schema.getQueryType() : schema.getMutationType();
  if (root == null) throw new Error(`The schema has no ${operation}.`);
  const making: Making = { choose, variables: [], values: {}, fragments: [], count: 0 };
  const selection = selectionOf(making, root, 4, 3);
  const variables = making.variables.length === 0 ? '' : `(${making.variables.join(', ')})`;
  const query = [`${operation} Made${variables} ${selection}`, ...making.fragments];
  if (choose(8) === 0) query.push('query Other { __typename }');
  const operationName = [undefined, 'Made', 'Made', 'Made', 'Made', 'Made', null, 'Other', 'Nobody'][choose(9)];
  return { query: query.join('\n'), operationName, variables: making.values };
}

type Making = {
  readonly choose: Choose;
  readonly variables: string[];
  readonly values: Record<string, unknown>;
  readonly fragments: string[];
  count: number;
};

function selectionOf(making: Making, type: GraphQLObjectType, depth: number, fieldsMax: number): string {
  const { choose } = making;
  const fields = Object.values(type.getFields()).filter(({ type: of }) => depth > 0 || !isObjectType(getNamedType(of)));
  const parts: string[] = [];
  for (let left = 1 + choose(fieldsMax + 1); left > 0; left--) {
    const field = fields[choose(fields.length)];
    if (field === undefined || choose(12) === 0) parts.push('__typename');
    else parts.push(fieldOf(making, field, depth));
  }
  const inner = parts.join(' ');
  switch (choose(8)) {
    case 0:
      return `{ ... on ${type.name} { ${inner} } ${parts[0]} }`;
    case 1: {
      const name = `Part${++making.count}`;
      making.fragments.push(`fragment ${name} on ${type.name} { ${inner} }`);
      return `{ ...${name} __typename ...${name} }`;
    }
    case 2:
      return `{ ... { ${inner} } }`;
    default:
      return `{ ${inner} }`;
  }
}

function fieldOf(making: Making, field: GraphQLField<unknown, unknown>, depth: number): string {
  const { choose } = making;
  const alias =
    choose(3) === 0
      ? ''
      : `${['a', 'toJSON', 'constructor', 'then', '__proto__'][choose(40)] ?? 'f'}${choose(12) > 0 ? ++making.count : ''}: `;
  const args = field.args
    .filter((arg) => isNonNullType(arg.type) || choose(4) === 0)
    .map((arg) => argumentOf(making, arg));
  const directive =
    choose(40) === 0 ? [' @include(if: true)', ' @skip(if: true)', ' @include(if: false)'][choose(3)] : '';
  const type = getNamedType(field.type);
  const selection = isObjectType(type) ? ` ${selectionOf(making, type, depth - 1, 3)}` : '';
  return `${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${directive}${selection}`;
}

function argumentOf(making: Making, { name, type }: GraphQLArgument): string {
  const { choose } = making;
  if (choose(12) === 0) return `${name}: ${literalOf(making, type, 3)}`;
  const variable = `v${++making.count}`;
  const fallback = !isNonNullType(type) && choose(4) === 0 ? ' = null' : '';
  making.variables.push(`$${variable}: ${type}${fallback}`);
  // Some are forgotten.
  if (choose(10) > 0) making.values[variable] = inputOf(choose, type, 3);
  return `${name}: $${variable}`;
}

function literalOf(making: Making, type: GraphQLInputType, depth: number): string {
  if (isInputObjectType(type) && depth > 0 && making.choose(3) > 0) {
    const fields = Object.values(type.getFields()).filter((one) => isNonNullType(one.type) || making.choose(4) === 0);
    return `{ ${fields.map((one) => argumentOf(making, one as GraphQLArgument)).join(', ')} }`;
  }
  if (isNonNullType(type)) return literalOf(making, type.ofType, depth);
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null';
  return JSON.stringify(inputOf(making.choose, type, 0)).replace(/"(\w+)":/g, '$1: ');
}

/** A value of a type, as JSON has it; one in twelve is none of the type. */
function inputOf(choose: Choose, type: GraphQLInputType, depth: number): unknown {
  if (choose(30) === 0) return [null, 'wrong', 7, 1.5, [], {}, [null], true, { unknown: 1 }][choose(9)];
  if (isNonNullType(type)) return inputOf(choose, type.ofType, depth);
  // One value stands for a list of it.
  if (isListType(type)) {
    if (choose(6) === 0) return inputOf(choose, type.ofType, depth);
    return Array.from({ length: choose(3) }, () => inputOf(choose, type.ofType, depth));
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (one) => isNonNullType(one.type) || (depth > 0 && choose(3) === 0),
    );
    return Object.fromEntries(fields.map((one) => [one.name, inputOf(choose, one.type, depth - 1)]));
  }
  if (isEnumType(type)) return type.getValues()[choose(type.getValues().length)]?.name;
  switch (type.name) {
    case 'Int':
      return choose(100);
    case 'Boolean':
      return choose(2) === 0;
    case 'DateTime':
      return '2026-11-20T08:00:00Z';
    case 'KeywrightJSON':
      return { some: ['json', { at: choose(9) }] };
    default:
      return `text ${choose(9)}`;
  }
}
