import { parseGlobalId } from '../lib/ids.ts';
import { parseScopes } from '../lib/scopes.ts';
import { parsePart } from '../lib/text.ts';
import type { ApiKey } from '../store/entities/ApiKey.ts';
import { type Sql, sql } from '../store/sql.ts';

type Given<Value> = Value | null | undefined;

/** Which keys of a list; every member that is given narrows it. */
export type ApiKeyFilter = {
  readonly status?: Given<ApiKey['status']>;
  readonly isActive?: Given<boolean>;
  readonly environment?: Given<ApiKey['environment']>;
  readonly ownerUserId?: Given<string>;
  readonly makerUserId?: Given<string>;
  readonly nameContains?: Given<string>;
  readonly scope?: Given<string>;
  readonly createdAfter?: Given<Date>;
  readonly createdBefore?: Given<Date>;
  readonly expiresAfter?: Given<Date>;
  readonly expiresBefore?: Given<Date>;
  readonly lastUsedAfter?: Given<Date>;
  readonly lastUsedBefore?: Given<Date>;
  readonly neverUsed?: Given<boolean>;
};

/** The same in its form: ids are UUIDs, and what narrows nothing is undefined. */
export type WantedApiKeys = { readonly [Member in keyof ApiKeyFilter]-?: Exclude<ApiKeyFilter[Member], null> };

/** Reads a filter; a foreign user's id is as good as one that is not there, and finds nothing. */
export function parseApiKeyFilter(given: ApiKeyFilter, path: readonly string[]): WantedApiKeys {
  const at = (member: keyof ApiKeyFilter) => [...path, member];
  const read = <T>(member: keyof ApiKeyFilter, parse: (value: unknown, path: readonly string[]) => T) =>
    given[member] == null ? undefined : parse(given[member], at(member));
  const userId = (value: unknown, where: readonly string[]) => parseGlobalId('User', value, where);
  return {
    status: given.status ?? undefined,
    isActive: given.isActive ?? undefined,
    environment: given.environment ?? undefined,
    ownerUserId: read('ownerUserId', userId),
    makerUserId: read('makerUserId', userId),
    nameContains: read('nameContains', parsePart),
    scope: read('scope', (scope, where) => parseScopes([scope], where)[0]),
    createdAfter: given.createdAfter ?? undefined,
    createdBefore: given.createdBefore ?? undefined,
    expiresAfter: given.expiresAfter ?? undefined,
    expiresBefore: given.expiresBefore ?? undefined,
    lastUsedAfter: given.lastUsedAfter ?? undefined,
    lastUsedBefore: given.lastUsedBefore ?? undefined,
    neverUsed: given.neverUsed ?? undefined,
  };
}

/** What is looked up row by row; the time of creation is a bound of the list itself. */
type LookedUp = Omit<WantedApiKeys, 'createdAfter' | 'createdBefore'>;

type Conditions = { readonly [Member in keyof LookedUp]: (value: NonNullable<LookedUp[Member]>, now: Date) => Sql };

/** What each member means to Postgres. Spans of time hold their first moment and not their last, so they can be laid end to end. */
const conditions: Conditions = {
  status: (status) => sql`status = ${status}`,
  isActive: (isActive, now) =>
    sql`(status = 'active' and (not_before is null or not_before <= ${now.toISOString()})
      and (expires_at is null or expires_at > ${now.toISOString()})) = ${isActive}`,
  environment: (environment) => sql`environment = ${environment}`,
  ownerUserId: (id) => sql`owner_user_id = ${id}`,
  makerUserId: (id) => sql`user_id = ${id}`,
  nameContains: (part) => sql`strpos(name_ci, lower(${part})) > 0`,
  scope: (scope) => sql`scopes ? ${scope}`,
  expiresAfter: (moment) => sql`expires_at >= ${moment.toISOString()}`,
  expiresBefore: (moment) => sql`expires_at < ${moment.toISOString()}`,
  lastUsedAfter: (moment) => sql`last_used_at >= ${moment.toISOString()}`,
  lastUsedBefore: (moment) => sql`last_used_at < ${moment.toISOString()}`,
  neverUsed: (neverUsed) => sql`(last_used_at is null) = ${neverUsed}`,
};

/** The conditions of what is looked up. */
export function apiKeyConditions(wanted: LookedUp, now: Date): Sql[] {
  const conditionOf = <Member extends keyof LookedUp>(member: Member): Sql[] => {
    const value = wanted[member];
    return value === undefined ? [] : [conditions[member](value as NonNullable<LookedUp[Member]>, now)];
  };
  return (Object.keys(conditions) as (keyof LookedUp)[]).flatMap((member) => conditionOf(member));
}
