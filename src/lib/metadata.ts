import { invalid } from './invalid.ts';
import { limits } from './limits.ts';
import { quoted } from './quoted.ts';

type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
/** A plain JSON object: what metadata is. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** How many values a copy may still make: without it, one small object that repeats itself would become a huge one. */
type Budget = { values: number };

/** Keys that reach an object's prototype in some library on the way; no honest metadata is called so. */
const refusedKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Metadata as a deep copy of ordinary objects and lists that Postgres can hold and every door can print. What came in
 * may have no prototype, as objects parsed from a GraphQL literal have none.
 */
export function parseMetadata(value: unknown, path: readonly string[]): JsonObject {
  if (!isPlainObject(value)) throw invalid(`Metadata is a JSON object, not ${quoted(value)}.`, path);
  const copy = copyObject(value, 1, { values: limits.metadataBytesMax }, path);
  const bytes = Buffer.byteLength(JSON.stringify(copy));
  if (bytes > limits.metadataBytesMax) throw tooLarge(`this one has ${bytes}`, path);
  return copy;
}

function copyValue(value: unknown, depth: number, budget: Budget, path: readonly string[]): JsonValue {
  // Every value is at least a byte of JSON, so more values than bytes is too large before anything is written.
  budget.values -= 1;
  if (budget.values < 0) throw tooLarge('this one has more', path);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return checkText(value, 'A text', path);
  if (typeof value === 'number') return copyNumber(value, path);
  if (Array.isArray(value)) return copyList(value, depth + 1, budget, path);
  if (isPlainObject(value)) return copyObject(value, depth + 1, budget, path);
  throw invalid('Metadata holds texts, numbers, booleans, null, plain objects and lists, and nothing else.', path);
}

function copyObject(value: object, depth: number, budget: Budget, path: readonly string[]): JsonObject {
  refuseDepth(depth, path);
  const copy: Record<string, JsonValue> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (refusedKeys.has(key)) throw invalid(`Metadata must not have a key named ${key}.`, path);
    checkText(key, 'A key', path);
    copy[key] = copyValue(inner, depth, budget, [...path, key]);
  }
  return copy;
}

function copyList(value: readonly unknown[], depth: number, budget: Budget, path: readonly string[]): JsonValue[] {
  refuseDepth(depth, path);
  const copy: JsonValue[] = [];
  // By index and not by `map`, which would skip the holes of a sparse list and leave them to become null in JSON.
  for (let index = 0; index < value.length; index += 1) {
    copy.push(copyValue(value[index], depth, budget, [...path, String(index)]));
  }
  return copy;
}

function copyNumber(value: number, path: readonly string[]): number {
  if (!Number.isFinite(value)) throw invalid(`Metadata must not hold ${value}: JSON has no such number.`, path);
  // The database writes every digit out: nine characters such as 1e308 would come back as three hundred.
  if (/e/.test(String(value)))
    throw invalid(`Metadata holds numbers from 0.000001 to below 1e21, not ${value}. Send it as a text.`, path);
  // JSON has one zero: a copy that kept -0 would not equal what comes back.
  return value === 0 ? 0 : value;
}

function checkText(text: string, what: string, path: readonly string[]): string {
  if (!text.isWellFormed()) throw invalid(`${what} in metadata has half a surrogate pair: ${quoted(text)}.`, path);
  if (text.includes('\0')) throw invalid(`${what} in metadata must not contain NUL: ${quoted(text)}.`, path);
  return text;
}

function refuseDepth(depth: number, path: readonly string[]): void {
  if (depth > limits.metadataDepthMax) {
    throw invalid(`Metadata nests at most ${limits.metadataDepthMax} objects and lists, itself included.`, path);
  }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function tooLarge(what: string, path: readonly string[]): Error {
  return invalid(`Metadata is at most ${limits.metadataBytesMax} bytes of JSON, and ${what}.`, path);
}
