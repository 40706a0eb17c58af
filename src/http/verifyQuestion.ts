import type { IncomingHttpHeaders } from 'node:http';
import { invalid } from '../lib/invalid.ts';
import { limits } from '../lib/limits.ts';
import { quoted } from '../lib/quoted.ts';
import type { VerifyApiKeyInput } from '../verification/verifyApiKey.ts';

/** The header that may carry the token in place of the body. */
const tokenHeader = 'x-keywright-token';

const fields = ['token', 'allOf', 'anyOf', 'environment'];
const environments: Readonly<Record<string, 'live' | 'test'>> = { LIVE: 'live', TEST: 'test' };

/**
 * What a verification asks, from a body, or a header, or both; the verb itself parses the scopes. Values are never
 * repeated in what is refused here: a token may be among them, and those of other systems have no shape to be known by.
 */
export function parseVerifyQuestion(headers: IncomingHttpHeaders, body: unknown): VerifyApiKeyInput {
  const given = body === undefined ? {} : parseFields(body);
  return {
    token: parseToken(headers[tokenHeader], given.token),
    allOf: parseTexts(given.allOf, 'allOf'),
    anyOf: parseTexts(given.anyOf, 'anyOf'),
    environment: parseEnvironment(given.environment),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parseFields(body: unknown): Fields {
  if (!isObject(body)) {
    throw invalid(`The body is ${kindOf(body)}. Send an object, such as {"token": "…", "allOf": ["orders:read"]}.`, []);
  }
  for (const name of Object.keys(body)) if (!fields.includes(name)) throw unknownField(name);
  return body;
}

function unknownField(name: string) {
  const fine = `The body takes ${fields.slice(0, -1).join(', ')} and ${fields.at(-1)}`;
  // What is longer than every field that somebody could have meant may be a token in the wrong place.
  if (name.length > limits.shownFieldCharsMax) {
    return invalid(`${fine}, and not one whose name has ${name.length} characters.`, []);
  }
  return invalid(`${fine}, and not ${quoted(name)}.`, [name]);
}

/** Exactly one token: of two, whichever is judged could be the one that the asker does not act on. */
function parseToken(inHeader: string | string[] | undefined, inBody: unknown): string {
  const path = ['token'];
  if (inHeader === undefined) {
    if (typeof inBody === 'string') return inBody;
    if (inBody !== undefined) throw invalid(`The token is a text, not ${kindOf(inBody)}.`, path);
    throw invalid(`There is no token. Send it as "token" in a JSON body, or in the header ${tokenHeader}.`, path);
  }
  if (inBody !== undefined) {
    throw invalid(`There is a token in the body and one in the header ${tokenHeader}. Send one of them.`, path);
  }
  return String(inHeader);
}

function parseTexts(value: unknown, name: string): readonly string[] | null {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value)) throw invalid(`Scopes are a list of texts, not ${kindOf(value)}.`, [name]);
  const at = value.findIndex((one) => typeof one !== 'string');
  if (at !== -1) throw invalid(`A scope is a text, not ${kindOf(value[at])}.`, [name, String(at)]);
  return value;
}

function parseEnvironment(value: unknown): 'live' | 'test' | null {
  if (value === undefined || value === null) return null;
  const environment = typeof value === 'string' && Object.hasOwn(environments, value) ? environments[value] : undefined;
  if (environment === undefined) throw invalid('The environment is "LIVE" or "TEST".', ['environment']);
  return environment;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'string' ? 'text' : typeof value}`;
}
