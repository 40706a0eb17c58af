import {
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getArgumentValues,
  type InlineFragmentNode,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
} from 'graphql';
import { limits } from '../../lib/limits.ts';
import type { Plan, PlannedField, Shape } from './Plan.ts';
import { variablesOf } from './variablesOf.ts';

/** Thrown and caught here alone: this operation is left to graphql-js. */
const notPlanned = Symbol('not planned');

type Planning = {
  readonly schema: GraphQLSchema;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  /** Selections that may still be looked at: fragments within fragments can ask for more fields than there are atoms. */
  selectionsLeft: number;
  fieldsCount: number;
};

/**
 * Plans an operation of a valid document; undefined for what only graphql-js executes: introspection, conditions,
 * values whose type is known only when they are there, and documents that unfold too far.
 */
export function planOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Plan | undefined {
  const rootType = schema.getRootType(operation.operation);
  if (rootType == null || operation.operation === OperationTypeNode.SUBSCRIPTION) return undefined;
  const fragments: Planning['fragments'] = Object.create(null);
  for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments[one.name.value] = one;
  const planning: Planning = { schema, fragments, selectionsLeft: limits.plannedSelectionsMax, fieldsCount: 0 };
  try {
    const serial = operation.operation === OperationTypeNode.MUTATION;
    const fields = fieldsOf(planning, rootType, [operation.selectionSet]);
    const coerceVariables = variablesOf(schema, operation.variableDefinitions ?? []);
    return { schema, operation, fragments, coerceVariables, serial, fields, fieldsCount: planning.fieldsCount };
  } catch (thrown) {
    if (thrown === notPlanned) return undefined;
    throw thrown;
  }
}

/** The entries of an object's answer, in the order in which the document first names them. */
function fieldsOf(
  planning: Planning,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): PlannedField[] {
  const nodesByKey = new Map<string, [FieldNode, ...FieldNode[]]>();
  const spread = new Set<string>();
  for (const set of selectionSets) collect(planning, type, set, nodesByKey, spread);
  return [...nodesByKey].map(([key, nodes]) => planField(planning, type, key, nodes));
}

function collect(
  planning: Planning,
  type: GraphQLObjectType,
  { selections }: SelectionSetNode,
  nodesByKey: Map<string, [FieldNode, ...FieldNode[]]>,
  spread: Set<string>,
): void {
  for (const selection of selections) {
    // @skip and @include make another plan of each request.
    if (--planning.selectionsLeft < 0 || (selection.directives?.length ?? 0) > 0) throw notPlanned;
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      const nodes = nodesByKey.get(key);
      if (nodes === undefined) nodesByKey.set(key, [selection]);
      else nodes.push(selection);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      if (applies(planning, selection, type)) collect(planning, type, selection.selectionSet, nodesByKey, spread);
    } else {
      const { value: name } = selection.name;
      if (spread.has(name)) continue;
      spread.add(name);
      const fragment = planning.fragments[name];
      if (fragment !== undefined && applies(planning, fragment, type))
        collect(planning, type, fragment.selectionSet, nodesByKey, spread);
    }
  }
}

function applies(
  { schema }: Planning,
  { typeCondition }: InlineFragmentNode | FragmentDefinitionNode,
  type: GraphQLObjectType,
): boolean {
  if (typeCondition === undefined) return true;
  const conditional = schema.getType(typeCondition.name.value);
  if (conditional === type) return true;
  return isAbstractType(conditional) && schema.isSubType(conditional, type);
}

function planField(
  planning: Planning,
  parentType: GraphQLObjectType,
  key: string,
  nodes: readonly [FieldNode, ...FieldNode[]],
): PlannedField {
  const [first] = nodes;
  const name = first.name.value;
  const definition = name === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : parentType.getFields()[name];
  // `__schema` and `__type` are no fields of the type. And a plain object takes every key but one as it is.
  if (definition === undefined || key === '__proto__') throw notPlanned;
  planning.fieldsCount++;
  const { resolve = defaultFieldResolver, args, type } = definition;
  return {
    key,
    name,
    nodes,
    parentType,
    definition,
    resolve,
    isPlain: resolve === defaultFieldResolver && args.length === 0,
    argumentsBy: args.length === 0 ? () => ({}) : (variables) => getArgumentValues(definition, first, variables),
    shape: shapeOf(planning, type, nodes),
  };
}

function shapeOf(planning: Planning, type: GraphQLOutputType, nodes: readonly FieldNode[], nonNull = false): Shape {
  if (isNonNullType(type)) return shapeOf(planning, type.ofType, nodes, true);
  if (isListType(type)) return { kind: 'list', nonNull, item: shapeOf(planning, type.ofType, nodes) };
  if (isLeafType(type)) return { kind: 'leaf', nonNull, type };
  if (!isObjectType(type) || type.isTypeOf != null) throw notPlanned;
  const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  return { kind: 'object', nonNull, fields: fieldsOf(planning, type, selectionSets) };
}
