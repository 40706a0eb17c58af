import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { TenantRow } from '../store/rows/TenantRow.ts';
import type { UserRow } from '../store/rows/UserRow.ts';
import type { ApiKeyRow } from '../store/rows/ApiKeyRow.ts';
import type { AuditEventRow } from '../store/rows/AuditEventRow.ts';
import type { ApiKeyStats as ApiKeyCounts } from '../store/apiKeyStats.ts';
import type { Caller } from '../lib/Caller.ts';
import type { TenantPage, TenantPlace, UserPage, UserPlace, ApiKeyPage, ApiKeyPlace, AuditEventPage, AuditEventPlace, AnyPage } from './connections.ts';
import type { Context } from './context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /**
   * The secret of a key, as its user presents it: `kw_live_…`. It is shown once, in the answer that makes it, and nowhere else.
   * Store it where you store passwords.
   */
  ApiKeySecret: { input: never; output: string; }
  /**
   * A moment in time, RFC 3339 in UTC: `2026-11-20T08:00:00.123Z`. Three digits of fraction, or six where an imported row has them.
   * As input, any offset is taken, and kept to the millisecond.
   */
  DateTime: { input: Date; output: string; }
  /** A JSON object. Where it is yours it has at most 8 KiB and five levels, and comes back with every verification. The order of its members may change. */
  KeywrightJSON: { input: unknown; output: Readonly<Record<string, unknown>>; }
  /**
   * A token that somebody presented to you. It is accepted only as a variable: a literal in the text of a query would end up
   * in logs and caches.
   */
  PresentedApiKeyToken: { input: string; output: never; }
};

/** A key: everything about it but its secret. */
export type ApiKey = Node & {
  __typename?: 'ApiKey';
  /** What was done to it, newest first. Needs the scope `keywright:audit:read`. */
  auditEvents?: Maybe<AuditEventConnection>;
  /** When it was made. */
  createdAt: Scalars['DateTime']['output'];
  /** The key as it may be shown anywhere: `kw_live_…_***`. */
  display: Scalars['String']['output'];
  /** Where it may be used. */
  environment: ApiKeyEnvironment;
  /** It does not verify from this moment on. */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** The identifier under which a gateway knows it, if one does. */
  externalKeyId?: Maybe<Scalars['String']['output']>;
  /** The id: `key_…`. It never changes, whatever is rotated. */
  id: Scalars['ID']['output'];
  /** Whether the key itself works now: active, and inside its window. Its tenant and its owner count besides. */
  isActive: Scalars['Boolean']['output'];
  /**
   * When it was last used: a verification answered VALID, or it let a request of its own in. Exact to a minute, and written some
   * seconds later. Null if never, or not since uses are recorded. Using it does not count as a change.
   */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The user who made it; null when the platform or a key did, the user is gone, or you may not read it. */
  maker?: Maybe<User>;
  /** A JSON object of yours. */
  metadata: Scalars['KeywrightJSON']['output'];
  /** What people call it, unique in the tenant whatever its case. */
  name: Scalars['String']['output'];
  /** It does not verify before this. */
  notBefore?: Maybe<Scalars['DateTime']['output']>;
  /** The user whose personal key it is; null when the tenant owns it, or you may not read the user. */
  owner?: Maybe<User>;
  /** The 26 characters that every token of the key carries; public. */
  publicId: Scalars['ID']['output'];
  /** Why it was revoked, in the words of who did it. */
  revocationReason?: Maybe<Scalars['String']['output']>;
  /** When it was revoked. */
  revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What it may do. */
  scopes: Array<Scalars['String']['output']>;
  /** The secrets that the key has, the current one first: they verify as long as the key does. None once it is revoked or expired. */
  secrets: Array<ApiKeySecretVersion>;
  /** Which system made it: `keywright`, or the name of the one that it was imported from. */
  source: Scalars['String']['output'];
  /** The stored state. */
  status: ApiKeyStatus;
  /** The tenant that the key belongs to. */
  tenant: Tenant;
  /** When it was last changed; when it was made, if never. */
  updatedAt: Scalars['DateTime']['output'];
};


/** A key: everything about it but its secret. */
export type ApiKeyAuditEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<AuditEventFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of keys, newest first. */
export type ApiKeyConnection = {
  __typename?: 'ApiKeyConnection';
  /** The keys of this page, each with its cursor. */
  edges: Array<ApiKeyEdge>;
  /** The keys of this page. With a filter there may be fewer than you asked for, or none, although there are more: `pageInfo` says so. */
  nodes: Array<ApiKey>;
  /** Where this page stands in its list. */
  pageInfo: PageInfo;
  /**
   * How many there are in the whole list; counted only when you ask. Null where a filter would have more than 10,000 rows looked
   * at for it.
   */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** A place in a list of keys. */
export type ApiKeyEdge = {
  __typename?: 'ApiKeyEdge';
  /** The place, to go on from. */
  cursor: Scalars['String']['output'];
  /** What stands there. */
  node: ApiKey;
};

/** Where a key may be used; the token shows it. */
export type ApiKeyEnvironment =
  /** Real traffic. */
  | 'live'
  /** Trials. */
  | 'test';

/**
 * Which keys; every field that is given narrows the list, and null narrows nothing. A page costs the same at the millionth key
 * when it is filtered by tenant, owner, maker, time of creation or, within a tenant, status. For anything else each page looks at
 * no more than 10,000 keys: see `PageInfo`. Spans of time hold their first moment and not their last, so they can be laid end to end.
 */
export type ApiKeyFilter = {
  /** Only keys made at this moment or later. */
  createdAfter?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only keys made before this moment. */
  createdBefore?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only keys of this environment. */
  environment?: InputMaybe<ApiKeyEnvironment>;
  /** Only keys that end at this moment or later; those without an end are not among them. */
  expiresAfter?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only keys that end, or ended, before this moment. */
  expiresBefore?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only keys that work now, or only those that do not: see `ApiKey.isActive`. */
  isActive?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only keys last used at this moment or later, in the sense of `ApiKey.lastUsedAt`: to the minute. */
  lastUsedAfter?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only keys last used before this moment; those never used are not among them. */
  lastUsedBefore?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only keys that this user made. */
  makerUserId?: InputMaybe<Scalars['ID']['input']>;
  /** Only keys with this in their name, whatever its case. Every character stands for itself; an empty text narrows nothing. */
  nameContains?: InputMaybe<Scalars['String']['input']>;
  /** Only keys that were never used, or only those that were. */
  neverUsed?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only personal keys of this user. */
  ownerUserId?: InputMaybe<Scalars['ID']['input']>;
  /** Only keys in whose list this scope stands, written just so: `orders:*` finds no `orders:read`, and `orders:read` no `orders:*`. */
  scope?: InputMaybe<Scalars['String']['input']>;
  /** Only keys of this stored state. */
  status?: InputMaybe<ApiKeyStatus>;
};

/** What to do when the wanted name is taken. */
export type ApiKeyNameConflict =
  /** Make nothing, and answer NAME_TAKEN. */
  | 'REFUSE'
  /** If a revoked key holds it, give that key another name, and make this one. */
  | 'RENAME_REVOKED';

/** Whether a secret is the one to use. */
export type ApiKeySecretState =
  /** The newest: use this. */
  | 'CURRENT'
  /** Replaced by a rotation; verifies until its grace ends. */
  | 'RETIRING';

/** One secret of a key: when, never what. */
export type ApiKeySecretVersion = {
  __typename?: 'ApiKeySecretVersion';
  /** When it was made. */
  createdAt: Scalars['DateTime']['output'];
  /** When it ends: its grace, or the key's own end. */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** When it was last used, in the sense of `ApiKey.lastUsedAt`: before you end an old secret, see whether somebody still has it. */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Its number, counted from 1 for each key. */
  no: Scalars['Int']['output'];
  /** Whether it is the one to use. */
  state: ApiKeySecretState;
};

/** Counts about keys. */
export type ApiKeyStats = {
  __typename?: 'ApiKeyStats';
  /** How many different account numbers their tenants have. */
  accounts: Scalars['Int']['output'];
  /** How many of them are of the state ACTIVE, whatever their window. */
  activeKeys: Scalars['Int']['output'];
  /** How many of them are disabled. */
  disabledKeys: Scalars['Int']['output'];
  /** How many different e-mail addresses the users have who made them, whatever their case. */
  emailAddresses: Scalars['Int']['output'];
  /** How many keys there are. */
  keys: Scalars['Int']['output'];
  /** How many of them are revoked. */
  revokedKeys: Scalars['Int']['output'];
  /** How many different sets of scopes they have, in whatever order; none at all is one of them. */
  scopeCombinations: Scalars['Int']['output'];
  /** How many different tokens they have: one for each key, because no two keys share one. Retiring ones are not counted. */
  tokens: Scalars['Int']['output'];
};

/** The stored state of a key. Whether it works now also depends on its window: see `isActive`. */
export type ApiKeyStatus =
  /** It works inside its window. */
  | 'active'
  /** It rests, and can be enabled again. */
  | 'disabled'
  /** It is over, for ever. */
  | 'revoked';

/** The verdict on a token. Everything but `code` and `valid` is null where the code is INVALID. */
export type ApiKeyVerification = {
  __typename?: 'ApiKeyVerification';
  /** The verdict. */
  code: ApiKeyVerificationCode;
  /** Where it may be used. */
  environment?: Maybe<ApiKeyEnvironment>;
  /** When it ends: the presented secret's own end, or the key's, whichever comes first. */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** The id of the key. */
  keyId?: Maybe<Scalars['ID']['output']>;
  /** The key's JSON object. */
  metadata?: Maybe<Scalars['KeywrightJSON']['output']>;
  /** The id of the user whose personal key it is. */
  ownerUserId?: Maybe<Scalars['ID']['output']>;
  /** What it may do now: a personal key's scopes are cut to its owner's ceiling. */
  scopes?: Maybe<Array<Scalars['String']['output']>>;
  /** The id of its tenant. */
  tenantId?: Maybe<Scalars['ID']['output']>;
  /** Whether the code is VALID. */
  valid: Scalars['Boolean']['output'];
};

/** A verdict. The first that fits, in this order. */
export type ApiKeyVerificationCode =
  /** It is disabled. */
  | 'DISABLED'
  /** Its window is over. */
  | 'EXPIRED'
  /** It lacks a scope that you asked for. */
  | 'INSUFFICIENT_SCOPE'
  /** Malformed, forged, unknown, or not one of yours: all the same. */
  | 'INVALID'
  /** Its window has not begun. */
  | 'NOT_YET_VALID'
  /** It was revoked. */
  | 'REVOKED'
  /** Its tenant is suspended. */
  | 'TENANT_SUSPENDED'
  /** Its owner is disabled. */
  | 'USER_DISABLED'
  /** It is good. */
  | 'VALID'
  /** It is of another environment than you asked for. */
  | 'WRONG_ENVIRONMENT';

/** Something that was done. It is never changed, and outlives what it was done to. */
export type AuditEvent = Node & {
  __typename?: 'AuditEvent';
  /** What was done: the name of the mutation, or of what a system did. */
  action: Scalars['String']['output'];
  /** Who did it: the global id of a key or a user, `bearer:` and a key's id for whoever held its token, or the name of a system such as `system:bootstrap`. */
  actor: Scalars['String']['output'];
  /** When it was done. */
  at: Scalars['DateTime']['output'];
  /** What was changed: `before` and `after`, as far as there is one and the other. Never a secret. */
  changes: Scalars['KeywrightJSON']['output'];
  /** The id: `evt_…`. */
  id: Scalars['ID']['output'];
  /** The request that did it, as its answer and the log name it. */
  requestId?: Maybe<Scalars['String']['output']>;
  /** The global id of what it was done to, which may be gone. */
  target: Scalars['ID']['output'];
  /** The tenant in which it was done; null once it is gone. */
  tenant?: Maybe<Tenant>;
  /** The id of the tenant in which it was done. */
  tenantId: Scalars['ID']['output'];
};

/** A page of events, newest first. */
export type AuditEventConnection = {
  __typename?: 'AuditEventConnection';
  /** The events of this page, each with its cursor. */
  edges: Array<AuditEventEdge>;
  /** The events of this page. With a filter there may be fewer than you asked for, or none, although there are more: `pageInfo` says so. */
  nodes: Array<AuditEvent>;
  /** Where this page stands in its list. */
  pageInfo: PageInfo;
  /**
   * How many there are in the whole list; counted only when you ask. Null where a filter would have more than 10,000 rows looked
   * at for it.
   */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** A place in a list of events. */
export type AuditEventEdge = {
  __typename?: 'AuditEventEdge';
  /** The place, to go on from. */
  cursor: Scalars['String']['output'];
  /** What stands there. */
  node: AuditEvent;
};

/**
 * Which events; every field that is given narrows the list, and null narrows nothing. A page costs the same at the millionth event
 * when it is filtered by tenant, target, time or, within a tenant, actor. For anything else each page looks at no more than 10,000
 * events: see `PageInfo`.
 */
export type AuditEventFilter = {
  /** Only events of this name, such as `revokeApiKey`. */
  action?: InputMaybe<Scalars['String']['input']>;
  /** Only what this key, user or system did, as `AuditEvent.actor` names it. */
  actor?: InputMaybe<Scalars['String']['input']>;
  /** Only events at this moment or later. */
  from?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only what was done to this tenant, user or key, by its global id; it may be gone. */
  target?: InputMaybe<Scalars['ID']['input']>;
  /** Only events before this moment. */
  until?: InputMaybe<Scalars['DateTime']['input']>;
};

/** What a key is made of. */
export type CreateApiKeyInput = {
  /** Where it may be used; the token shows it. */
  environment?: InputMaybe<ApiKeyEnvironment>;
  /** It does not verify from this moment on. A key that you make cannot outlive the one you make it with. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The identifier under which a gateway knows it. For the platform. */
  externalKeyId?: InputMaybe<Scalars['String']['input']>;
  /** Up to 255 characters of yours; a retry with the same answers the key that the first try made, without its secret. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** A JSON object of yours. */
  metadata?: InputMaybe<Scalars['KeywrightJSON']['input']>;
  /** What people call it: 1 to 255 characters, unique in the tenant whatever its case. */
  name: Scalars['String']['input'];
  /** It does not verify before this. */
  notBefore?: InputMaybe<Scalars['DateTime']['input']>;
  /** What to do when a revoked key of the tenant holds the name; a living one always keeps it. */
  onNameConflict?: InputMaybe<ApiKeyNameConflict>;
  /** The user whose personal key it is; it dies with its owner. Absent: the tenant owns it. */
  ownerUserId?: InputMaybe<Scalars['ID']['input']>;
  /** What it may do, none by default. You can give only what you hold. */
  scopes?: InputMaybe<Array<Scalars['String']['input']>>;
  /** The tenant; yours if absent. */
  tenantId?: InputMaybe<Scalars['ID']['input']>;
};

/** What came of `createApiKey`. */
export type CreateApiKeyPayload = {
  __typename?: 'CreateApiKeyPayload';
  /** The key, if it was made. */
  apiKey?: Maybe<ApiKey>;
  /** Whether this answers a retry. */
  replayed: Scalars['Boolean']['output'];
  /** The secret, this once. Null for a retry: whoever lost it rotates the key. */
  secret?: Maybe<Scalars['ApiKeySecret']['output']>;
  /** Why nothing was made. */
  userErrors: Array<KeywrightUserError>;
};

/** What a tenant is made of. */
export type CreateTenantInput = {
  /** The number of its account in the operator's books, as digits. */
  accountNumber?: InputMaybe<Scalars['String']['input']>;
  /** Up to 255 characters of yours; a retry with the same answers what the first try made. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** What kind of party it is; PLATFORM cannot be made. */
  kind?: InputMaybe<TenantKind>;
  /** What people call it: 1 to 255 characters. */
  name: Scalars['String']['input'];
  /** Its short name for addresses: lower-case letters, digits and hyphens. Made from the name if absent. */
  slug?: InputMaybe<Scalars['String']['input']>;
};

/** What came of `createTenant`. */
export type CreateTenantPayload = {
  __typename?: 'CreateTenantPayload';
  /** Whether this answers a retry. */
  replayed: Scalars['Boolean']['output'];
  /** The tenant, if it was made. */
  tenant?: Maybe<Tenant>;
  /** Why nothing was made. */
  userErrors: Array<KeywrightUserError>;
};

/** What a user is made of. */
export type CreateUserInput = {
  /** The e-mail address. */
  email?: InputMaybe<Scalars['String']['input']>;
  /** The subject under which your identity provider knows the user. */
  externalId?: InputMaybe<Scalars['String']['input']>;
  /** Up to 255 characters of yours; a retry with the same answers what the first try made. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** What people call the user. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** The most that the user can do, by personal keys and by tokens of the identity provider; absent or null for no ceiling. */
  scopeCeiling?: InputMaybe<Array<Scalars['String']['input']>>;
  /** The tenant; yours if absent. */
  tenantId?: InputMaybe<Scalars['ID']['input']>;
};

/** What came of `createUser`. */
export type CreateUserPayload = {
  __typename?: 'CreateUserPayload';
  /** Whether this answers a retry. */
  replayed: Scalars['Boolean']['output'];
  /** The user, if made. */
  user?: Maybe<User>;
  /** Why nothing was made. */
  userErrors: Array<KeywrightUserError>;
};

/** Which key goes. */
export type DeleteApiKeyInput = {
  /** The key's id. */
  id: Scalars['ID']['input'];
  /** How long to wait for every node to know, in milliseconds: 0 to 10,000, 1,000 if absent. */
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};

/** What came of `deleteApiKey`. */
export type DeleteApiKeyPayload = {
  __typename?: 'DeleteApiKeyPayload';
  /** The id of the key that is gone. */
  deletedApiKeyId?: Maybe<Scalars['ID']['output']>;
  /** Whether it has reached every node that verifies. */
  propagation?: Maybe<KeywrightPropagation>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which tenant goes. */
export type DeleteTenantInput = {
  /** The tenant's id. */
  id: Scalars['ID']['input'];
  /** How long to wait for every node to know, in milliseconds: 0 to 10,000, 1,000 if absent. */
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};

/** What came of `deleteTenant`. */
export type DeleteTenantPayload = {
  __typename?: 'DeleteTenantPayload';
  /** The id of the tenant that is gone. */
  deletedTenantId?: Maybe<Scalars['ID']['output']>;
  /** Whether it has reached every node that verifies. */
  propagation?: Maybe<KeywrightPropagation>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which user goes. */
export type DeleteUserInput = {
  /** The user's id. */
  id: Scalars['ID']['input'];
  /** How long to wait for every node to know, in milliseconds: 0 to 10,000, 1,000 if absent. */
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};

/** What came of `deleteUser`. */
export type DeleteUserPayload = {
  __typename?: 'DeleteUserPayload';
  /** How many personal keys died with the user; each has its event in the audit. */
  deletedApiKeys?: Maybe<Scalars['Int']['output']>;
  /** The id of the user that is gone. */
  deletedUserId?: Maybe<Scalars['ID']['output']>;
  /** Whether it has reached every node that verifies. */
  propagation?: Maybe<KeywrightPropagation>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which key rests, and why. */
export type DisableApiKeyInput = {
  /** The key's id. */
  id: Scalars['ID']['input'];
  /** Why, in your words, for the audit: at most 500 characters. */
  reason?: InputMaybe<Scalars['String']['input']>;
  /** How long to wait for every node to know, in milliseconds: 0 to 10,000, 1,000 if absent. */
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};

/** What came of `disableApiKey`. */
export type DisableApiKeyPayload = {
  __typename?: 'DisableApiKeyPayload';
  /** The key, disabled. */
  apiKey?: Maybe<ApiKey>;
  /** Whether it has reached every node that verifies. */
  propagation?: Maybe<KeywrightPropagation>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which user is shut out, and why. */
export type DisableUserInput = {
  /** The user's id. */
  id: Scalars['ID']['input'];
  /** Why, in your words, for the audit: at most 500 characters. */
  reason?: InputMaybe<Scalars['String']['input']>;
  /** How long to wait for every node to know, in milliseconds: 0 to 10,000, 1,000 if absent. */
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};

/** What came of `disableUser`. */
export type DisableUserPayload = {
  __typename?: 'DisableUserPayload';
  /** Whether it has reached every node that verifies. */
  propagation?: Maybe<KeywrightPropagation>;
  /** The user, disabled. */
  user?: Maybe<User>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which key works again. */
export type EnableApiKeyInput = {
  /** The key's id. */
  id: Scalars['ID']['input'];
};

/** What came of `enableApiKey`. */
export type EnableApiKeyPayload = {
  __typename?: 'EnableApiKeyPayload';
  /** The key, active. */
  apiKey?: Maybe<ApiKey>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which user is let in again. */
export type EnableUserInput = {
  /** The user's id. */
  id: Scalars['ID']['input'];
};

/** What came of `enableUser`. */
export type EnableUserPayload = {
  __typename?: 'EnableUserPayload';
  /** The user, active. */
  user?: Maybe<User>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/**
 * A key of an older system. Send `token`, or `digest` and `scheme`, or none of them: a key without authenticates nobody until it
 * is rotated. A row with a `legacyId` that came in before updates its key: what it leaves out stays as it is, and null takes
 * the owner, the maker, the external key id, the window or the metadata away.
 */
export type ImportApiKeyInput = {
  /** When it was made; now if nothing is said. */
  createdAt?: InputMaybe<Scalars['String']['input']>;
  /** A digest of the token, in hexadecimal or base64. Password hashes such as bcrypt cannot be imported: nothing is found by them. */
  digest?: InputMaybe<Scalars['String']['input']>;
  /** Where it may be used; LIVE if nothing is said. It never changes. */
  environment?: InputMaybe<ApiKeyEnvironment>;
  /** It does not verify from this moment on, which may be over. It cannot outlive the key that you import it with. */
  expiresAt?: InputMaybe<Scalars['String']['input']>;
  /** The identifier under which a gateway knows it. It authenticates nobody. */
  externalKeyId?: InputMaybe<Scalars['String']['input']>;
  /** When it was last used. */
  lastUsedAt?: InputMaybe<Scalars['String']['input']>;
  /** Its id there, unique within the source. Without one the key is made anew, and the same row is not known again. */
  legacyId?: InputMaybe<Scalars['String']['input']>;
  /** The user who made it. */
  makerUserId?: InputMaybe<Scalars['ID']['input']>;
  /** A JSON object of yours. */
  metadata?: InputMaybe<Scalars['KeywrightJSON']['input']>;
  /** What people call it: 1 to 255 characters, unique in the tenant whatever its case. */
  name: Scalars['String']['input'];
  /** It does not verify before this: RFC 3339 with an offset, kept to the microsecond. So are the other times. */
  notBefore?: InputMaybe<Scalars['String']['input']>;
  /** The user whose personal key it is; it dies with its owner. Without: the tenant owns it. */
  ownerUserId?: InputMaybe<Scalars['ID']['input']>;
  /** How the digest was made: `sha256`, `sha512`, or `hmac:<name>` for HMAC-SHA-256 with the pepper `import:<name>` of the key ring. */
  scheme?: InputMaybe<Scalars['String']['input']>;
  /** What it may do. You can give only what you hold. */
  scopes: Array<Scalars['String']['input']>;
  /** The system that it comes from: 1 to 64 characters, such as `mongo`. */
  source: Scalars['String']['input'];
  /** Its state; ACTIVE if nothing is said. A key that was revoked here stays revoked. */
  status?: InputMaybe<ApiKeyStatus>;
  /** The token itself, as its user presents it: 1 to 512 visible ASCII characters. It goes on working, and only a keyed hash of it is kept. */
  token?: InputMaybe<Scalars['PresentedApiKeyToken']['input']>;
};

/** How a name is met that another key of the tenant has. */
export type ImportApiKeyNameConflict =
  /** The row is rejected. */
  | 'REJECT'
  /** The key gets another name, which begins like the wanted one, and its verdict says so. */
  | 'SUFFIX';

/** What became of a row. */
export type ImportApiKeyOutcome =
  /** Its key is new. */
  | 'IMPORTED'
  /** Nothing of it was taken: `userError` says why. */
  | 'REJECTED'
  /** Its key came in before, and nothing of it is different. */
  | 'UNCHANGED'
  /** Its key came in before, and is changed. */
  | 'UPDATED';

/** The verdict on one row. */
export type ImportApiKeyVerdict = {
  __typename?: 'ImportApiKeyVerdict';
  /** Its key; null if it was rejected. */
  apiKey?: Maybe<ApiKey>;
  /** What became of it. */
  outcome: ImportApiKeyOutcome;
  /** Whether the key goes by another name than the row's, because that was taken. */
  renamed: Scalars['Boolean']['output'];
  /** Which row, counted from 0. */
  row: Scalars['Int']['output'];
  /** Why it was rejected. */
  userError?: Maybe<KeywrightUserError>;
};

/** Keys of an older system, and how what stands in their way is met. */
export type ImportApiKeysInput = {
  /** Takes tokens, too, that by their length and alphabet have less than 112 bits. Better give their users new keys. */
  allowWeak?: InputMaybe<Scalars['Boolean']['input']>;
  /** How a name is met that another key of the tenant has. */
  onNameConflict?: InputMaybe<ImportApiKeyNameConflict>;
  /** The keys, at most 100, in a body of at most 32 KiB. */
  rows: Array<ImportApiKeyInput>;
  /** The tenant that they become keys of. */
  tenantId: Scalars['ID']['input'];
};

/** What came of `importApiKeys`. The four counts add up to the rows. */
export type ImportApiKeysPayload = {
  __typename?: 'ImportApiKeysPayload';
  /** How many keys are new. */
  imported: Scalars['Int']['output'];
  /** How many rows were rejected. */
  rejected: Scalars['Int']['output'];
  /** How many were as they are. */
  unchanged: Scalars['Int']['output'];
  /** How many were changed. */
  updated: Scalars['Int']['output'];
  /** Why nothing was imported at all. */
  userErrors: Array<KeywrightUserError>;
  /** A verdict for each row, in their order. */
  verdicts: Array<ImportApiKeyVerdict>;
};

/**
 * Whether a change has reached every node that verifies. A node that answers from memory acknowledges each change, and loses
 * the right to answer from memory when it has not asked for five seconds: so a withdrawal is effective everywhere, or it is
 * known by when it will be.
 */
export type KeywrightPropagation = {
  __typename?: 'KeywrightPropagation';
  /** Whether every node knows: no verification that begins after this answer judges by what was before. */
  effective: Scalars['Boolean']['output'];
  /** When every node will know at the latest; null if every one does. */
  effectiveBy?: Maybe<Scalars['DateTime']['output']>;
  /** Nodes that do not know yet; null if that could not be asked, though the change is made. */
  nodesPending?: Maybe<Scalars['Int']['output']>;
};

/** One reason why a mutation did nothing, for a person and for a form. */
export type KeywrightUserError = {
  __typename?: 'KeywrightUserError';
  /** The reason, for programs. */
  code: KeywrightUserErrorCode;
  /** The reason, for people: what was wrong, and what would be right. */
  message: Scalars['String']['output'];
  /** Where in the variables: `["input", "name"]`. */
  path: Array<Scalars['String']['output']>;
};

/** Why a mutation could not do what it was asked; nothing has changed then. */
export type KeywrightUserErrorCode =
  /** Another tenant has the account number. */
  | 'ACCOUNT_NUMBER_TAKEN'
  /** Somebody else changed it at the same moment: read it again. */
  | 'CONCURRENT_CHANGE'
  /** Another user of the tenant has the e-mail address. */
  | 'EMAIL_TAKEN'
  /** It would outlive the credential that makes it. */
  | 'EXPIRES_TOO_LATE'
  /** Another user of the tenant has the external id. */
  | 'EXTERNAL_ID_TAKEN'
  /** Another key has the identifier of a gateway. */
  | 'EXTERNAL_KEY_ID_TAKEN'
  /** The idempotency key was used with another input. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** A value is malformed or out of bounds; the message says what would be right. */
  | 'INVALID_INPUT'
  /** Another key came in under this source and legacy id. */
  | 'LEGACY_ID_TAKEN'
  /** Another key of the tenant has the name. */
  | 'NAME_TAKEN'
  /** There is none, or none that you may see. */
  | 'NOT_FOUND'
  /** You cannot give a scope that you do not hold. */
  | 'SCOPE_NOT_HELD'
  /** Another tenant has the slug. */
  | 'SLUG_TAKEN'
  /** Another key has the token. */
  | 'TOKEN_TAKEN'
  /** Nothing that is presented could be compared with it: the message says why. */
  | 'UNUSABLE_CREDENTIAL'
  /** By its length and alphabet the token can be guessed. */
  | 'WEAK_TOKEN'
  /** It is in a state in which this cannot be done. */
  | 'WRONG_STATE';

export type Mutation = {
  __typename?: 'Mutation';
  /**
   * Makes a key and answers its secret, once. Needs the scope `keywright:keys:write`.
   * Can answer INVALID_INPUT, NOT_FOUND, NAME_TAKEN, EXTERNAL_KEY_ID_TAKEN, SCOPE_NOT_HELD, EXPIRES_TOO_LATE, IDEMPOTENCY_KEY_REUSED.
   */
  createApiKey?: Maybe<CreateApiKeyPayload>;
  /**
   * Makes a tenant. For the platform, with the scope `keywright:tenants:write`.
   * Can answer INVALID_INPUT, SLUG_TAKEN, ACCOUNT_NUMBER_TAKEN, IDEMPOTENCY_KEY_REUSED.
   */
  createTenant?: Maybe<CreateTenantPayload>;
  /**
   * Makes a user of a tenant. Needs the scope `keywright:users:write`, and to stand for the tenant or the platform.
   * Can answer INVALID_INPUT, NOT_FOUND, EMAIL_TAKEN, EXTERNAL_ID_TAKEN, WRONG_STATE, IDEMPOTENCY_KEY_REUSED.
   */
  createUser?: Maybe<CreateUserPayload>;
  /**
   * Removes a key with everything it has; its name is free then, and its token as unknown as one that never was. The audit keeps
   * what it was. Needs the scope `keywright:keys:write`. The last key of the platform that works is refused.
   * Can answer INVALID_INPUT, NOT_FOUND, WRONG_STATE.
   */
  deleteApiKey?: Maybe<DeleteApiKeyPayload>;
  /**
   * Removes a tenant that has neither keys nor users left. For the platform, with the scope `keywright:tenants:write`.
   * Can answer INVALID_INPUT, NOT_FOUND, WRONG_STATE.
   */
  deleteTenant?: Maybe<DeleteTenantPayload>;
  /**
   * Removes a user. Their personal keys die with them; keys that they made for the tenant stay, and no longer name them.
   * Needs the scope `keywright:users:write`, and to stand for the tenant or the platform; nobody deletes the user that they act as.
   * Can answer INVALID_INPUT, NOT_FOUND.
   */
  deleteUser?: Maybe<DeleteUserPayload>;
  /**
   * Lets a key rest until it is enabled again. Needs the scope `keywright:keys:write`. Disabling what is disabled changes nothing;
   * the last key of the platform that works is refused. Can answer INVALID_INPUT, NOT_FOUND, WRONG_STATE.
   */
  disableApiKey?: Maybe<DisableApiKeyPayload>;
  /**
   * Shuts a user out: their personal keys stop, at once, and each stays as it is. What they made for the tenant works on.
   * Needs the scope `keywright:users:write`, and to stand for the tenant or the platform. Disabling who is disabled changes nothing.
   * Can answer INVALID_INPUT, NOT_FOUND.
   */
  disableUser?: Maybe<DisableUserPayload>;
  /**
   * Lets a disabled key work again, exactly as it did. Needs the scope `keywright:keys:write`, and everything that the key may do,
   * for as long as it lives. Enabling what is active changes nothing.
   * Can answer INVALID_INPUT, NOT_FOUND, SCOPE_NOT_HELD, EXPIRES_TOO_LATE, WRONG_STATE.
   */
  enableApiKey?: Maybe<EnableApiKeyPayload>;
  /**
   * Lets a disabled user in again: their personal keys work exactly as they did. Needs the scope `keywright:users:write`, and to
   * stand for the tenant or the platform. Can answer INVALID_INPUT, NOT_FOUND.
   */
  enableUser?: Maybe<EnableUserPayload>;
  /**
   * Brings in keys of an older system, at most 100 a call, and answers a verdict for each row: a bad row never stops the rest.
   * The same rows once more change nothing. Imported tokens go on working as they are, and are kept only as keyed hashes.
   * For the platform, with the scope `keywright:tenants:write`. Can answer INVALID_INPUT, NOT_FOUND; a row besides NAME_TAKEN,
   * TOKEN_TAKEN, LEGACY_ID_TAKEN, EXTERNAL_KEY_ID_TAKEN, WEAK_TOKEN, UNUSABLE_CREDENTIAL, SCOPE_NOT_HELD, EXPIRES_TOO_LATE, WRONG_STATE.
   */
  importApiKeys?: Maybe<ImportApiKeysPayload>;
  /**
   * Lets the keys of a suspended tenant work again, each exactly as it did. For the platform, with the scope
   * `keywright:tenants:write`. Can answer INVALID_INPUT, NOT_FOUND.
   */
  reactivateTenant?: Maybe<ReactivateTenantPayload>;
  /**
   * Ends a secret that a rotation replaced, now instead of at the end of its grace, and says when it was last used.
   * Needs the scope `keywright:keys:write`. Can answer INVALID_INPUT, NOT_FOUND, WRONG_STATE.
   */
  retireApiKeySecret?: Maybe<RetireApiKeySecretPayload>;
  /**
   * Ends a key for ever, with all its secrets. Needs the scope `keywright:keys:write`. Revoking what is revoked changes nothing
   * and answers the key as it is. Can answer INVALID_INPUT, NOT_FOUND.
   */
  revokeApiKey?: Maybe<RevokeApiKeyPayload>;
  /**
   * Ends several keys for ever, in one transaction: those that are named, or up to 100 of one owner or one maker. Needs the scope
   * `keywright:keys:write`. If one that is named cannot be found, none is revoked. Can answer INVALID_INPUT, NOT_FOUND.
   */
  revokeApiKeys?: Maybe<RevokeApiKeysPayload>;
  /**
   * Ends the key of a token that you hold: for whoever finds one in the open. Needs no credential; the token is all of it.
   * Ending what is over already changes nothing. Can answer INVALID_INPUT, NOT_FOUND.
   */
  revokePresentedApiKey?: Maybe<RevokePresentedApiKeyPayload>;
  /**
   * Gives a key a new secret, answered once. The id, the scopes and the history stay. The old secret verifies until its grace ends.
   * Needs the scope `keywright:keys:write`, and everything that the key may do, for as long as it lives: you are handed its secret.
   * Can answer INVALID_INPUT, NOT_FOUND, WRONG_STATE, SCOPE_NOT_HELD, EXPIRES_TOO_LATE, CONCURRENT_CHANGE, IDEMPOTENCY_KEY_REUSED.
   */
  rotateApiKey?: Maybe<RotateApiKeyPayload>;
  /**
   * Stops every key of a tenant, at once; each stays as it is. For the platform, with the scope `keywright:tenants:write`.
   * Suspending what is suspended changes nothing. Can answer INVALID_INPUT, NOT_FOUND, WRONG_STATE.
   */
  suspendTenant?: Maybe<SuspendTenantPayload>;
  /**
   * Changes what a key is called, may do, carries, and when it works. Needs the scope `keywright:keys:write`. Whoever adds scopes
   * must hold them, and whoever gives the key more time, by a later end or a sooner beginning, all that it may do; each for as long
   * as the key lives. Of a revoked key only the name and the metadata change.
   * Can answer INVALID_INPUT, NOT_FOUND, NAME_TAKEN, EXTERNAL_KEY_ID_TAKEN, SCOPE_NOT_HELD, EXPIRES_TOO_LATE, WRONG_STATE.
   */
  updateApiKey?: Maybe<UpdateApiKeyPayload>;
  /**
   * Changes what a tenant is called. Needs the scope `keywright:tenants:write`; slug and account number are for the platform.
   * Can answer INVALID_INPUT, NOT_FOUND, SLUG_TAKEN, ACCOUNT_NUMBER_TAKEN.
   */
  updateTenant?: Maybe<UpdateTenantPayload>;
  /**
   * Changes what is known of a user. Needs the scope `keywright:users:write`. People change their own name and address;
   * the external id and the ceiling are for those who manage users, who do not change their own external id; and nobody raises a
   * ceiling above what they hold.
   * Can answer INVALID_INPUT, NOT_FOUND, EMAIL_TAKEN, EXTERNAL_ID_TAKEN, SCOPE_NOT_HELD.
   */
  updateUser?: Maybe<UpdateUserPayload>;
  /**
   * Judges a token that somebody presented to you. The verdict is data: a refused token is no error of this request.
   * Needs the scope `keywright:keys:verify`. Can answer INVALID_INPUT.
   */
  verifyApiKey?: Maybe<VerifyApiKeyPayload>;
  /**
   * Judges up to 100 tokens, each for itself. Needs the scope `keywright:keys:verify`. If one cannot be judged now, none is, and the
   * request fails with UNAVAILABLE. Can answer INVALID_INPUT.
   */
  verifyApiKeys?: Maybe<VerifyApiKeysPayload>;
};


export type MutationCreateApiKeyArgs = {
  input: CreateApiKeyInput;
};


export type MutationCreateTenantArgs = {
  input: CreateTenantInput;
};


export type MutationCreateUserArgs = {
  input: CreateUserInput;
};


export type MutationDeleteApiKeyArgs = {
  input: DeleteApiKeyInput;
};


export type MutationDeleteTenantArgs = {
  input: DeleteTenantInput;
};


export type MutationDeleteUserArgs = {
  input: DeleteUserInput;
};


export type MutationDisableApiKeyArgs = {
  input: DisableApiKeyInput;
};


export type MutationDisableUserArgs = {
  input: DisableUserInput;
};


export type MutationEnableApiKeyArgs = {
  input: EnableApiKeyInput;
};


export type MutationEnableUserArgs = {
  input: EnableUserInput;
};


export type MutationImportApiKeysArgs = {
  input: ImportApiKeysInput;
};


export type MutationReactivateTenantArgs = {
  input: ReactivateTenantInput;
};


export type MutationRetireApiKeySecretArgs = {
  input: RetireApiKeySecretInput;
};


export type MutationRevokeApiKeyArgs = {
  input: RevokeApiKeyInput;
};


export type MutationRevokeApiKeysArgs = {
  input: RevokeApiKeysInput;
};


export type MutationRevokePresentedApiKeyArgs = {
  input: RevokePresentedApiKeyInput;
};


export type MutationRotateApiKeyArgs = {
  input: RotateApiKeyInput;
};


export type MutationSuspendTenantArgs = {
  input: SuspendTenantInput;
};


export type MutationUpdateApiKeyArgs = {
  input: UpdateApiKeyInput;
};


export type MutationUpdateTenantArgs = {
  input: UpdateTenantInput;
};


export type MutationUpdateUserArgs = {
  input: UpdateUserInput;
};


export type MutationVerifyApiKeyArgs = {
  input: VerifyApiKeyInput;
};


export type MutationVerifyApiKeysArgs = {
  input: VerifyApiKeysInput;
};

/** Anything with a global id. */
export type Node = {
  /** A global id: three letters that tell the kind, `_`, and 26 characters. */
  id: Scalars['ID']['output'];
};

/**
 * Where a page stands in its list. A page whose filter no index answers looks at no more than 10,000 rows: it may then be short or
 * empty although `hasNextPage` (or, backwards, `hasPreviousPage`) is true, and its cursor on that side goes on where it stopped.
 */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Where this page ends: give it as `after` to go on. */
  endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether there is more after this page, or may be. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether there is more before this page, or was when the cursor that you came by was made. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** Where this page begins: give it as `before` to go back. */
  startCursor?: Maybe<Scalars['String']['output']>;
};

export type Query = {
  __typename?: 'Query';
  /**
   * One key, by its id, by the public id that its token carries, or by a gateway's identifier. Null when there is none that you
   * may see. Needs the scope `keywright:keys:read`.
   */
  apiKey?: Maybe<ApiKey>;
  /**
   * Counts about all the keys that you may see. They are read anew each time: of a million keys in half a second.
   * Needs the scope `keywright:keys:read`.
   */
  apiKeyStats?: Maybe<ApiKeyStats>;
  /** Keys that you may see, newest first; a person sees its personal keys. Needs the scope `keywright:keys:read`. */
  apiKeys?: Maybe<ApiKeyConnection>;
  /**
   * What was done, by whom and when, newest first. A person sees what was done to the personal keys that it has now, as far as
   * the newest hundred of them go; name one as the filter's `target`, or ask `ApiKey.auditEvents`, for any other. Needs the scope
   * `keywright:audit:read`.
   */
  auditEvents?: Maybe<AuditEventConnection>;
  /** One tenant. Null when there is none that you may see. Needs the scope `keywright:tenants:read`. */
  tenant?: Maybe<Tenant>;
  /** Tenants that you may see, newest first: every one for the platform, for others their own. Needs the scope `keywright:tenants:read`. */
  tenants?: Maybe<TenantConnection>;
  /** One user. Null when there is none that you may see. Needs the scope `keywright:users:read`, or to be that user. */
  user?: Maybe<User>;
  /** Users that you may see, newest first; a person sees itself. Needs the scope `keywright:users:read`. */
  users?: Maybe<UserConnection>;
  /** Who you are to this service, and what you may do. Ask this first. */
  viewer?: Maybe<Viewer>;
};


export type QueryApiKeyArgs = {
  externalKeyId?: InputMaybe<Scalars['ID']['input']>;
  id?: InputMaybe<Scalars['ID']['input']>;
  publicId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryApiKeysArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ApiKeyFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  tenantId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryAuditEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<AuditEventFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  tenantId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryTenantArgs = {
  id: Scalars['ID']['input'];
};


export type QueryTenantsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<TenantFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryUserArgs = {
  id: Scalars['ID']['input'];
};


export type QueryUsersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<UserFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  tenantId?: InputMaybe<Scalars['ID']['input']>;
};

/** Which tenant goes on. */
export type ReactivateTenantInput = {
  /** The tenant's id. */
  id: Scalars['ID']['input'];
};

/** What came of `reactivateTenant`. */
export type ReactivateTenantPayload = {
  __typename?: 'ReactivateTenantPayload';
  /** The tenant, active. */
  tenant?: Maybe<Tenant>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which secret ends before its grace does. */
export type RetireApiKeySecretInput = {
  /** The key's id. */
  id: Scalars['ID']['input'];
  /** The number of the secret, as in `ApiKey.secrets`. The current one is refused: rotate, or revoke. */
  secretNo: Scalars['Int']['input'];
  /** How long to wait for every node to know, in milliseconds: 0 to 10,000, 1,000 if absent. */
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};

/** What came of `retireApiKeySecret`. */
export type RetireApiKeySecretPayload = {
  __typename?: 'RetireApiKeySecretPayload';
  /** The key without that secret. */
  apiKey?: Maybe<ApiKey>;
  /** When the secret was last used, in the sense of `ApiKey.lastUsedAt`; null if never. What came in the last seconds may be missing. */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Whether it has reached every node that verifies. */
  propagation?: Maybe<KeywrightPropagation>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which key ends, and why. */
export type RevokeApiKeyInput = {
  /** The key's id. */
  id: Scalars['ID']['input'];
  /** Why, in your words: at most 500 characters. */
  reason?: InputMaybe<Scalars['String']['input']>;
  /** How long to wait for every node to know, in milliseconds: 0 to 10,000, 1,000 if absent. */
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};

/** What came of `revokeApiKey`. */
export type RevokeApiKeyPayload = {
  __typename?: 'RevokeApiKeyPayload';
  /** The key, revoked. */
  apiKey?: Maybe<ApiKey>;
  /** Whether it has reached every node that verifies. */
  propagation?: Maybe<KeywrightPropagation>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which keys end together: exactly one of `ids`, `ownerUserId` and `makerUserId`. */
export type RevokeApiKeysInput = {
  /** From 1 to 100 keys, by their ids. */
  ids?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** The keys that this user made. */
  makerUserId?: InputMaybe<Scalars['ID']['input']>;
  /** The personal keys of this user. */
  ownerUserId?: InputMaybe<Scalars['ID']['input']>;
  /** Why, in your words, for the audit: at most 500 characters. */
  reason?: InputMaybe<Scalars['String']['input']>;
  /** How long to wait for every node to know, in milliseconds: 0 to 10,000, 1,000 if absent. */
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};

/** What came of `revokeApiKeys`. */
export type RevokeApiKeysPayload = {
  __typename?: 'RevokeApiKeysPayload';
  /** The keys, revoked. */
  apiKeys?: Maybe<Array<ApiKey>>;
  /** Whether more keys of that owner or maker are left: then ask again. */
  hasMore?: Maybe<Scalars['Boolean']['output']>;
  /** Whether it has reached every node that verifies. */
  propagation?: Maybe<KeywrightPropagation>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** A token that should not be where you found it. */
export type RevokePresentedApiKeyInput = {
  /** Where it was found, say: at most 500 characters, for the key's owner. */
  reason?: InputMaybe<Scalars['String']['input']>;
  /** The token. */
  token: Scalars['PresentedApiKeyToken']['input'];
  /** How long to wait for every node to know, in milliseconds: 0 to 10,000, 1,000 if absent. */
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};

/** What came of `revokePresentedApiKey`. */
export type RevokePresentedApiKeyPayload = {
  __typename?: 'RevokePresentedApiKeyPayload';
  /** The key as it may be shown anywhere: `kw_live_…_***`. */
  display?: Maybe<Scalars['String']['output']>;
  /** Whether it has reached every node that verifies. */
  propagation?: Maybe<KeywrightPropagation>;
  /** The id of the key that is over. */
  revokedApiKeyId?: Maybe<Scalars['ID']['output']>;
  /** When it was revoked. */
  revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which key gets a new secret, and how long the old one lives on. */
export type RotateApiKeyInput = {
  /** How long the old secret goes on verifying, in seconds: 0 ends it now, 2,592,000 (thirty days) is the most, and never beyond the end of the key itself. */
  graceSeconds: Scalars['Int']['input'];
  /** The key's id. */
  id: Scalars['ID']['input'];
  /** Up to 255 characters of yours; a retry with the same answers the key without a second secret. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** How long to wait for every node to know, in milliseconds: 0 to 10,000, 1,000 if absent. */
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};

/** What came of `rotateApiKey`. */
export type RotateApiKeyPayload = {
  __typename?: 'RotateApiKeyPayload';
  /** The key, if it was rotated. */
  apiKey?: Maybe<ApiKey>;
  /** Whether it has reached every node that verifies. */
  propagation?: Maybe<KeywrightPropagation>;
  /** Whether this answers a retry. */
  replayed: Scalars['Boolean']['output'];
  /** The new secret, this once. Null for a retry. */
  secret?: Maybe<Scalars['ApiKeySecret']['output']>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which tenant stops, and why. */
export type SuspendTenantInput = {
  /** The tenant's id. */
  id: Scalars['ID']['input'];
  /** Why, in your words, for the audit: at most 500 characters. */
  reason?: InputMaybe<Scalars['String']['input']>;
  /** How long to wait for every node to know, in milliseconds: 0 to 10,000, 1,000 if absent. */
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};

/** What came of `suspendTenant`. */
export type SuspendTenantPayload = {
  __typename?: 'SuspendTenantPayload';
  /** Whether it has reached every node that verifies. */
  propagation?: Maybe<KeywrightPropagation>;
  /** The tenant, suspended. */
  tenant?: Maybe<Tenant>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Whose keys they are: a company, a person, or the platform itself. */
export type Tenant = Node & {
  __typename?: 'Tenant';
  /** The number of its account in the operator's books, if it has one. */
  accountNumber?: Maybe<Scalars['String']['output']>;
  /** Counts about its keys that you may see. Needs the scope `keywright:keys:read`. */
  apiKeyStats?: Maybe<ApiKeyStats>;
  /** Its keys that you may see, newest first. Needs the scope `keywright:keys:read`. */
  apiKeys?: Maybe<ApiKeyConnection>;
  /** What was done in it, as far as you may see, newest first. Needs the scope `keywright:audit:read`. */
  auditEvents?: Maybe<AuditEventConnection>;
  /** When it was made. */
  createdAt: Scalars['DateTime']['output'];
  /** The id: `tnt_…`. */
  id: Scalars['ID']['output'];
  /** What kind of party it is. */
  kind: TenantKind;
  /** What people call it. */
  name: Scalars['String']['output'];
  /** Its short name for addresses, unique whatever its case. */
  slug: Scalars['String']['output'];
  /** Whether its keys work. */
  status: TenantStatus;
  /** When it was last changed; when it was made, if never. */
  updatedAt: Scalars['DateTime']['output'];
  /** Its users that you may see, newest first. Needs the scope `keywright:users:read`. */
  users?: Maybe<UserConnection>;
};


/** Whose keys they are: a company, a person, or the platform itself. */
export type TenantApiKeysArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ApiKeyFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** Whose keys they are: a company, a person, or the platform itself. */
export type TenantAuditEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<AuditEventFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** Whose keys they are: a company, a person, or the platform itself. */
export type TenantUsersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<UserFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of tenants, newest first. */
export type TenantConnection = {
  __typename?: 'TenantConnection';
  /** The tenants of this page, each with its cursor. */
  edges: Array<TenantEdge>;
  /** The tenants of this page. With a filter there may be fewer than you asked for, or none, although there are more: `pageInfo` says so. */
  nodes: Array<Tenant>;
  /** Where this page stands in its list. */
  pageInfo: PageInfo;
  /**
   * How many there are in the whole list; counted only when you ask. Null where a filter would have more than 10,000 rows looked
   * at for it.
   */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** A place in a list of tenants. */
export type TenantEdge = {
  __typename?: 'TenantEdge';
  /** The place, to go on from. */
  cursor: Scalars['String']['output'];
  /** What stands there. */
  node: Tenant;
};

/**
 * Which tenants; every field that is given narrows the list, and null narrows nothing. Each page looks at no more than 10,000
 * tenants: see `PageInfo`.
 */
export type TenantFilter = {
  /** Only tenants of this kind. */
  kind?: InputMaybe<TenantKind>;
  /** Only tenants with this in their name, whatever its case. Every character stands for itself; an empty text narrows nothing. */
  nameContains?: InputMaybe<Scalars['String']['input']>;
  /** Only tenants with this in their slug, whatever its case. */
  slugContains?: InputMaybe<Scalars['String']['input']>;
  /** Only tenants of this state. */
  status?: InputMaybe<TenantStatus>;
};

/** What kind of party a tenant is. */
export type TenantKind =
  /** A company, a team, a project: anything with several users. */
  | 'organization'
  /** One person; it has exactly one user. */
  | 'personal'
  /** The operator of this service. There is one, made by the machine itself. */
  | 'platform';

/** Whether a tenant's keys work. */
export type TenantStatus =
  /** They do. */
  | 'active'
  /** None of them verifies until it is reactivated. */
  | 'suspended';

/** Which key changes, and how: what is absent stays, what is null is removed. */
export type UpdateApiKeyInput = {
  /** It does not verify from this moment on. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The identifier under which a gateway knows it. For the platform. */
  externalKeyId?: InputMaybe<Scalars['String']['input']>;
  /** The key's id. */
  id: Scalars['ID']['input'];
  /** A JSON object of yours, in place of the one that it has. */
  metadata?: InputMaybe<Scalars['KeywrightJSON']['input']>;
  /** What people call it: 1 to 255 characters, unique in the tenant whatever its case. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** It does not verify before this. */
  notBefore?: InputMaybe<Scalars['DateTime']['input']>;
  /** What it may do, from now on. You can add only what you hold. */
  scopes?: InputMaybe<Array<Scalars['String']['input']>>;
  /** How long to wait for every node to know, in milliseconds: 0 to 10,000, 1,000 if absent. */
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};

/** What came of `updateApiKey`. */
export type UpdateApiKeyPayload = {
  __typename?: 'UpdateApiKeyPayload';
  /** The key as it is now. */
  apiKey?: Maybe<ApiKey>;
  /** Whether it has reached every node that verifies. */
  propagation?: Maybe<KeywrightPropagation>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which tenant changes, and how: what is absent stays. */
export type UpdateTenantInput = {
  /** The number of its account in the operator's books, as digits; null for none. For the platform. */
  accountNumber?: InputMaybe<Scalars['String']['input']>;
  /** The tenant's id. */
  id: Scalars['ID']['input'];
  /** What people call it: 1 to 255 characters. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** Its short name for addresses: lower-case letters, digits and hyphens. For the platform. */
  slug?: InputMaybe<Scalars['String']['input']>;
};

/** What came of `updateTenant`. */
export type UpdateTenantPayload = {
  __typename?: 'UpdateTenantPayload';
  /** The tenant as it is now. */
  tenant?: Maybe<Tenant>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which user changes, and how: what is absent stays, what is null is removed. */
export type UpdateUserInput = {
  /** The e-mail address. */
  email?: InputMaybe<Scalars['String']['input']>;
  /** The subject under which your identity provider knows the user. */
  externalId?: InputMaybe<Scalars['String']['input']>;
  /** The user's id. */
  id: Scalars['ID']['input'];
  /** What people call the user. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** The most that the user can do, by personal keys and by tokens of the identity provider; null for no ceiling. */
  scopeCeiling?: InputMaybe<Array<Scalars['String']['input']>>;
  /** How long to wait for every node to know, in milliseconds: 0 to 10,000, 1,000 if absent. */
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};

/** What came of `updateUser`. */
export type UpdateUserPayload = {
  __typename?: 'UpdateUserPayload';
  /** Whether it has reached every node that verifies. */
  propagation?: Maybe<KeywrightPropagation>;
  /** The user as known now. */
  user?: Maybe<User>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** A person of one tenant. */
export type User = Node & {
  __typename?: 'User';
  /** The user's personal keys that you may see, newest first. Needs the scope `keywright:keys:read`. */
  apiKeys?: Maybe<ApiKeyConnection>;
  /** When the user was made. */
  createdAt: Scalars['DateTime']['output'];
  /** The e-mail address, unique in the tenant whatever its case. */
  email?: Maybe<Scalars['String']['output']>;
  /** The subject under which the identity provider knows the user. */
  externalId?: Maybe<Scalars['String']['output']>;
  /** The id: `usr_…`. */
  id: Scalars['ID']['output'];
  /** What people call the user. */
  name?: Maybe<Scalars['String']['output']>;
  /** The most that the user can do, by personal keys and by tokens of the identity provider, whatever scopes those were given; null for no ceiling. */
  scopeCeiling?: Maybe<Array<Scalars['String']['output']>>;
  /** Whether the user may act, and their personal keys work. */
  status: UserStatus;
  /** The tenant that the user belongs to. */
  tenant: Tenant;
  /** When the user was last changed; when made, if never. */
  updatedAt: Scalars['DateTime']['output'];
};


/** A person of one tenant. */
export type UserApiKeysArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ApiKeyFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of users, newest first. */
export type UserConnection = {
  __typename?: 'UserConnection';
  /** The users of this page, each with its cursor. */
  edges: Array<UserEdge>;
  /** The users of this page. With a filter there may be fewer than you asked for, or none, although there are more: `pageInfo` says so. */
  nodes: Array<User>;
  /** Where this page stands in its list. */
  pageInfo: PageInfo;
  /**
   * How many there are in the whole list; counted only when you ask. Null where a filter would have more than 10,000 rows looked
   * at for it.
   */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** A place in a list of users. */
export type UserEdge = {
  __typename?: 'UserEdge';
  /** The place, to go on from. */
  cursor: Scalars['String']['output'];
  /** What stands there. */
  node: User;
};

/**
 * Which users; every field that is given narrows the list, and null narrows nothing. Each page looks at no more than 10,000
 * users: see `PageInfo`.
 */
export type UserFilter = {
  /** Only users with this in their e-mail address, whatever its case. Every character stands for itself; an empty text narrows nothing. */
  emailContains?: InputMaybe<Scalars['String']['input']>;
  /** Only users with this in their name, whatever its case. */
  nameContains?: InputMaybe<Scalars['String']['input']>;
  /** Only users of this state. */
  status?: InputMaybe<UserStatus>;
};

/** Whether a user may act, and their personal keys work. */
export type UserStatus =
  /** They do. */
  | 'active'
  /** Until the user is enabled again, none of their keys verifies, and their identity provider's token is refused here. */
  | 'disabled';

/** A token, and what its bearer wants to do. */
export type VerifyApiKeyInput = {
  /** Scopes that are all needed. */
  allOf?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Scopes of which one is needed. */
  anyOf?: InputMaybe<Array<Scalars['String']['input']>>;
  /** The environment that it must be of. */
  environment?: InputMaybe<ApiKeyEnvironment>;
  /** The token, as it was presented. */
  token: Scalars['PresentedApiKeyToken']['input'];
};

/** What came of `verifyApiKey`. */
export type VerifyApiKeyPayload = {
  __typename?: 'VerifyApiKeyPayload';
  /** Why there is none. */
  userErrors: Array<KeywrightUserError>;
  /** The verdict. */
  verification?: Maybe<ApiKeyVerification>;
};

/** Tokens that were presented to you. */
export type VerifyApiKeysInput = {
  /** From 1 to 100 tokens, each with what its bearer wants to do. */
  items: Array<VerifyApiKeyInput>;
};

/** What came of `verifyApiKeys`. */
export type VerifyApiKeysPayload = {
  __typename?: 'VerifyApiKeysPayload';
  /** Why there are none. */
  userErrors: Array<KeywrightUserError>;
  /** The verdicts, in the order of the items. */
  verifications?: Maybe<Array<ApiKeyVerification>>;
};

/** Who you are to this service, and what you may do. */
export type Viewer = {
  __typename?: 'Viewer';
  /** The key that you presented; null when you came with a token of the identity provider. */
  apiKey?: Maybe<ApiKey>;
  /** The scopes that you may give to a key, as patterns. */
  grantableScopes: Array<Scalars['String']['output']>;
  /** What you stand for. */
  kind: ViewerKind;
  /** What you may do here, by name: `keys:write` and the like. */
  permissions: Array<Scalars['String']['output']>;
  /** The scopes that you hold. */
  scopes: Array<Scalars['String']['output']>;
  /** The tenant that you act in. */
  tenant?: Maybe<Tenant>;
  /** The user that you act as, if any. */
  user?: Maybe<User>;
};

/** What you stand for. */
export type ViewerKind =
  /** The operator of this service: every tenant. */
  | 'platform'
  /** A tenant: everything in it. Also a user whose identity provider gave them a scope that begins with `keywright:`. */
  | 'tenant'
  /** A user: what is theirs. */
  | 'user';



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;




/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node:
    | ( ApiKeyRow )
    | ( AuditEventRow )
    | ( TenantRow )
    | ( UserRow )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  ApiKey: ResolverTypeWrapper<ApiKeyRow>;
  ApiKeyConnection: ResolverTypeWrapper<ApiKeyPage>;
  ApiKeyEdge: ResolverTypeWrapper<ApiKeyPlace>;
  ApiKeyEnvironment: ResolverTypeWrapper<ApiKeyEnvironment>;
  ApiKeyFilter: ApiKeyFilter;
  ApiKeyNameConflict: ApiKeyNameConflict;
  ApiKeySecret: ResolverTypeWrapper<Scalars['ApiKeySecret']['output']>;
  ApiKeySecretState: ApiKeySecretState;
  ApiKeySecretVersion: ResolverTypeWrapper<ApiKeySecretVersion>;
  ApiKeyStats: ResolverTypeWrapper<ApiKeyCounts>;
  ApiKeyStatus: ResolverTypeWrapper<ApiKeyStatus>;
  ApiKeyVerification: ResolverTypeWrapper<Omit<ApiKeyVerification, 'environment'> & { environment?: Maybe<ResolversTypes['ApiKeyEnvironment']> }>;
  ApiKeyVerificationCode: ApiKeyVerificationCode;
  AuditEvent: ResolverTypeWrapper<AuditEventRow>;
  AuditEventConnection: ResolverTypeWrapper<AuditEventPage>;
  AuditEventEdge: ResolverTypeWrapper<AuditEventPlace>;
  AuditEventFilter: AuditEventFilter;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyPayload: ResolverTypeWrapper<Omit<CreateApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversTypes['ApiKey']> }>;
  CreateTenantInput: CreateTenantInput;
  CreateTenantPayload: ResolverTypeWrapper<Omit<CreateTenantPayload, 'tenant'> & { tenant?: Maybe<ResolversTypes['Tenant']> }>;
  CreateUserInput: CreateUserInput;
  CreateUserPayload: ResolverTypeWrapper<Omit<CreateUserPayload, 'user'> & { user?: Maybe<ResolversTypes['User']> }>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DeleteApiKeyInput: DeleteApiKeyInput;
  DeleteApiKeyPayload: ResolverTypeWrapper<DeleteApiKeyPayload>;
  DeleteTenantInput: DeleteTenantInput;
  DeleteTenantPayload: ResolverTypeWrapper<DeleteTenantPayload>;
  DeleteUserInput: DeleteUserInput;
  DeleteUserPayload: ResolverTypeWrapper<DeleteUserPayload>;
  DisableApiKeyInput: DisableApiKeyInput;
  DisableApiKeyPayload: ResolverTypeWrapper<Omit<DisableApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversTypes['ApiKey']> }>;
  DisableUserInput: DisableUserInput;
  DisableUserPayload: ResolverTypeWrapper<Omit<DisableUserPayload, 'user'> & { user?: Maybe<ResolversTypes['User']> }>;
  EnableApiKeyInput: EnableApiKeyInput;
  EnableApiKeyPayload: ResolverTypeWrapper<Omit<EnableApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversTypes['ApiKey']> }>;
  EnableUserInput: EnableUserInput;
  EnableUserPayload: ResolverTypeWrapper<Omit<EnableUserPayload, 'user'> & { user?: Maybe<ResolversTypes['User']> }>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  ImportApiKeyInput: ImportApiKeyInput;
  ImportApiKeyNameConflict: ImportApiKeyNameConflict;
  ImportApiKeyOutcome: ImportApiKeyOutcome;
  ImportApiKeyVerdict: ResolverTypeWrapper<Omit<ImportApiKeyVerdict, 'apiKey'> & { apiKey?: Maybe<ResolversTypes['ApiKey']> }>;
  ImportApiKeysInput: ImportApiKeysInput;
  ImportApiKeysPayload: ResolverTypeWrapper<Omit<ImportApiKeysPayload, 'verdicts'> & { verdicts: Array<ResolversTypes['ImportApiKeyVerdict']> }>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  KeywrightJSON: ResolverTypeWrapper<Scalars['KeywrightJSON']['output']>;
  KeywrightPropagation: ResolverTypeWrapper<KeywrightPropagation>;
  KeywrightUserError: ResolverTypeWrapper<KeywrightUserError>;
  KeywrightUserErrorCode: KeywrightUserErrorCode;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  PageInfo: ResolverTypeWrapper<AnyPage>;
  PresentedApiKeyToken: ResolverTypeWrapper<Scalars['PresentedApiKeyToken']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ReactivateTenantInput: ReactivateTenantInput;
  ReactivateTenantPayload: ResolverTypeWrapper<Omit<ReactivateTenantPayload, 'tenant'> & { tenant?: Maybe<ResolversTypes['Tenant']> }>;
  RetireApiKeySecretInput: RetireApiKeySecretInput;
  RetireApiKeySecretPayload: ResolverTypeWrapper<Omit<RetireApiKeySecretPayload, 'apiKey'> & { apiKey?: Maybe<ResolversTypes['ApiKey']> }>;
  RevokeApiKeyInput: RevokeApiKeyInput;
  RevokeApiKeyPayload: ResolverTypeWrapper<Omit<RevokeApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversTypes['ApiKey']> }>;
  RevokeApiKeysInput: RevokeApiKeysInput;
  RevokeApiKeysPayload: ResolverTypeWrapper<Omit<RevokeApiKeysPayload, 'apiKeys'> & { apiKeys?: Maybe<Array<ResolversTypes['ApiKey']>> }>;
  RevokePresentedApiKeyInput: RevokePresentedApiKeyInput;
  RevokePresentedApiKeyPayload: ResolverTypeWrapper<RevokePresentedApiKeyPayload>;
  RotateApiKeyInput: RotateApiKeyInput;
  RotateApiKeyPayload: ResolverTypeWrapper<Omit<RotateApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversTypes['ApiKey']> }>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  SuspendTenantInput: SuspendTenantInput;
  SuspendTenantPayload: ResolverTypeWrapper<Omit<SuspendTenantPayload, 'tenant'> & { tenant?: Maybe<ResolversTypes['Tenant']> }>;
  Tenant: ResolverTypeWrapper<TenantRow>;
  TenantConnection: ResolverTypeWrapper<TenantPage>;
  TenantEdge: ResolverTypeWrapper<TenantPlace>;
  TenantFilter: TenantFilter;
  TenantKind: ResolverTypeWrapper<TenantKind>;
  TenantStatus: ResolverTypeWrapper<TenantStatus>;
  UpdateApiKeyInput: UpdateApiKeyInput;
  UpdateApiKeyPayload: ResolverTypeWrapper<Omit<UpdateApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversTypes['ApiKey']> }>;
  UpdateTenantInput: UpdateTenantInput;
  UpdateTenantPayload: ResolverTypeWrapper<Omit<UpdateTenantPayload, 'tenant'> & { tenant?: Maybe<ResolversTypes['Tenant']> }>;
  UpdateUserInput: UpdateUserInput;
  UpdateUserPayload: ResolverTypeWrapper<Omit<UpdateUserPayload, 'user'> & { user?: Maybe<ResolversTypes['User']> }>;
  User: ResolverTypeWrapper<UserRow>;
  UserConnection: ResolverTypeWrapper<UserPage>;
  UserEdge: ResolverTypeWrapper<UserPlace>;
  UserFilter: UserFilter;
  UserStatus: ResolverTypeWrapper<UserStatus>;
  VerifyApiKeyInput: VerifyApiKeyInput;
  VerifyApiKeyPayload: ResolverTypeWrapper<Omit<VerifyApiKeyPayload, 'verification'> & { verification?: Maybe<ResolversTypes['ApiKeyVerification']> }>;
  VerifyApiKeysInput: VerifyApiKeysInput;
  VerifyApiKeysPayload: ResolverTypeWrapper<Omit<VerifyApiKeysPayload, 'verifications'> & { verifications?: Maybe<Array<ResolversTypes['ApiKeyVerification']>> }>;
  Viewer: ResolverTypeWrapper<Caller>;
  ViewerKind: ResolverTypeWrapper<ViewerKind>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  ApiKey: ApiKeyRow;
  ApiKeyConnection: ApiKeyPage;
  ApiKeyEdge: ApiKeyPlace;
  ApiKeyFilter: ApiKeyFilter;
  ApiKeySecret: Scalars['ApiKeySecret']['output'];
  ApiKeySecretVersion: ApiKeySecretVersion;
  ApiKeyStats: ApiKeyCounts;
  ApiKeyVerification: ApiKeyVerification;
  AuditEvent: AuditEventRow;
  AuditEventConnection: AuditEventPage;
  AuditEventEdge: AuditEventPlace;
  AuditEventFilter: AuditEventFilter;
  Boolean: Scalars['Boolean']['output'];
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyPayload: Omit<CreateApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']> };
  CreateTenantInput: CreateTenantInput;
  CreateTenantPayload: Omit<CreateTenantPayload, 'tenant'> & { tenant?: Maybe<ResolversParentTypes['Tenant']> };
  CreateUserInput: CreateUserInput;
  CreateUserPayload: Omit<CreateUserPayload, 'user'> & { user?: Maybe<ResolversParentTypes['User']> };
  DateTime: Scalars['DateTime']['output'];
  DeleteApiKeyInput: DeleteApiKeyInput;
  DeleteApiKeyPayload: DeleteApiKeyPayload;
  DeleteTenantInput: DeleteTenantInput;
  DeleteTenantPayload: DeleteTenantPayload;
  DeleteUserInput: DeleteUserInput;
  DeleteUserPayload: DeleteUserPayload;
  DisableApiKeyInput: DisableApiKeyInput;
  DisableApiKeyPayload: Omit<DisableApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']> };
  DisableUserInput: DisableUserInput;
  DisableUserPayload: Omit<DisableUserPayload, 'user'> & { user?: Maybe<ResolversParentTypes['User']> };
  EnableApiKeyInput: EnableApiKeyInput;
  EnableApiKeyPayload: Omit<EnableApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']> };
  EnableUserInput: EnableUserInput;
  EnableUserPayload: Omit<EnableUserPayload, 'user'> & { user?: Maybe<ResolversParentTypes['User']> };
  ID: Scalars['ID']['output'];
  ImportApiKeyInput: ImportApiKeyInput;
  ImportApiKeyVerdict: Omit<ImportApiKeyVerdict, 'apiKey'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']> };
  ImportApiKeysInput: ImportApiKeysInput;
  ImportApiKeysPayload: Omit<ImportApiKeysPayload, 'verdicts'> & { verdicts: Array<ResolversParentTypes['ImportApiKeyVerdict']> };
  Int: Scalars['Int']['output'];
  KeywrightJSON: Scalars['KeywrightJSON']['output'];
  KeywrightPropagation: KeywrightPropagation;
  KeywrightUserError: KeywrightUserError;
  Mutation: Record<PropertyKey, never>;
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  PageInfo: AnyPage;
  PresentedApiKeyToken: Scalars['PresentedApiKeyToken']['output'];
  Query: Record<PropertyKey, never>;
  ReactivateTenantInput: ReactivateTenantInput;
  ReactivateTenantPayload: Omit<ReactivateTenantPayload, 'tenant'> & { tenant?: Maybe<ResolversParentTypes['Tenant']> };
  RetireApiKeySecretInput: RetireApiKeySecretInput;
  RetireApiKeySecretPayload: Omit<RetireApiKeySecretPayload, 'apiKey'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']> };
  RevokeApiKeyInput: RevokeApiKeyInput;
  RevokeApiKeyPayload: Omit<RevokeApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']> };
  RevokeApiKeysInput: RevokeApiKeysInput;
  RevokeApiKeysPayload: Omit<RevokeApiKeysPayload, 'apiKeys'> & { apiKeys?: Maybe<Array<ResolversParentTypes['ApiKey']>> };
  RevokePresentedApiKeyInput: RevokePresentedApiKeyInput;
  RevokePresentedApiKeyPayload: RevokePresentedApiKeyPayload;
  RotateApiKeyInput: RotateApiKeyInput;
  RotateApiKeyPayload: Omit<RotateApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']> };
  String: Scalars['String']['output'];
  SuspendTenantInput: SuspendTenantInput;
  SuspendTenantPayload: Omit<SuspendTenantPayload, 'tenant'> & { tenant?: Maybe<ResolversParentTypes['Tenant']> };
  Tenant: TenantRow;
  TenantConnection: TenantPage;
  TenantEdge: TenantPlace;
  TenantFilter: TenantFilter;
  UpdateApiKeyInput: UpdateApiKeyInput;
  UpdateApiKeyPayload: Omit<UpdateApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']> };
  UpdateTenantInput: UpdateTenantInput;
  UpdateTenantPayload: Omit<UpdateTenantPayload, 'tenant'> & { tenant?: Maybe<ResolversParentTypes['Tenant']> };
  UpdateUserInput: UpdateUserInput;
  UpdateUserPayload: Omit<UpdateUserPayload, 'user'> & { user?: Maybe<ResolversParentTypes['User']> };
  User: UserRow;
  UserConnection: UserPage;
  UserEdge: UserPlace;
  UserFilter: UserFilter;
  VerifyApiKeyInput: VerifyApiKeyInput;
  VerifyApiKeyPayload: Omit<VerifyApiKeyPayload, 'verification'> & { verification?: Maybe<ResolversParentTypes['ApiKeyVerification']> };
  VerifyApiKeysInput: VerifyApiKeysInput;
  VerifyApiKeysPayload: Omit<VerifyApiKeysPayload, 'verifications'> & { verifications?: Maybe<Array<ResolversParentTypes['ApiKeyVerification']>> };
  Viewer: Caller;
};

export type ApiKeyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKey'] = ResolversParentTypes['ApiKey']> = {
  auditEvents?: Resolver<Maybe<ResolversTypes['AuditEventConnection']>, ParentType, ContextType, Partial<ApiKeyAuditEventsArgs>>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  display?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  environment?: Resolver<ResolversTypes['ApiKeyEnvironment'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  externalKeyId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isActive?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  maker?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  metadata?: Resolver<ResolversTypes['KeywrightJSON'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  notBefore?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  owner?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  publicId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  revocationReason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  scopes?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  secrets?: Resolver<Array<ResolversTypes['ApiKeySecretVersion']>, ParentType, ContextType>;
  source?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ApiKeyStatus'], ParentType, ContextType>;
  tenant?: Resolver<ResolversTypes['Tenant'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ApiKeyConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyConnection'] = ResolversParentTypes['ApiKeyConnection']> = {
  edges?: Resolver<Array<ResolversTypes['ApiKeyEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ApiKeyEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyEdge'] = ResolversParentTypes['ApiKeyEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
};

export type ApiKeyEnvironmentResolvers = { LIVE: 'live', TEST: 'test' };

export interface ApiKeySecretScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['ApiKeySecret'], any> {
  name: 'ApiKeySecret';
}

export type ApiKeySecretVersionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeySecretVersion'] = ResolversParentTypes['ApiKeySecretVersion']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  no?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['ApiKeySecretState'], ParentType, ContextType>;
};

export type ApiKeyStatsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyStats'] = ResolversParentTypes['ApiKeyStats']> = {
  accounts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  activeKeys?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  disabledKeys?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  emailAddresses?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  keys?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  revokedKeys?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  scopeCombinations?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ApiKeyStatusResolvers = { ACTIVE: 'active', DISABLED: 'disabled', REVOKED: 'revoked' };

export type ApiKeyVerificationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyVerification'] = ResolversParentTypes['ApiKeyVerification']> = {
  code?: Resolver<ResolversTypes['ApiKeyVerificationCode'], ParentType, ContextType>;
  environment?: Resolver<Maybe<ResolversTypes['ApiKeyEnvironment']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  keyId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  metadata?: Resolver<Maybe<ResolversTypes['KeywrightJSON']>, ParentType, ContextType>;
  ownerUserId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  scopes?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  tenantId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  valid?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type AuditEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AuditEvent'] = ResolversParentTypes['AuditEvent']> = {
  action?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  actor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  changes?: Resolver<ResolversTypes['KeywrightJSON'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  requestId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  target?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  tenant?: Resolver<Maybe<ResolversTypes['Tenant']>, ParentType, ContextType>;
  tenantId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AuditEventConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AuditEventConnection'] = ResolversParentTypes['AuditEventConnection']> = {
  edges?: Resolver<Array<ResolversTypes['AuditEventEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['AuditEvent']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type AuditEventEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AuditEventEdge'] = ResolversParentTypes['AuditEventEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AuditEvent'], ParentType, ContextType>;
};

export type CreateApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateApiKeyPayload'] = ResolversParentTypes['CreateApiKeyPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  secret?: Resolver<Maybe<ResolversTypes['ApiKeySecret']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type CreateTenantPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateTenantPayload'] = ResolversParentTypes['CreateTenantPayload']> = {
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  tenant?: Resolver<Maybe<ResolversTypes['Tenant']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type CreateUserPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateUserPayload'] = ResolversParentTypes['CreateUserPayload']> = {
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeleteApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteApiKeyPayload'] = ResolversParentTypes['DeleteApiKeyPayload']> = {
  deletedApiKeyId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  propagation?: Resolver<Maybe<ResolversTypes['KeywrightPropagation']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type DeleteTenantPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteTenantPayload'] = ResolversParentTypes['DeleteTenantPayload']> = {
  deletedTenantId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  propagation?: Resolver<Maybe<ResolversTypes['KeywrightPropagation']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type DeleteUserPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteUserPayload'] = ResolversParentTypes['DeleteUserPayload']> = {
  deletedApiKeys?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  deletedUserId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  propagation?: Resolver<Maybe<ResolversTypes['KeywrightPropagation']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type DisableApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DisableApiKeyPayload'] = ResolversParentTypes['DisableApiKeyPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  propagation?: Resolver<Maybe<ResolversTypes['KeywrightPropagation']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type DisableUserPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DisableUserPayload'] = ResolversParentTypes['DisableUserPayload']> = {
  propagation?: Resolver<Maybe<ResolversTypes['KeywrightPropagation']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type EnableApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EnableApiKeyPayload'] = ResolversParentTypes['EnableApiKeyPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type EnableUserPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EnableUserPayload'] = ResolversParentTypes['EnableUserPayload']> = {
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type ImportApiKeyVerdictResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ImportApiKeyVerdict'] = ResolversParentTypes['ImportApiKeyVerdict']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['ImportApiKeyOutcome'], ParentType, ContextType>;
  renamed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  row?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  userError?: Resolver<Maybe<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type ImportApiKeysPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ImportApiKeysPayload'] = ResolversParentTypes['ImportApiKeysPayload']> = {
  imported?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  rejected?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  unchanged?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  updated?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
  verdicts?: Resolver<Array<ResolversTypes['ImportApiKeyVerdict']>, ParentType, ContextType>;
};

export interface KeywrightJsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['KeywrightJSON'], any> {
  name: 'KeywrightJSON';
}

export type KeywrightPropagationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['KeywrightPropagation'] = ResolversParentTypes['KeywrightPropagation']> = {
  effective?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  effectiveBy?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  nodesPending?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type KeywrightUserErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['KeywrightUserError'] = ResolversParentTypes['KeywrightUserError']> = {
  code?: Resolver<ResolversTypes['KeywrightUserErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createApiKey?: Resolver<Maybe<ResolversTypes['CreateApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationCreateApiKeyArgs, 'input'>>;
  createTenant?: Resolver<Maybe<ResolversTypes['CreateTenantPayload']>, ParentType, ContextType, RequireFields<MutationCreateTenantArgs, 'input'>>;
  createUser?: Resolver<Maybe<ResolversTypes['CreateUserPayload']>, ParentType, ContextType, RequireFields<MutationCreateUserArgs, 'input'>>;
  deleteApiKey?: Resolver<Maybe<ResolversTypes['DeleteApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationDeleteApiKeyArgs, 'input'>>;
  deleteTenant?: Resolver<Maybe<ResolversTypes['DeleteTenantPayload']>, ParentType, ContextType, RequireFields<MutationDeleteTenantArgs, 'input'>>;
  deleteUser?: Resolver<Maybe<ResolversTypes['DeleteUserPayload']>, ParentType, ContextType, RequireFields<MutationDeleteUserArgs, 'input'>>;
  disableApiKey?: Resolver<Maybe<ResolversTypes['DisableApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationDisableApiKeyArgs, 'input'>>;
  disableUser?: Resolver<Maybe<ResolversTypes['DisableUserPayload']>, ParentType, ContextType, RequireFields<MutationDisableUserArgs, 'input'>>;
  enableApiKey?: Resolver<Maybe<ResolversTypes['EnableApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationEnableApiKeyArgs, 'input'>>;
  enableUser?: Resolver<Maybe<ResolversTypes['EnableUserPayload']>, ParentType, ContextType, RequireFields<MutationEnableUserArgs, 'input'>>;
  importApiKeys?: Resolver<Maybe<ResolversTypes['ImportApiKeysPayload']>, ParentType, ContextType, RequireFields<MutationImportApiKeysArgs, 'input'>>;
  reactivateTenant?: Resolver<Maybe<ResolversTypes['ReactivateTenantPayload']>, ParentType, ContextType, RequireFields<MutationReactivateTenantArgs, 'input'>>;
  retireApiKeySecret?: Resolver<Maybe<ResolversTypes['RetireApiKeySecretPayload']>, ParentType, ContextType, RequireFields<MutationRetireApiKeySecretArgs, 'input'>>;
  revokeApiKey?: Resolver<Maybe<ResolversTypes['RevokeApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationRevokeApiKeyArgs, 'input'>>;
  revokeApiKeys?: Resolver<Maybe<ResolversTypes['RevokeApiKeysPayload']>, ParentType, ContextType, RequireFields<MutationRevokeApiKeysArgs, 'input'>>;
  revokePresentedApiKey?: Resolver<Maybe<ResolversTypes['RevokePresentedApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationRevokePresentedApiKeyArgs, 'input'>>;
  rotateApiKey?: Resolver<Maybe<ResolversTypes['RotateApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationRotateApiKeyArgs, 'input'>>;
  suspendTenant?: Resolver<Maybe<ResolversTypes['SuspendTenantPayload']>, ParentType, ContextType, RequireFields<MutationSuspendTenantArgs, 'input'>>;
  updateApiKey?: Resolver<Maybe<ResolversTypes['UpdateApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationUpdateApiKeyArgs, 'input'>>;
  updateTenant?: Resolver<Maybe<ResolversTypes['UpdateTenantPayload']>, ParentType, ContextType, RequireFields<MutationUpdateTenantArgs, 'input'>>;
  updateUser?: Resolver<Maybe<ResolversTypes['UpdateUserPayload']>, ParentType, ContextType, RequireFields<MutationUpdateUserArgs, 'input'>>;
  verifyApiKey?: Resolver<Maybe<ResolversTypes['VerifyApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationVerifyApiKeyArgs, 'input'>>;
  verifyApiKeys?: Resolver<Maybe<ResolversTypes['VerifyApiKeysPayload']>, ParentType, ContextType, RequireFields<MutationVerifyApiKeysArgs, 'input'>>;
};

export type NodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'ApiKey' | 'AuditEvent' | 'Tenant' | 'User', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export interface PresentedApiKeyTokenScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['PresentedApiKeyToken'], any> {
  name: 'PresentedApiKeyToken';
}

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType, Partial<QueryApiKeyArgs>>;
  apiKeyStats?: Resolver<Maybe<ResolversTypes['ApiKeyStats']>, ParentType, ContextType>;
  apiKeys?: Resolver<Maybe<ResolversTypes['ApiKeyConnection']>, ParentType, ContextType, Partial<QueryApiKeysArgs>>;
  auditEvents?: Resolver<Maybe<ResolversTypes['AuditEventConnection']>, ParentType, ContextType, Partial<QueryAuditEventsArgs>>;
  tenant?: Resolver<Maybe<ResolversTypes['Tenant']>, ParentType, ContextType, RequireFields<QueryTenantArgs, 'id'>>;
  tenants?: Resolver<Maybe<ResolversTypes['TenantConnection']>, ParentType, ContextType, Partial<QueryTenantsArgs>>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUserArgs, 'id'>>;
  users?: Resolver<Maybe<ResolversTypes['UserConnection']>, ParentType, ContextType, Partial<QueryUsersArgs>>;
  viewer?: Resolver<Maybe<ResolversTypes['Viewer']>, ParentType, ContextType>;
};

export type ReactivateTenantPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ReactivateTenantPayload'] = ResolversParentTypes['ReactivateTenantPayload']> = {
  tenant?: Resolver<Maybe<ResolversTypes['Tenant']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type RetireApiKeySecretPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RetireApiKeySecretPayload'] = ResolversParentTypes['RetireApiKeySecretPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  propagation?: Resolver<Maybe<ResolversTypes['KeywrightPropagation']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type RevokeApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RevokeApiKeyPayload'] = ResolversParentTypes['RevokeApiKeyPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  propagation?: Resolver<Maybe<ResolversTypes['KeywrightPropagation']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type RevokeApiKeysPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RevokeApiKeysPayload'] = ResolversParentTypes['RevokeApiKeysPayload']> = {
  apiKeys?: Resolver<Maybe<Array<ResolversTypes['ApiKey']>>, ParentType, ContextType>;
  hasMore?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  propagation?: Resolver<Maybe<ResolversTypes['KeywrightPropagation']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type RevokePresentedApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RevokePresentedApiKeyPayload'] = ResolversParentTypes['RevokePresentedApiKeyPayload']> = {
  display?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  propagation?: Resolver<Maybe<ResolversTypes['KeywrightPropagation']>, ParentType, ContextType>;
  revokedApiKeyId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type RotateApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RotateApiKeyPayload'] = ResolversParentTypes['RotateApiKeyPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  propagation?: Resolver<Maybe<ResolversTypes['KeywrightPropagation']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  secret?: Resolver<Maybe<ResolversTypes['ApiKeySecret']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type SuspendTenantPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SuspendTenantPayload'] = ResolversParentTypes['SuspendTenantPayload']> = {
  propagation?: Resolver<Maybe<ResolversTypes['KeywrightPropagation']>, ParentType, ContextType>;
  tenant?: Resolver<Maybe<ResolversTypes['Tenant']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type TenantResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Tenant'] = ResolversParentTypes['Tenant']> = {
  accountNumber?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  apiKeyStats?: Resolver<Maybe<ResolversTypes['ApiKeyStats']>, ParentType, ContextType>;
  apiKeys?: Resolver<Maybe<ResolversTypes['ApiKeyConnection']>, ParentType, ContextType, Partial<TenantApiKeysArgs>>;
  auditEvents?: Resolver<Maybe<ResolversTypes['AuditEventConnection']>, ParentType, ContextType, Partial<TenantAuditEventsArgs>>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['TenantKind'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  slug?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['TenantStatus'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  users?: Resolver<Maybe<ResolversTypes['UserConnection']>, ParentType, ContextType, Partial<TenantUsersArgs>>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TenantConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TenantConnection'] = ResolversParentTypes['TenantConnection']> = {
  edges?: Resolver<Array<ResolversTypes['TenantEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['Tenant']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type TenantEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TenantEdge'] = ResolversParentTypes['TenantEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Tenant'], ParentType, ContextType>;
};

export type TenantKindResolvers = { ORGANIZATION: 'organization', PERSONAL: 'personal', PLATFORM: 'platform' };

export type TenantStatusResolvers = { ACTIVE: 'active', SUSPENDED: 'suspended' };

export type UpdateApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateApiKeyPayload'] = ResolversParentTypes['UpdateApiKeyPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  propagation?: Resolver<Maybe<ResolversTypes['KeywrightPropagation']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type UpdateTenantPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateTenantPayload'] = ResolversParentTypes['UpdateTenantPayload']> = {
  tenant?: Resolver<Maybe<ResolversTypes['Tenant']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type UpdateUserPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateUserPayload'] = ResolversParentTypes['UpdateUserPayload']> = {
  propagation?: Resolver<Maybe<ResolversTypes['KeywrightPropagation']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type UserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  apiKeys?: Resolver<Maybe<ResolversTypes['ApiKeyConnection']>, ParentType, ContextType, Partial<UserApiKeysArgs>>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  externalId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  scopeCeiling?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['UserStatus'], ParentType, ContextType>;
  tenant?: Resolver<ResolversTypes['Tenant'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UserConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserConnection'] = ResolversParentTypes['UserConnection']> = {
  edges?: Resolver<Array<ResolversTypes['UserEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['User']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type UserEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserEdge'] = ResolversParentTypes['UserEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type UserStatusResolvers = { ACTIVE: 'active', DISABLED: 'disabled' };

export type VerifyApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VerifyApiKeyPayload'] = ResolversParentTypes['VerifyApiKeyPayload']> = {
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
  verification?: Resolver<Maybe<ResolversTypes['ApiKeyVerification']>, ParentType, ContextType>;
};

export type VerifyApiKeysPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VerifyApiKeysPayload'] = ResolversParentTypes['VerifyApiKeysPayload']> = {
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
  verifications?: Resolver<Maybe<Array<ResolversTypes['ApiKeyVerification']>>, ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  grantableScopes?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ViewerKind'], ParentType, ContextType>;
  permissions?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  scopes?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  tenant?: Resolver<Maybe<ResolversTypes['Tenant']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
};

export type ViewerKindResolvers = { PLATFORM: 'platform', TENANT: 'tenant', USER: 'user' };

export type Resolvers<ContextType = Context> = {
  ApiKey?: ApiKeyResolvers<ContextType>;
  ApiKeyConnection?: ApiKeyConnectionResolvers<ContextType>;
  ApiKeyEdge?: ApiKeyEdgeResolvers<ContextType>;
  ApiKeyEnvironment?: ApiKeyEnvironmentResolvers;
  ApiKeySecret?: GraphQLScalarType;
  ApiKeySecretVersion?: ApiKeySecretVersionResolvers<ContextType>;
  ApiKeyStats?: ApiKeyStatsResolvers<ContextType>;
  ApiKeyStatus?: ApiKeyStatusResolvers;
  ApiKeyVerification?: ApiKeyVerificationResolvers<ContextType>;
  AuditEvent?: AuditEventResolvers<ContextType>;
  AuditEventConnection?: AuditEventConnectionResolvers<ContextType>;
  AuditEventEdge?: AuditEventEdgeResolvers<ContextType>;
  CreateApiKeyPayload?: CreateApiKeyPayloadResolvers<ContextType>;
  CreateTenantPayload?: CreateTenantPayloadResolvers<ContextType>;
  CreateUserPayload?: CreateUserPayloadResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DeleteApiKeyPayload?: DeleteApiKeyPayloadResolvers<ContextType>;
  DeleteTenantPayload?: DeleteTenantPayloadResolvers<ContextType>;
  DeleteUserPayload?: DeleteUserPayloadResolvers<ContextType>;
  DisableApiKeyPayload?: DisableApiKeyPayloadResolvers<ContextType>;
  DisableUserPayload?: DisableUserPayloadResolvers<ContextType>;
  EnableApiKeyPayload?: EnableApiKeyPayloadResolvers<ContextType>;
  EnableUserPayload?: EnableUserPayloadResolvers<ContextType>;
  ImportApiKeyVerdict?: ImportApiKeyVerdictResolvers<ContextType>;
  ImportApiKeysPayload?: ImportApiKeysPayloadResolvers<ContextType>;
  KeywrightJSON?: GraphQLScalarType;
  KeywrightPropagation?: KeywrightPropagationResolvers<ContextType>;
  KeywrightUserError?: KeywrightUserErrorResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  PresentedApiKeyToken?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  ReactivateTenantPayload?: ReactivateTenantPayloadResolvers<ContextType>;
  RetireApiKeySecretPayload?: RetireApiKeySecretPayloadResolvers<ContextType>;
  RevokeApiKeyPayload?: RevokeApiKeyPayloadResolvers<ContextType>;
  RevokeApiKeysPayload?: RevokeApiKeysPayloadResolvers<ContextType>;
  RevokePresentedApiKeyPayload?: RevokePresentedApiKeyPayloadResolvers<ContextType>;
  RotateApiKeyPayload?: RotateApiKeyPayloadResolvers<ContextType>;
  SuspendTenantPayload?: SuspendTenantPayloadResolvers<ContextType>;
  Tenant?: TenantResolvers<ContextType>;
  TenantConnection?: TenantConnectionResolvers<ContextType>;
  TenantEdge?: TenantEdgeResolvers<ContextType>;
  TenantKind?: TenantKindResolvers;
  TenantStatus?: TenantStatusResolvers;
  UpdateApiKeyPayload?: UpdateApiKeyPayloadResolvers<ContextType>;
  UpdateTenantPayload?: UpdateTenantPayloadResolvers<ContextType>;
  UpdateUserPayload?: UpdateUserPayloadResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  UserConnection?: UserConnectionResolvers<ContextType>;
  UserEdge?: UserEdgeResolvers<ContextType>;
  UserStatus?: UserStatusResolvers;
  VerifyApiKeyPayload?: VerifyApiKeyPayloadResolvers<ContextType>;
  VerifyApiKeysPayload?: VerifyApiKeysPayloadResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
  ViewerKind?: ViewerKindResolvers;
};

