import {
  type ExecutionResult,
  GraphQLError,
  type GraphQLResolveInfo,
  getVariableValues,
  locatedError,
  responsePathAsArray,
} from 'graphql';
import { assert } from '../../lib/assert.ts';
import type { Plan, PlannedField, Shape } from './Plan.ts';

// The semantics are those of graphql-js to the tick: promises are chained where it chains them, so that resolvers of one
// level meet in the same batches, and errors come in the same order. Coercion and errors are its own functions.

/** As many as graphql-js tells by itself. */
const coercionErrorsMax = 50;

type Path = GraphQLResolveInfo['path'];
type Data = Record<string, unknown>;

/** What one execution shares. */
type Run = {
  readonly plan: Plan;
  readonly variableValues: Record<string, unknown>;
  readonly contextValue: unknown;
  readonly errors: GraphQLError[];
  /** Places whose value is null because of an error: what fails below one of them later is not told. */
  readonly nulled: Set<Path | undefined>;
};

/** Executes a plan as graphql-js would have executed its operation. Resolvers run once, whatever comes of it. */
export function executePlan(
  plan: Plan,
  variables: Record<string, unknown>,
  contextValue: unknown,
): ExecutionResult<Data> | Promise<ExecutionResult<Data>> {
  const { coerced: variableValues, errors } = coerce(plan, variables);
  if (errors !== undefined) return { errors };
  const run: Run = { plan, variableValues, contextValue, errors: [], nulled: new Set() };
  try {
    const data = plan.serial ? executeSerially(run) : executeFields(run, plan.fields, undefined, undefined);
    if (!isPromise(data)) return resultOf(run, data);
    return data.then(
      (settled) => resultOf(run, settled),
      (error) => failed(run, error),
    );
  } catch (error) {
    return failed(run, error);
  }
}

function coerce({ schema, operation, coerceVariables }: Plan, raw: Record<string, unknown>) {
  const coerced = coerceVariables(raw);
  if (coerced !== undefined) return { coerced };
  return getVariableValues(schema, operation.variableDefinitions ?? [], raw, { maxErrors: coercionErrorsMax });
}

function failed(run: Run, error: unknown): ExecutionResult<Data> {
  note(run, error as GraphQLError, undefined);
  return resultOf(run, null);
}

function resultOf({ errors }: Run, data: Data | null): ExecutionResult<Data> {
  return errors.length === 0 ? { data } : { errors, data };
}

/** One after the other: each root field of a mutation sees what those before it have done. */
function executeSerially(run: Run): Data | Promise<Data> {
  let results: Data | Promise<Data> = {};
  for (const field of run.plan.fields) {
    results = isPromise(results)
      ? results.then((soFar) => executeNext(run, field, soFar))
      : executeNext(run, field, results);
  }
  return results;
}

function executeNext(run: Run, field: PlannedField, results: Data): Data | Promise<Data> {
  const result = executeField(run, field, undefined, undefined);
  if (!isPromise(result)) {
    results[field.key] = result;
    return results;
  }
  return result.then((settled) => {
    results[field.key] = settled;
    return results;
  });
}

function executeFields(
  run: Run,
  fields: readonly PlannedField[],
  source: unknown,
  path: Path | undefined,
): Data | Promise<Data> {
  const results: Data = {};
  let pending: string[] | undefined;
  try {
    for (const field of fields) {
      const result = executeField(run, field, source, path);
      results[field.key] = result;
      if (isPromise(result)) {
        pending ??= [];
        pending.push(field.key);
      }
    }
  } catch (error) {
    if (pending === undefined) throw error;
    // The others may fail as well, and somebody must have waited for them.
    return settle(results, pending).finally(() => {
      throw error;
    });
  }
  return pending === undefined ? results : settle(results, pending);
}

function settle(results: Data, pending: readonly string[]): Promise<Data> {
  return Promise.all(pending.map((key) => results[key])).then((settled) => {
    for (const [at, key] of pending.entries()) results[key] = settled[at];
    return results;
  });
}

function executeField(run: Run, field: PlannedField, source: unknown, parent: Path | undefined): unknown {
  const path = { prev: parent, key: field.key, typename: field.parentType.name };
  try {
    return guarded(run, field, field.shape, path, resolveField(run, field, source, path));
  } catch (error) {
    return fail(run, field, field.shape, path, error);
  }
}

function resolveField(run: Run, field: PlannedField, source: unknown, path: Path): unknown {
  if (field.isPlain && typeof source === 'object' && source !== null) {
    const value = (source as Data)[field.name];
    if (typeof value !== 'function') return value;
  }
  const { plan, variableValues, contextValue } = run;
  const { definition, nodes, parentType } = field;
  const info: GraphQLResolveInfo = {
    fieldName: definition.name,
    fieldNodes: nodes,
    returnType: definition.type,
    parentType,
    path,
    schema: plan.schema,
    fragments: plan.fragments,
    rootValue: undefined,
    operation: plan.operation,
    variableValues,
  };
  return field.resolve(source, field.argumentsBy(variableValues), contextValue, info);
}

/** Completes a value that may be on its way, and answers for what becomes of it then. */
function guarded(run: Run, field: PlannedField, shape: Shape, path: Path, value: unknown): unknown {
  const completed = isPromise(value)
    ? value.then((resolved) => complete(run, field, shape, path, resolved))
    : complete(run, field, shape, path, value);
  if (!isPromise(completed)) return completed;
  return completed.then(undefined, (error: unknown) => fail(run, field, shape, path, error));
}

function complete(run: Run, field: PlannedField, shape: Shape, path: Path, value: unknown): unknown {
  if (value instanceof Error) throw value;
  if (value === null || value === undefined) {
    if (!shape.nonNull) return null;
    throw new Error(`Cannot return null for non-nullable field ${field.parentType.name}.${field.name}.`);
  }
  if (shape.kind === 'object') return executeFields(run, shape.fields, value, path);
  if (shape.kind === 'list') return completeList(run, field, shape.item, path, value);
  const serialized = shape.type.serialize(value);
  // graphql-js says this in other words, which no client ever sees.
  assert(serialized !== null && serialized !== undefined, `a ${shape.type} is never serialized to nothing`);
  return serialized;
}

function completeList(run: Run, field: PlannedField, shape: Shape, list: Path, values: unknown): unknown {
  if (!isIterable(values)) {
    const { parentType, name } = field;
    throw new GraphQLError(`Expected Iterable, but did not find one for field "${parentType.name}.${name}".`);
  }
  const items: unknown[] = [];
  let pending = false;
  for (const value of values) {
    const path = { prev: list, key: items.length, typename: undefined };
    try {
      const item = guarded(run, field, shape, path, value);
      pending ||= isPromise(item);
      items.push(item);
    } catch (error) {
      items.push(failItem(run, field, shape, path, error, items));
    }
  }
  return pending ? Promise.all(items) : items;
}

/** Where an item ends the whole list, nobody waits for those before it any more, and their failures are nobody's. */
function failItem(run: Run, field: PlannedField, shape: Shape, path: Path, error: unknown, before: unknown[]): null {
  try {
    return fail(run, field, shape, path, error);
  } catch (located) {
    for (const item of before) if (isPromise(item)) item.then(undefined, () => undefined);
    throw located;
  }
}

/** Fails a place: null where that may be, and the place around it where it may not. */
function fail(run: Run, { nodes }: PlannedField, { nonNull }: Shape, path: Path, error: unknown): null {
  const located = locatedError(error, nodes, responsePathAsArray(path));
  if (nonNull) throw located;
  note(run, located, path);
  return null;
}

function note({ errors, nulled }: Run, error: GraphQLError, path: Path | undefined): void {
  for (let place = path; place !== undefined; place = place.prev) if (nulled.has(place)) return;
  if (nulled.has(undefined)) return;
  nulled.add(path);
  errors.push(error);
}

function isPromise<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && 'then' in value && typeof value.then === 'function';
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    typeof value[Symbol.iterator] === 'function'
  );
}
