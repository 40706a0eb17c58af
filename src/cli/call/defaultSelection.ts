import {
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isLeafType,
  isRequiredArgument,
  isUnionType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { limits } from '../../lib/limits.ts';

/** A field, and what is asked of it. */
export function fieldNode(name: string, selectionSet?: SelectionSetNode): FieldNode {
  return { kind: Kind.FIELD, name: { kind: Kind.NAME, value: name }, ...(selectionSet && { selectionSet }) };
}

/** Every plain value of a type and, to a depth, of what it refers to; undefined for what has nothing to select. */
export function defaultSelection(
  type: GraphQLOutputType,
  depth: number = limits.callSelectionDepth,
): SelectionSetNode | undefined {
  const named = getNamedType(type);
  if (isLeafType(named)) return undefined;
  const selections: FieldNode[] = isAbstractType(named) ? [fieldNode('__typename')] : [];
  for (const field of isUnionType(named) ? [] : Object.values(named.getFields())) {
    if (!isAskable(field)) continue;
    const selectionSet = depth > 1 ? defaultSelection(field.type, depth - 1) : undefined;
    if (isLeafType(getNamedType(field.type)) || selectionSet !== undefined)
      selections.push(fieldNode(field.name, selectionSet));
  }
  return selections.length === 0 ? undefined : { kind: Kind.SELECTION_SET, selections };
}

function isAskable(field: GraphQLField<unknown, unknown>): boolean {
  return field.deprecationReason == null && !field.args.some(isRequiredArgument);
}
