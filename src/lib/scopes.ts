import { Refusal } from './errors.ts';
import { invalid } from './invalid.ts';
import { limits } from './limits.ts';
import { quoted } from './quoted.ts';

/** The first segment that governs this service; a wildcard never reaches it, so nobody is given it by accident. */
const reserved = 'keywright';
const literalSegment = new RegExp(`^[A-Za-z0-9._-]{1,${limits.scopeSegmentCharsMax}}$`);

/** What holds everything: this service's own scopes are never reached by a plain wildcard. */
export const everyScope: readonly string[] = ['*', 'keywright:*'];

/** A list of scopes as it may be stored: each well-formed, none twice, in the order given. */
export function parseScopes(values: unknown, path: readonly string[]): string[] {
  return parseEach(values, path, faultOfPattern);
}

/** A list of scopes as it may be asked for: the same, but without wildcards, for nobody can ask for "any". */
export function parseWantedScopes(values: unknown, path: readonly string[]): string[] {
  return parseEach(values, path, faultOfWanted);
}

/** Those that were fine: every verification of a customer asks for the same few. */
const fineToAskFor = new Set<string>();

function faultOfWanted(scope: string): string | undefined {
  if (fineToAskFor.has(scope)) return undefined;
  const fault = faultOfPattern(scope);
  if (fault !== undefined) return fault;
  if (scope.includes('*')) return `${quoted(scope)} has a wildcard: ask for one scope, such as orders:read.`;
  if (fineToAskFor.size >= limits.scopesRememberedMax) fineToAskFor.clear();
  fineToAskFor.add(scope);
  return undefined;
}

/** Those of some texts that are scopes, none twice: for lists that others wrote, and not for this service alone. */
export function wellFormedScopes(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => faultOfPattern(text) === undefined);
}

/** Whether a scope is one of this service's own. */
export function governsService(scope: string): boolean {
  return scope.startsWith(`${reserved}:`);
}

/** Whether scopes that are held allow one that is asked for. What has a wildcard or is malformed is never allowed. */
export function allows(held: readonly string[], wanted: string): boolean {
  const { answers } = takeApart(held);
  const known = answers.get(wanted);
  if (known !== undefined) return known;
  const answer = !wanted.includes('*') && covers(held, wanted);
  if (answers.size < limits.scopeAnswersMax) answers.set(wanted, answer);
  return answer;
}

/**
 * Whether held scopes allow every scope of a pattern. One held scope must do it alone: no finite number of narrower
 * ones adds up to a wildcard, because segments that none of them names are always left over.
 */
export function covers(held: readonly string[], pattern: string): boolean {
  const { whole, wild } = takeApart(held);
  if (whole.has(pattern)) return true;
  if (wild.length === 0) return false;
  const inner = pattern.split(':');
  return inner.every(isSegment) && wild.some((scope) => contains(scope, inner));
}

/** A list of scopes, ready to be asked: those that are well-formed, and the segments of those with wildcards. */
type Apart = {
  readonly whole: ReadonlySet<string>;
  readonly wild: readonly (readonly string[])[];
  /** What was asked of it before: nearly always the same few. */
  readonly answers: Map<string, boolean>;
};

/** Lists never change, and the same few are asked at every verification. */
const apart = new WeakMap<readonly string[], Apart>();

function takeApart(scopes: readonly string[]): Apart {
  const known = apart.get(scopes);
  if (known !== undefined) return known;
  const split = scopes.map((scope) => scope.split(':'));
  const whole = new Set(scopes.filter((_, at) => split[at]?.every(isSegment)));
  const made = { whole, wild: split.filter((segments) => segments.includes('*')), answers: new Map() };
  apart.set(scopes, made);
  return made;
}

/** Whether a granter may give scopes away: nobody grants what they do not hold. */
export function grants(granter: readonly string[], granted: readonly string[]): boolean {
  return granted.every((scope) => covers(granter, scope));
}

/** Refuses scopes that the granter does not hold, and names the first of them. */
export function refuseUnheldScopes(
  granter: readonly string[],
  granted: readonly string[],
  path: readonly string[],
): void {
  const unheld = granted.find((scope) => !covers(granter, scope));
  if (unheld === undefined) return;
  throw new Refusal('SCOPE_NOT_HELD', `You cannot grant ${quoted(unheld)}, because you do not hold it yourself.`, path);
}

/** Scopes cut to a ceiling (null: none): what comes out allows a scope exactly when both do, up to a thousand of them. */
export function intersectScopes(scopes: readonly string[], ceiling: readonly string[] | null): string[] {
  if (ceiling === null) return [...scopes];
  const tops = ceiling.map((top) => top.split(':'));
  const cut = new Set<string>();
  for (const scope of scopes) {
    // A scope that lies below the ceiling stays as it is; only one that reaches through it is cut.
    const left = covers(ceiling, scope) ? [scope] : tops.flatMap((top) => meet(scope.split(':'), top)?.join(':') ?? []);
    for (const one of left) cut.add(one);
    // Two lists of a hundred wildcards meet ten thousand times; who holds less than the rest of that lacks nothing real.
    if (cut.size >= limits.effectiveScopesMax) return [...cut].slice(0, limits.effectiveScopesMax);
  }
  return [...cut];
}

function parseEach(values: unknown, path: readonly string[], faultOf: (scope: string) => string | undefined): string[] {
  if (!Array.isArray(values)) throw invalid(`Scopes are a list of texts, not ${quoted(values)}.`, path);
  if (values.length > limits.scopesMax) {
    throw invalid(`At most ${limits.scopesMax} scopes are allowed, and these are ${values.length}.`, path);
  }
  const scopes = new Set<string>();
  for (const [index, value] of values.entries()) {
    const at = [...path, String(index)];
    if (typeof value !== 'string') throw invalid(`A scope is a text, not ${quoted(value)}.`, at);
    const fault = faultOf(value);
    if (fault !== undefined) throw invalid(fault, at);
    scopes.add(value);
  }
  return [...scopes];
}

function faultOfPattern(scope: string): string | undefined {
  if (scope.length > limits.scopeCharsMax) {
    return `${quoted(scope)} has ${scope.length} characters, and a scope has at most ${limits.scopeCharsMax}.`;
  }
  const segments = scope.split(':');
  if (segments.length > limits.scopeSegmentsMax) {
    return `${quoted(scope)} has ${segments.length} segments, and a scope has at most ${limits.scopeSegmentsMax}.`;
  }
  if (segments.every(isSegment)) return undefined;
  return (
    `${quoted(scope)} is not a scope: expected segments joined by ":", each "*" or 1 to ${limits.scopeSegmentCharsMax} ` +
    'of the characters A-Z a-z 0-9 . _ -, such as orders:read or orders:*.'
  );
}

function isSegment(segment: string): boolean {
  return segment === '*' || literalSegment.test(segment);
}

/** Whether every scope of `inner` is one of `outer`; a scope without wildcards is a pattern of one. */
function contains(outer: readonly string[], inner: readonly string[]): boolean {
  const fits = outer.at(-1) === '*' ? inner.length >= outer.length : inner.length === outer.length;
  return fits && outer.every((segment, index) => inner[index] === common(segment, inner[index], index));
}

/** The pattern of the scopes that two patterns have in common, or undefined when they have none. */
function meet(one: readonly string[], other: readonly string[]): string[] | undefined {
  const [long, short] = one.length >= other.length ? [one, other] : [other, one];
  if (long.length > short.length && short.at(-1) !== '*') return undefined;
  const met: string[] = [];
  for (const [index, segment] of long.entries()) {
    // Beyond the end of the shorter one, its final wildcard takes whatever the longer one says.
    const shared = common(segment, short[index] ?? '*', index);
    if (shared === undefined) return undefined;
    met.push(shared);
  }
  return met;
}

/** What two segments at one place have in common: itself, the literal one of the two, or undefined for nothing. */
function common(one: string, other: string | undefined, index: number): string | undefined {
  if (one === other) return one;
  const literal = one === '*' ? other : other === '*' ? one : undefined;
  return index === 0 && literal === reserved ? undefined : literal;
}
