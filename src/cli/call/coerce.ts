import {
  type GraphQLEnumType,
  type GraphQLInputType,
  type GraphQLNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { quoted } from '../../lib/quoted.ts';
import { UsageError } from '../exits.ts';
import { isRecord } from './askGraph.ts';
import type { Pair } from './readPairs.ts';

/** The value that a pair gives to something of this type. */
export function typedValue(pair: Pair, type: GraphQLInputType): unknown {
  return pair.raw ? parseJson(pair) : coerce(pair, type, pair.text);
}

/** Whether a type takes any JSON: by its name, because a schema says no more of a scalar. */
export function isJsonScalar({ name }: GraphQLNamedType): boolean {
  return /json(?:object)?$/i.test(name);
}

function coerce(pair: Pair, givenType: GraphQLInputType, text: string): unknown {
  const type = getNullableType(givenType);
  if (isListType(type)) return coerceList(pair, type.ofType, text);
  if (isEnumType(type)) return coerceEnum(pair, type, text);
  if (isInputObjectType(type)) {
    const value = parseJson(pair, text);
    if (!isRecord(value)) throw wrong(pair, 'a JSON object', text);
    return value;
  }
  if (isJsonScalar(type)) return parseJson(pair, text);
  if (type.name === 'Boolean') return coerceBoolean(pair, text);
  if (type.name === 'Int') return coerceInt(pair, text);
  if (type.name === 'Float') return coerceFloat(pair, text);
  return text;
}

/** A JSON list, or values between commas; nothing is the empty list. */
function coerceList(pair: Pair, itemType: GraphQLInputType, text: string): unknown[] {
  if (text.trimStart().startsWith('[')) {
    const items = parseJson(pair, text);
    if (!Array.isArray(items)) throw wrong(pair, 'a JSON list', text);
    return items.map((item) => (typeof item === 'string' ? coerceItem(pair, itemType, item) : item));
  }
  if (isInputObjectType(getNullableType(itemType))) return [coerce(pair, itemType, text)];
  const items = text.split(',').map((item) => item.trim());
  return text.trim() === '' ? [] : items.map((item) => coerce(pair, itemType, item));
}

/** A string inside of a JSON list is one already, where the list holds JSON. */
function coerceItem(pair: Pair, itemType: GraphQLInputType, item: string): unknown {
  const type = getNullableType(itemType);
  return isListType(type) || isInputObjectType(type) || isJsonScalar(type) ? item : coerce(pair, type, item);
}

function coerceEnum(pair: Pair, type: GraphQLEnumType, text: string): string {
  const names = type.getValues().map(({ name }) => name);
  const name = names.find((each) => each.toLowerCase() === text.toLowerCase());
  if (name === undefined) throw wrong(pair, `one of ${names.join(', ')}`, text);
  return name;
}

function coerceBoolean(pair: Pair, text: string): boolean {
  if (text !== 'true' && text !== 'false') throw wrong(pair, 'true or false', text);
  return text === 'true';
}

function coerceInt(pair: Pair, text: string): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || (value | 0) !== value) throw wrong(pair, 'a whole number of 32 bits', text);
  return value | 0;
}

function coerceFloat(pair: Pair, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw wrong(pair, 'a number', text);
  return value;
}

/** The JSON that a pair holds. */
export function parseJson(pair: Pair, text: string = pair.text): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong(pair, 'JSON', text);
  }
}

/** What came from a file, from the environment or from stdin may be secret, and is not repeated. */
function wrong({ path, source }: Pair, expected: string, text: string): UsageError {
  const given = source === undefined ? quoted(text) : `what is in ${source}`;
  return new UsageError(`${path.join('.')} takes ${expected}, not ${given}.`);
}
