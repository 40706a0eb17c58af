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

/** What tells a page's rows a second time, or makes the service count: it is there for whoever names it. */
const onlyByName = new Set(['edges', 'totalCount', 'apiKeyStats']);

/** A list inside of something else is a question of its own, with a page to choose. */
function isAskable({ name, args, type, deprecationReason }: GraphQLField<unknown, unknown>): boolean {
  if (deprecationReason != null || args.some(isRequiredArgument) || onlyByName.has(name)) return false;
  return !getNamedType(type).name.endsWith('Connection');
}
