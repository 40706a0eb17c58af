import {
  type FieldNode,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { didYouMean } from '../closest.ts';
import { UsageError } from '../exits.ts';
import { columns } from '../help.ts';
import { isRecord } from './askGraph.ts';
import { isJsonScalar } from './coerce.ts';
import { defaultSelection, fieldNode } from './defaultSelection.ts';
import type { Operation } from './findOperation.ts';

/** The steps of a path below an operation; its own name may stand in front of them. */
export function stepsOf(pick: string, { field }: Operation): string[] {
  const steps = pick.split('.');
  const named = getNamedType(field.type);
  const hasFieldOfItsName = (isObjectType(named) || isInterfaceType(named)) && field.name in named.getFields();
  return steps[0] === field.name && !hasFieldOfItsName ? steps.slice(1) : steps;
}

/** What to ask for so that the path has its value, and no more; refuses a wrong path by listing what is there. */
export function pickSelection(type: GraphQLOutputType, steps: readonly string[]): SelectionSetNode | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return defaultSelection(type);
  const nullable = getNullableType(type);
  if (isListType(nullable)) return pickSelection(nullable.ofType, isIndex(step) ? rest : steps);
  const named = getNamedType(type);
  if (isLeafType(named)) {
    // Inside of a JSON value the schema knows nothing; the whole of it is asked for.
    if (isJsonScalar(named)) return undefined;
    throw new UsageError(`There is no "${step}" to pick: ${named.name} is a plain value.`);
  }
  const fields = isObjectType(named) || isInterfaceType(named) ? Object.values(named.getFields()) : [];
  const field = fields.find(({ name }) => name === step);
  if (field === undefined) {
    const suggestion = didYouMean(
      step,
      fields.map(({ name }) => name),
    );
    const rows = fields.map(({ name, type: fieldType }) => [name, String(fieldType)] as const);
    throw new UsageError(
      [`There is no "${step}" to pick.${suggestion} ${named.name} has:`, ...columns(rows)].join('\n'),
    );
  }
  if (field.args.some(isRequiredArgument)) throw new UsageError(`${step} needs arguments: give it with --select.`);
  const selections: FieldNode[] = [fieldNode(step, pickSelection(field.type, rest))];
  return { kind: Kind.SELECTION_SET, selections };
}

/** The value at a path; through a list it leads to the list of each item's. */
export function valueAt(value: unknown, steps: readonly string[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined || value === null || value === undefined) return value ?? null;
  if (Array.isArray(value))
    return isIndex(step) ? valueAt(value[Number(step)], rest) : value.flatMap((item) => valueAt(item, steps));
  return isRecord(value) && Object.hasOwn(value, step) ? valueAt(value[step], rest) : null;
}

function isIndex(step: string): boolean {
  return /^\d+$/.test(step);
}
