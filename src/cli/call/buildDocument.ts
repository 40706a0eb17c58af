import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  OperationTypeNode,
  parse,
  parseType,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { UsageError } from '../exits.ts';
import { fieldNode } from './defaultSelection.ts';
import type { Operation } from './findOperation.ts';

/** The document of a call: every value in a variable, none in the text, which may end up in logs and caches. */
export function buildDocument(
  operation: Operation,
  selected: SelectionSetNode | undefined,
  variables: object,
): DocumentNode {
  const { field, kind } = operation;
  const args = field.args.filter(({ name }) => name in variables);
  const variable = (name: string) => ({ kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } }) as const;
  const root = fieldNode(field.name, withUserErrors(operation, selected));
  const rootArguments = args.map(
    ({ name }) => ({ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value: variable(name) }) as const,
  );
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: kind === 'query' ? OperationTypeNode.QUERY : OperationTypeNode.MUTATION,
        name: { kind: Kind.NAME, value: field.name },
        variableDefinitions: args.map(({ name, type }) => ({
          kind: Kind.VARIABLE_DEFINITION,
          variable: variable(name),
          type: parseType(String(type)),
        })),
        selectionSet: { kind: Kind.SELECTION_SET, selections: [{ ...root, arguments: rootArguments }] },
      },
    ],
  };
}

/** A failure that nobody asked for would look like a success. */
function withUserErrors({ field }: Operation, selected: SelectionSetNode | undefined): SelectionSetNode | undefined {
  const named = getNamedType(field.type);
  if (selected === undefined || !isObjectType(named) || !('userErrors' in named.getFields())) return selected;
  const fields = ['code', 'message', 'path'].map((name) => fieldNode(name));
  const userErrors = fieldNode('userErrors', { kind: Kind.SELECTION_SET, selections: fields });
  const others = selected.selections.filter((node) => !isPlainField(node, 'userErrors'));
  return { kind: Kind.SELECTION_SET, selections: [...others, userErrors] };
}

function isPlainField(node: SelectionNode, name: string): boolean {
  return node.kind === Kind.FIELD && node.name.value === name && node.alias === undefined;
}

/** A selection as a person writes it: `id tenant { name }`. */
export function parseSelection(text: string): SelectionSetNode {
  const wrong = (reason: string) => new UsageError(`--select takes fields such as 'id tenant { name }': ${reason}`);
  let document: DocumentNode;
  try {
    document = parse(`{ ${text} }`, { noLocation: true });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
  const [definition, ...more] = document.definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION || more.length > 0)
    throw wrong('these are more than the fields of one object.');
  return definition.selectionSet;
}

/** Refuses what the schema does not have, before anything is sent. */
export function refuseInvalid(schema: GraphQLSchema, document: DocumentNode): void {
  const errors = validate(schema, document);
  if (errors.length > 0) throw new UsageError(errors.map(({ message }) => message).join('\n'));
}

/** The paths in the answer at which a secret stands that is shown only once. */
export function secretPaths(schema: GraphQLSchema, document: DocumentNode): string[][] {
  const info = new TypeInfo(schema);
  const at: string[] = [];
  const found: string[][] = [];
  const field = {
    enter(node: { alias?: { value: string }; name: { value: string } }) {
      at.push(node.alias?.value ?? node.name.value);
      const type = info.getType();
      if (type && getNamedType(type).name === 'ApiKeySecret') found.push([...at]);
    },
    leave() {
      at.pop();
    },
  };
  visit(document, visitWithTypeInfo(info, { Field: field }));
  return found;
}
