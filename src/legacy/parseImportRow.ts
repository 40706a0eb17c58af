import type { Caller } from '../lib/Caller.ts';
import { parseGlobalId } from '../lib/ids.ts';
import { ifGiven } from '../lib/ifGiven.ts';
import { invalid } from '../lib/invalid.ts';
import { limits } from '../lib/limits.ts';
import { parseMetadata } from '../lib/metadata.ts';
import { parseName } from '../lib/names.ts';
import { parseScopes, refuseUnheldScopes } from '../lib/scopes.ts';
import { parseExactLine, parseLine } from '../lib/text.ts';
import { type Credential, type CredentialFields, type CredentialRules, parseCredential } from './parseCredential.ts';
import { importedTimeOf, parseImportedTime } from './parseImportedTime.ts';

/** A key of an older system, as whoever imports it wrote it down. What is absent is left as it is, or takes its default. */
export type ImportRow = CredentialFields & {
  readonly name: string;
  readonly source: string;
  readonly legacyId?: string | null | undefined;
  readonly externalKeyId?: string | null | undefined;
  readonly ownerUserId?: string | null | undefined;
  readonly makerUserId?: string | null | undefined;
  readonly scopes: readonly string[];
  readonly environment?: 'live' | 'test' | null | undefined;
  readonly status?: 'active' | 'disabled' | 'revoked' | null | undefined;
  readonly notBefore?: string | null | undefined;
  readonly expiresAt?: string | null | undefined;
  readonly createdAt?: string | null | undefined;
  readonly lastUsedAt?: string | null | undefined;
  readonly metadata?: unknown;
};

/** What a row asks for, in its form. `undefined`: the row says nothing of it; `null`: none. */
export type WantedKey = {
  readonly tenantId: string;
  /** Where the row stands, for what is said of it. */
  readonly path: readonly string[];
  readonly source: string;
  readonly legacyId: string | null;
  readonly credential: Credential;
  readonly fields: {
    readonly name: string;
    readonly scopes: readonly string[];
    readonly externalKeyId: string | null | undefined;
    readonly ownerUserId: string | null | undefined;
    readonly makerUserId: string | null | undefined;
    readonly environment: 'live' | 'test' | undefined;
    readonly status: 'active' | 'disabled' | 'revoked' | undefined;
    readonly notBefore: string | null | undefined;
    readonly expiresAt: string | null | undefined;
    readonly createdAt: string | undefined;
    readonly lastUsedAt: string | undefined;
    readonly metadata: Readonly<Record<string, unknown>> | undefined;
  };
};

/** What a row is measured by: whose it becomes, who brings it, when, and how weak its token may be. */
export type RowRules = CredentialRules & {
  readonly tenantId: string;
  readonly caller: Caller;
  readonly now: Date;
};

/** Reads one row. Pure, and without the database: what other rows and keys say of it is judged later. */
export function parseImportRow(row: ImportRow, rules: RowRules, path: readonly string[]): WantedKey {
  const at = (field: string) => [...path, field];
  const time = (field: 'notBefore' | 'expiresAt' | 'createdAt' | 'lastUsedAt') =>
    ifGiven(row[field], at(field), parseImportedTime);
  const past = (field: 'createdAt' | 'lastUsedAt') => refuseFuture(time(field) ?? undefined, rules.now, at(field));
  const user = (field: 'ownerUserId' | 'makerUserId') =>
    ifGiven(row[field], at(field), (id, where) => parseGlobalId('User', id, where));

  const scopes = parseScopes(row.scopes, at('scopes'));
  // An import is no way to more than one has.
  refuseUnheldScopes(rules.caller.scopes, scopes, at('scopes'));
  return {
    tenantId: rules.tenantId,
    path,
    source: parseSource(row.source, at('source')),
    legacyId: ifGiven(row.legacyId, at('legacyId'), foreignId('A legacy id')) ?? null,
    credential: parseCredential(row, rules, path),
    fields: {
      name: parseName(row.name, at('name')),
      scopes,
      externalKeyId: ifGiven(row.externalKeyId, at('externalKeyId'), foreignId('An external key id')),
      ownerUserId: user('ownerUserId'),
      makerUserId: user('makerUserId'),
      environment: row.environment ?? undefined,
      status: row.status ?? undefined,
      notBefore: time('notBefore'),
      expiresAt: time('expiresAt'),
      createdAt: past('createdAt'),
      lastUsedAt: past('lastUsedAt'),
      metadata: row.metadata === null ? {} : (ifGiven(row.metadata, at('metadata'), parseMetadata) ?? undefined),
    },
  };
}

/** Compared exactly, so that a row is found again; what would have to be changed to be kept is refused. */
function foreignId(what: string) {
  return (value: unknown, path: readonly string[]) =>
    parseExactLine(value, { what, charsMax: limits.foreignIdCharsMax }, path);
}

function parseSource(value: unknown, path: readonly string[]): string {
  const source = parseLine(value, { what: 'A source', charsMax: limits.sourceCharsMax }, path);
  if (source.toLowerCase() !== 'keywright') return source;
  throw invalid(
    'The source keywright is of the keys that this service made. Name the system that these come from.',
    path,
  );
}

function refuseFuture(time: string | undefined, now: Date, path: readonly string[]): string | undefined {
  if (time === undefined || time <= importedTimeOf(now)) return time;
  throw invalid(`This lies in the past, and ${time} is after now, ${now.toISOString()}.`, path);
}
