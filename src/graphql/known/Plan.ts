import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLFieldResolver,
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import type { CoerceVariables } from './variablesOf.ts';

/** One operation of a document, with all worked out that does not depend on variables or data. */
export type Plan = {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly coerceVariables: CoerceVariables;
  /** Root fields run one after the other. */
  readonly serial: boolean;
  readonly fields: readonly PlannedField[];
  /** How many fields it has in all. */
  readonly fieldsCount: number;
};

/** One entry of an answer: the fields of the document that ask for it, and what becomes of its value. */
export type PlannedField = {
  readonly key: string;
  readonly name: string;
  readonly nodes: readonly FieldNode[];
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  /** It has no resolver and takes no arguments: the value is simply there. */
  readonly isPlain: boolean;
  argumentsBy(variableValues: Record<string, unknown>): Record<string, unknown>;
  readonly shape: Shape;
};

/** What a value of a type is made into. */
export type Shape = LeafShape | ListShape | ObjectShape;

export type LeafShape = { readonly kind: 'leaf'; readonly nonNull: boolean; readonly type: GraphQLLeafType };
export type ListShape = { readonly kind: 'list'; readonly nonNull: boolean; readonly item: Shape };
export type ObjectShape = {
  readonly kind: 'object';
  readonly nonNull: boolean;
  readonly fields: readonly PlannedField[];
};
