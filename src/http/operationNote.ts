import {
  type DocumentNode,
  type FormattedExecutionResult,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** How an operation ended; a closed list, because each becomes a time series. */
export type OperationOutcome = 'ok' | 'refused' | 'denied' | 'invalid' | 'unavailable' | 'error';

/** What one GraphQL request asked for and how it ended, as far as metrics and the log may tell it. */
export interface OperationNote {
  /** The root fields, each once: names of the schema, or `other` where no operation was understood. */
  readonly fields: readonly string[];
  /** The same names as one word for the log. */
  readonly label: string;
  readonly outcome: OperationOutcome;
}

type Fields = Pick<OperationNote, 'fields' | 'label'>;

/** The root fields of a request that never became an operation of the schema. */
export const otherFields: Fields = { fields: ['other'], label: 'other' };

/** Codes of GraphQL errors that say more than "our fault"; all others do not. */
const outcomes: Readonly<Record<string, OperationOutcome>> = {
  UNAUTHENTICATED: 'denied',
  FORBIDDEN: 'denied',
  UNAVAILABLE: 'unavailable',
  BAD_USER_INPUT: 'invalid',
  BAD_REQUEST: 'invalid',
  GRAPHQL_PARSE_FAILED: 'invalid',
  GRAPHQL_VALIDATION_FAILED: 'invalid',
  OPERATION_RESOLUTION_FAILURE: 'invalid',
};

/** Documents are kept parsed, so each operation is looked through once. */
const known = new WeakMap<OperationDefinitionNode, Fields>();

/** The names of an operation's root fields: it has passed validation, so they are names of the schema. */
export function fieldsOf({ definitions }: DocumentNode, operation: OperationDefinitionNode): Fields {
  const cached = known.get(operation);
  if (cached !== undefined) return cached;
  const fragments = new Map<string, SelectionSetNode>();
  for (const one of definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one.selectionSet);
  const names = new Set<string>();
  const collect = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else {
        const fragment = fragments.get(selection.name.value);
        // Once each: fragments that spread each other twice would take for ever.
        fragments.delete(selection.name.value);
        if (fragment !== undefined) collect(fragment);
      }
    }
  };
  collect(operation.selectionSet);
  const fields = [...names].sort();
  const found = { fields, label: fields.join('+') };
  known.set(operation, found);
  return found;
}

/** How an operation ended, by what is answered. */
export function outcomeOf({ errors, data }: Pick<FormattedExecutionResult, 'errors' | 'data'>): OperationOutcome {
  const [error] = errors ?? [];
  if (error !== undefined) return outcomes[String(error.extensions?.code)] ?? 'error';
  return Object.values(data ?? {}).some(isRefused) ? 'refused' : 'ok';
}

/** Whether a payload says that what was asked was not done. */
function isRefused(payload: unknown): boolean {
  if (typeof payload !== 'object' || payload === null || !('userErrors' in payload)) return false;
  return Array.isArray(payload.userErrors) && payload.userErrors.length > 0;
}
