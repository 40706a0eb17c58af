import { type GraphQLArgument, type GraphQLInputType, getNullableType, isInputObjectType, isListType } from 'graphql';
import { didYouMean } from '../closest.ts';
import { UsageError } from '../exits.ts';
import { isRecord } from './askGraph.ts';
import { isJsonScalar, parseJson, typedValue } from './coerce.ts';
import type { Operation } from './findOperation.ts';
import type { Pair } from './readPairs.ts';
import { isRequired, listing, type Slot, slotsIn } from './slots.ts';

type Slots = readonly Slot[];

/** The variables of a call, by the names of the operation's arguments; refuses unknown keys and names missing ones. */
export function buildVariables({ field }: Operation, pairs: readonly Pair[]): Record<string, unknown> {
  const variables = emptyObject();
  const sole = soleInput(field.args);
  if (sole !== undefined) variables[sole.name] = emptyObject();
  for (const pair of pairs) {
    const path = sole === undefined || pair.path[0] === sole.name ? pair.path : [sole.name, ...pair.path];
    place(variables, field.args, path, pair);
  }
  const missing = missingIn(field.args, variables).map((path) => path.slice(sole === undefined ? 0 : 1).join('.'));
  if (missing.length > 0) {
    const slots = sole === undefined ? field.args : slotsIn(sole.type);
    throw new UsageError(`${field.name} needs ${missing.join(' and ')}. ${listing(slots)}`);
  }
  return variables;
}

/** Where the only argument is an input object, its fields are given as if they were arguments. */
function soleInput(args: readonly GraphQLArgument[]): GraphQLArgument | undefined {
  const [only] = args;
  return only !== undefined && args.length === 1 && isInputObjectType(getNullableType(only.type)) ? only : undefined;
}

function place(container: Record<string, unknown>, slots: Slots, path: readonly string[], pair: Pair): void {
  const [name = '', ...rest] = path;
  const slot = slots.find((each) => each.name === name);
  if (slot === undefined) throw unknownKey(pair, name, slots);
  const type = getNullableType(slot.type);
  if (rest.length === 0) assign(container, name, { pair, type });
  else if (isInputObjectType(type)) place(objectAt(container, name, pair), slotsIn(type), rest, pair);
  else if (!isListType(type) && isJsonScalar(type)) placeFreely(objectAt(container, name, pair), rest, pair);
  else
    throw new UsageError(`${pair.path.join('.')} is unknown: ${name} is of the type ${slot.type} and has no fields.`);
}

/** Inside of a JSON value any key is right, and what is not given as JSON is text. */
function placeFreely(container: Record<string, unknown>, path: readonly string[], pair: Pair): void {
  const [name = '', ...rest] = path;
  if (rest.length > 0) placeFreely(objectAt(container, name, pair), rest, pair);
  else if (Object.hasOwn(container, name)) throw givenTwice(pair);
  else container[name] = pair.raw ? parseJson(pair) : pair.text;
}

function assign(
  container: Record<string, unknown>,
  name: string,
  { pair, type }: { pair: Pair; type: GraphQLInputType },
): void {
  const value = typedValue(pair, type);
  const before = container[name];
  // A list is given by JSON, by commas, or by its key once for each item.
  if (Array.isArray(before) && isListType(type)) container[name] = before.concat(value);
  else if (isRecord(before) && Object.keys(before).length === 0) container[name] = value;
  else if (Object.hasOwn(container, name)) throw givenTwice(pair);
  else container[name] = value;
}

function objectAt(container: Record<string, unknown>, name: string, pair: Pair): Record<string, unknown> {
  const value = Object.hasOwn(container, name) ? container[name] : emptyObject();
  if (!isRecord(value)) throw givenTwice(pair);
  container[name] = value;
  return value;
}

/** Without a prototype, a key such as `__proto__` is a key like any other. */
function emptyObject(): Record<string, unknown> {
  return Object.create(null);
}

/** The paths of everything that is required, and neither given nor has a default. */
function missingIn(slots: Slots, values: Readonly<Record<string, unknown>>): string[][] {
  return slots.flatMap((slot) => {
    const value = values[slot.name];
    if (value === undefined) return isRequired(slot) ? [[slot.name]] : [];
    const type = getNullableType(slot.type);
    if (!isInputObjectType(type) || !isRecord(value)) return [];
    return missingIn(slotsIn(type), value).map((path) => [slot.name, ...path]);
  });
}

function givenTwice({ path }: Pair): UsageError {
  return new UsageError(`${path.join('.')} is given twice.`);
}

function unknownKey({ path }: Pair, name: string, slots: Slots): UsageError {
  const suggestion = didYouMean(
    name,
    slots.map((slot) => slot.name),
  );
  return new UsageError(`${path.join('.')} is unknown.${suggestion} ${listing(slots)}`);
}
