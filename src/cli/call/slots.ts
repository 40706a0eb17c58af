import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isNonNullType,
} from 'graphql';
import { columns } from '../help.ts';

/** What takes a value: an argument of an operation, or a field of an input object. */
export type Slot = GraphQLArgument | GraphQLInputField;

/** The fields of an input object; none of any other type. */
export function slotsIn(type: GraphQLInputType): readonly Slot[] {
  const object = getNullableType(type);
  return isInputObjectType(object) ? Object.values(object.getFields()) : [];
}

/** Whether nothing can be left out of it, and nothing stands in for what is. */
export function isRequired({ type, defaultValue }: Slot): boolean {
  return isNonNullType(type) && defaultValue === undefined;
}

/** What can be given, one to a line, as an error lists it. */
export function listing(slots: readonly Slot[]): string {
  if (slots.length === 0) return 'It takes no arguments.';
  return ['It takes:', ...columns(slots.map((slot) => [slot.name, describe(slot)]))].join('\n');
}

function describe(slot: Slot): string {
  const named = getNamedType(slot.type);
  const values = isEnumType(named)
    ? ` (${named
        .getValues()
        .map(({ name }) => name)
        .join(', ')})`
    : '';
  return `${getNullableType(slot.type)}${values}${isRequired(slot) ? ', required' : ''}`;
}
