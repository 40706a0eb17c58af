import { redactTokens } from '../crypto/token.ts';
import { invalid } from './invalid.ts';
import { limits } from './limits.ts';
import { codePointName, quoted } from './quoted.ts';

/** What a line of text is called in its refusals ("A name"), and how long it may be. */
export type LineRule = { readonly what: string; readonly charsMax: number };

/** Control characters, line and paragraph separators, and the marks that make text read in another order than it is stored. */
const controlling = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
/** What leaves no ink: a name made of these alone looks blank in every list. */
const invisible = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** One line of text for people: trimmed, in NFC, visible, and without anything that a terminal or a page would obey. */
export function parseLine(value: unknown, rule: LineRule, path: readonly string[]): string {
  const line = wellFormed(value, rule, path).normalize('NFC').trim();
  if (line.replace(invisible, '') === '') throw invalid(`${rule.what} must not be empty or blank.`, path);
  refuseControls(line, rule, path);
  refuseLonger(line, rule, path);
  return line;
}

/**
 * Why something was revoked, disabled or suspended, for people and for the audit log. Whoever tells where a token was found
 * may well paste the line that it stood in: the token does not stay in it.
 */
export function parseReason(value: unknown, path: readonly string[]): string {
  return redactTokens(parseLine(value, { what: 'A reason', charsMax: limits.reasonCharsMax }, path));
}

/** A part of a text to search for, in NFC as what is searched; every character stands for itself. Undefined for an empty one, which is in every text. */
export function parsePart(value: unknown, path: readonly string[]): string | undefined {
  const rule = { what: 'A text to search for', charsMax: limits.nameCharsMax };
  const part = wellFormed(value, rule, path).normalize('NFC');
  refuseControls(part, rule, path);
  refuseLonger(part, rule, path);
  return part === '' ? undefined : part;
}

/**
 * The identity provider's name for a user. It is compared exactly with what a credential says, so nothing in it is
 * trimmed or normalised: what could not be kept as it is, is refused.
 */
export function parseExternalId(value: unknown, path: readonly string[]): string {
  return parseExactLine(value, { what: 'An external id', charsMax: limits.externalIdCharsMax }, path);
}

/** One line that another system compares exactly: kept as it is, or refused. */
export function parseExactLine(value: unknown, rule: LineRule, path: readonly string[]): string {
  const id = wellFormed(value, rule, path);
  if (id.replace(invisible, '') === '') throw invalid(`${rule.what} must not be empty or blank.`, path);
  refuseControls(id, rule, path);
  refuseLonger(id, rule, path);
  if (id !== id.trim()) throw invalid(`${rule.what} must not begin or end with a space.`, path);
  if (id !== id.normalize('NFC')) throw invalid(`${rule.what} must be in Unicode's form NFC.`, path);
  return id;
}

/** What a client sends again with a retry. */
export function parseIdempotencyKey(value: unknown, path: readonly string[]): string {
  const charsMax = limits.idempotencyKeyCharsMax;
  if (typeof value !== 'string' || value.length > charsMax || !/^[\x21-\x7e]+$/.test(value)) {
    throw invalid(
      `An idempotency key is 1 to ${charsMax} visible ASCII characters without spaces, such as a UUID.`,
      path,
    );
  }
  return value;
}

function wellFormed(value: unknown, { what }: LineRule, path: readonly string[]): string {
  if (typeof value !== 'string') throw invalid(`${what} is a text, not ${quoted(value)}.`, path);
  if (!value.isWellFormed()) throw invalid(`${what} must be well-formed Unicode: it has half a surrogate pair.`, path);
  return value;
}

function refuseControls(text: string, { what }: LineRule, path: readonly string[]): void {
  const found = controlling.exec(text)?.[0];
  if (found === undefined) return;
  throw invalid(
    `${what} must not contain control characters, line breaks or text-direction marks: it has ${codePointName(found)}.`,
    path,
  );
}

/** Counts code points, as `varchar` does: a character outside the basic plane is one there and two in JavaScript. */
function refuseLonger(text: string, { what, charsMax }: LineRule, path: readonly string[]): void {
  const chars = [...text].length;
  if (chars > charsMax) throw invalid(`${what} has at most ${charsMax} characters, and this one has ${chars}.`, path);
}
