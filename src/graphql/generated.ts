import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Tenant as TenantEntity } from '../store/entities/Tenant.ts';
import type { User as UserEntity } from '../store/entities/User.ts';
import type { ApiKey as ApiKeyEntity } from '../store/entities/ApiKey.ts';
import type { Caller } from '../lib/Caller.ts';
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
  /** A JSON object of your own, at most 8 KiB and five levels deep. It comes back with every verification; the order of its members may change. */
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
  /** When a verification last succeeded. This release does not record it yet. */
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

/** A page of keys. */
export type ApiKeyConnection = {
  __typename?: 'ApiKeyConnection';
  /** The keys of this page. */
  nodes: Array<ApiKey>;
  /** Whether there are more. */
  pageInfo: PageInfo;
};

/** Where a key may be used; the token shows it. */
export type ApiKeyEnvironment =
  /** Real traffic. */
  | 'live'
  /** Trials. */
  | 'test';

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
  /** When it was last presented with success. This release does not record it yet. */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Its number, counted from 1 for each key. */
  no: Scalars['Int']['output'];
  /** Whether it is the one to use. */
  state: ApiKeySecretState;
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

/** What a key is made of. */
export type CreateApiKeyInput = {
  /** Where it may be used; the token shows it. */
  environment?: InputMaybe<ApiKeyEnvironment>;
  /** It does not verify from this moment on. A key that you make cannot outlive the one you make it with. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** Up to 255 characters of yours; a retry with the same answers the key that the first try made, without its secret. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** A JSON object of yours. */
  metadata?: InputMaybe<Scalars['KeywrightJSON']['input']>;
  /** What people call it: 1 to 255 characters, unique in the tenant whatever its case. */
  name: Scalars['String']['input'];
  /** It does not verify before this. */
  notBefore?: InputMaybe<Scalars['DateTime']['input']>;
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
  /** The most that the user's personal keys can do; absent or null for no ceiling. */
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
  /** The idempotency key was used with another input. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** A value is malformed or out of bounds; the message says what would be right. */
  | 'INVALID_INPUT'
  /** Another key of the tenant has the name. */
  | 'NAME_TAKEN'
  /** There is none, or none that you may see. */
  | 'NOT_FOUND'
  /** You cannot give a scope that you do not hold. */
  | 'SCOPE_NOT_HELD'
  /** Another tenant has the slug. */
  | 'SLUG_TAKEN'
  /** It is in a state in which this cannot be done. */
  | 'WRONG_STATE';

export type Mutation = {
  __typename?: 'Mutation';
  /**
   * Makes a key and answers its secret, once. Needs the scope `keywright:keys:write`.
   * Can answer INVALID_INPUT, NOT_FOUND, NAME_TAKEN, SCOPE_NOT_HELD, EXPIRES_TOO_LATE, IDEMPOTENCY_KEY_REUSED.
   */
  createApiKey?: Maybe<CreateApiKeyPayload>;
  /** Makes a tenant. For the platform, with the scope `keywright:tenants:write`. Can answer INVALID_INPUT, SLUG_TAKEN, IDEMPOTENCY_KEY_REUSED. */
  createTenant?: Maybe<CreateTenantPayload>;
  /** Makes a user of a tenant. Needs the scope `keywright:users:write`. Can answer INVALID_INPUT, NOT_FOUND, EMAIL_TAKEN, EXTERNAL_ID_TAKEN, WRONG_STATE, IDEMPOTENCY_KEY_REUSED. */
  createUser?: Maybe<CreateUserPayload>;
  /**
   * Ends a key for ever, with all its secrets. Needs the scope `keywright:keys:write`. Revoking what is revoked changes nothing
   * and answers the key as it is. Can answer INVALID_INPUT, NOT_FOUND.
   */
  revokeApiKey?: Maybe<RevokeApiKeyPayload>;
  /**
   * Gives a key a new secret, answered once. The id, the scopes and the history stay. The old secret verifies until its grace ends.
   * Needs the scope `keywright:keys:write`, and everything that the key may do, for as long as it lives: you are handed its secret.
   * Can answer INVALID_INPUT, NOT_FOUND, WRONG_STATE, SCOPE_NOT_HELD, EXPIRES_TOO_LATE, CONCURRENT_CHANGE, IDEMPOTENCY_KEY_REUSED.
   */
  rotateApiKey?: Maybe<RotateApiKeyPayload>;
  /**
   * Judges a token that somebody presented to you. The verdict is data: a refused token is no error of this request.
   * Needs the scope `keywright:keys:verify`. Can answer INVALID_INPUT.
   */
  verifyApiKey?: Maybe<VerifyApiKeyPayload>;
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


export type MutationRevokeApiKeyArgs = {
  input: RevokeApiKeyInput;
};


export type MutationRotateApiKeyArgs = {
  input: RotateApiKeyInput;
};


export type MutationVerifyApiKeyArgs = {
  input: VerifyApiKeyInput;
};

/** Anything with a global id. */
export type Node = {
  /** A global id: three letters that tell the kind, `_`, and 26 characters. */
  id: Scalars['ID']['output'];
};

/** Where a page stands in its list. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Whether there is something after this page. */
  hasNextPage: Scalars['Boolean']['output'];
};

export type Query = {
  __typename?: 'Query';
  /** One key, by its id or by the public id that its token carries. Null when there is none that you may see. */
  apiKey?: Maybe<ApiKey>;
  /** Keys that you may see, newest first. */
  apiKeys?: Maybe<ApiKeyConnection>;
  /** Who you are to this service, and what you may do. Ask this first. */
  viewer?: Maybe<Viewer>;
};


export type QueryApiKeyArgs = {
  id?: InputMaybe<Scalars['ID']['input']>;
  publicId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryApiKeysArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  tenantId?: InputMaybe<Scalars['ID']['input']>;
};

/** Which key ends, and why. */
export type RevokeApiKeyInput = {
  /** The key's id. */
  id: Scalars['ID']['input'];
  /** Why, in your words: at most 500 characters. */
  reason?: InputMaybe<Scalars['String']['input']>;
};

/** What came of `revokeApiKey`. */
export type RevokeApiKeyPayload = {
  __typename?: 'RevokeApiKeyPayload';
  /** The key, revoked. */
  apiKey?: Maybe<ApiKey>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Which key gets a new secret, and how long the old one lives on. */
export type RotateApiKeyInput = {
  /** How long the old secret goes on verifying, in seconds: 0 ends it now, 2,592,000 (thirty days) is the most. It never outlives the key. */
  graceSeconds: Scalars['Int']['input'];
  /** The key's id. */
  id: Scalars['ID']['input'];
  /** Up to 255 characters of yours; a retry with the same answers the key without a second secret. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/** What came of `rotateApiKey`. */
export type RotateApiKeyPayload = {
  __typename?: 'RotateApiKeyPayload';
  /** The key, if it was rotated. */
  apiKey?: Maybe<ApiKey>;
  /** Whether this answers a retry. */
  replayed: Scalars['Boolean']['output'];
  /** The new secret, this once. Null for a retry. */
  secret?: Maybe<Scalars['ApiKeySecret']['output']>;
  /** Why nothing was changed. */
  userErrors: Array<KeywrightUserError>;
};

/** Whose keys they are: a company, a person, or the platform itself. */
export type Tenant = Node & {
  __typename?: 'Tenant';
  /** The number of its account in the operator's books, if it has one. */
  accountNumber?: Maybe<Scalars['String']['output']>;
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

/** A person of one tenant. */
export type User = Node & {
  __typename?: 'User';
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
  /** The most that the user's personal keys can do, whatever scopes they were given; null for no ceiling. */
  scopeCeiling?: Maybe<Array<Scalars['String']['output']>>;
  /** Whether the user's personal keys work. */
  status: UserStatus;
  /** The tenant that the user belongs to. */
  tenant: Tenant;
  /** When the user was last changed; when made, if never. */
  updatedAt: Scalars['DateTime']['output'];
};

/** Whether a user's personal keys work. */
export type UserStatus =
  /** They do. */
  | 'active'
  /** None of them verifies until the user is enabled. */
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

/** Who you are to this service, and what you may do. */
export type Viewer = {
  __typename?: 'Viewer';
  /** The key that you presented, if any. */
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
  /** A tenant: everything in it. */
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
    | ( ApiKeyEntity )
    | ( TenantEntity )
    | ( UserEntity )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  ApiKey: ResolverTypeWrapper<ApiKeyEntity>;
  ApiKeyConnection: ResolverTypeWrapper<Omit<ApiKeyConnection, 'nodes'> & { nodes: Array<ResolversTypes['ApiKey']> }>;
  ApiKeyEnvironment: ResolverTypeWrapper<ApiKeyEnvironment>;
  ApiKeySecret: ResolverTypeWrapper<Scalars['ApiKeySecret']['output']>;
  ApiKeySecretState: ApiKeySecretState;
  ApiKeySecretVersion: ResolverTypeWrapper<ApiKeySecretVersion>;
  ApiKeyStatus: ResolverTypeWrapper<ApiKeyStatus>;
  ApiKeyVerification: ResolverTypeWrapper<Omit<ApiKeyVerification, 'environment'> & { environment?: Maybe<ResolversTypes['ApiKeyEnvironment']> }>;
  ApiKeyVerificationCode: ApiKeyVerificationCode;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyPayload: ResolverTypeWrapper<Omit<CreateApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversTypes['ApiKey']> }>;
  CreateTenantInput: CreateTenantInput;
  CreateTenantPayload: ResolverTypeWrapper<Omit<CreateTenantPayload, 'tenant'> & { tenant?: Maybe<ResolversTypes['Tenant']> }>;
  CreateUserInput: CreateUserInput;
  CreateUserPayload: ResolverTypeWrapper<Omit<CreateUserPayload, 'user'> & { user?: Maybe<ResolversTypes['User']> }>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  KeywrightJSON: ResolverTypeWrapper<Scalars['KeywrightJSON']['output']>;
  KeywrightUserError: ResolverTypeWrapper<KeywrightUserError>;
  KeywrightUserErrorCode: KeywrightUserErrorCode;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  PresentedApiKeyToken: ResolverTypeWrapper<Scalars['PresentedApiKeyToken']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RevokeApiKeyInput: RevokeApiKeyInput;
  RevokeApiKeyPayload: ResolverTypeWrapper<Omit<RevokeApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversTypes['ApiKey']> }>;
  RotateApiKeyInput: RotateApiKeyInput;
  RotateApiKeyPayload: ResolverTypeWrapper<Omit<RotateApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversTypes['ApiKey']> }>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Tenant: ResolverTypeWrapper<TenantEntity>;
  TenantKind: ResolverTypeWrapper<TenantKind>;
  TenantStatus: ResolverTypeWrapper<TenantStatus>;
  User: ResolverTypeWrapper<UserEntity>;
  UserStatus: ResolverTypeWrapper<UserStatus>;
  VerifyApiKeyInput: VerifyApiKeyInput;
  VerifyApiKeyPayload: ResolverTypeWrapper<Omit<VerifyApiKeyPayload, 'verification'> & { verification?: Maybe<ResolversTypes['ApiKeyVerification']> }>;
  Viewer: ResolverTypeWrapper<Caller>;
  ViewerKind: ResolverTypeWrapper<ViewerKind>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  ApiKey: ApiKeyEntity;
  ApiKeyConnection: Omit<ApiKeyConnection, 'nodes'> & { nodes: Array<ResolversParentTypes['ApiKey']> };
  ApiKeySecret: Scalars['ApiKeySecret']['output'];
  ApiKeySecretVersion: ApiKeySecretVersion;
  ApiKeyVerification: ApiKeyVerification;
  Boolean: Scalars['Boolean']['output'];
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyPayload: Omit<CreateApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']> };
  CreateTenantInput: CreateTenantInput;
  CreateTenantPayload: Omit<CreateTenantPayload, 'tenant'> & { tenant?: Maybe<ResolversParentTypes['Tenant']> };
  CreateUserInput: CreateUserInput;
  CreateUserPayload: Omit<CreateUserPayload, 'user'> & { user?: Maybe<ResolversParentTypes['User']> };
  DateTime: Scalars['DateTime']['output'];
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  KeywrightJSON: Scalars['KeywrightJSON']['output'];
  KeywrightUserError: KeywrightUserError;
  Mutation: Record<PropertyKey, never>;
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  PageInfo: PageInfo;
  PresentedApiKeyToken: Scalars['PresentedApiKeyToken']['output'];
  Query: Record<PropertyKey, never>;
  RevokeApiKeyInput: RevokeApiKeyInput;
  RevokeApiKeyPayload: Omit<RevokeApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']> };
  RotateApiKeyInput: RotateApiKeyInput;
  RotateApiKeyPayload: Omit<RotateApiKeyPayload, 'apiKey'> & { apiKey?: Maybe<ResolversParentTypes['ApiKey']> };
  String: Scalars['String']['output'];
  Tenant: TenantEntity;
  User: UserEntity;
  VerifyApiKeyInput: VerifyApiKeyInput;
  VerifyApiKeyPayload: Omit<VerifyApiKeyPayload, 'verification'> & { verification?: Maybe<ResolversParentTypes['ApiKeyVerification']> };
  Viewer: Caller;
};

export type ApiKeyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKey'] = ResolversParentTypes['ApiKey']> = {
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
  nodes?: Resolver<Array<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
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

export interface KeywrightJsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['KeywrightJSON'], any> {
  name: 'KeywrightJSON';
}

export type KeywrightUserErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['KeywrightUserError'] = ResolversParentTypes['KeywrightUserError']> = {
  code?: Resolver<ResolversTypes['KeywrightUserErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createApiKey?: Resolver<Maybe<ResolversTypes['CreateApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationCreateApiKeyArgs, 'input'>>;
  createTenant?: Resolver<Maybe<ResolversTypes['CreateTenantPayload']>, ParentType, ContextType, RequireFields<MutationCreateTenantArgs, 'input'>>;
  createUser?: Resolver<Maybe<ResolversTypes['CreateUserPayload']>, ParentType, ContextType, RequireFields<MutationCreateUserArgs, 'input'>>;
  revokeApiKey?: Resolver<Maybe<ResolversTypes['RevokeApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationRevokeApiKeyArgs, 'input'>>;
  rotateApiKey?: Resolver<Maybe<ResolversTypes['RotateApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationRotateApiKeyArgs, 'input'>>;
  verifyApiKey?: Resolver<Maybe<ResolversTypes['VerifyApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationVerifyApiKeyArgs, 'input'>>;
};

export type NodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'ApiKey' | 'Tenant' | 'User', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export interface PresentedApiKeyTokenScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['PresentedApiKeyToken'], any> {
  name: 'PresentedApiKeyToken';
}

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType, Partial<QueryApiKeyArgs>>;
  apiKeys?: Resolver<Maybe<ResolversTypes['ApiKeyConnection']>, ParentType, ContextType, RequireFields<QueryApiKeysArgs, 'first'>>;
  viewer?: Resolver<Maybe<ResolversTypes['Viewer']>, ParentType, ContextType>;
};

export type RevokeApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RevokeApiKeyPayload'] = ResolversParentTypes['RevokeApiKeyPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type RotateApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RotateApiKeyPayload'] = ResolversParentTypes['RotateApiKeyPayload']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  secret?: Resolver<Maybe<ResolversTypes['ApiKeySecret']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
};

export type TenantResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Tenant'] = ResolversParentTypes['Tenant']> = {
  accountNumber?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['TenantKind'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  slug?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['TenantStatus'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TenantKindResolvers = { ORGANIZATION: 'organization', PERSONAL: 'personal', PLATFORM: 'platform' };

export type TenantStatusResolvers = { ACTIVE: 'active', SUSPENDED: 'suspended' };

export type UserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
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

export type UserStatusResolvers = { ACTIVE: 'active', DISABLED: 'disabled' };

export type VerifyApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VerifyApiKeyPayload'] = ResolversParentTypes['VerifyApiKeyPayload']> = {
  userErrors?: Resolver<Array<ResolversTypes['KeywrightUserError']>, ParentType, ContextType>;
  verification?: Resolver<Maybe<ResolversTypes['ApiKeyVerification']>, ParentType, ContextType>;
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
  ApiKeyEnvironment?: ApiKeyEnvironmentResolvers;
  ApiKeySecret?: GraphQLScalarType;
  ApiKeySecretVersion?: ApiKeySecretVersionResolvers<ContextType>;
  ApiKeyStatus?: ApiKeyStatusResolvers;
  ApiKeyVerification?: ApiKeyVerificationResolvers<ContextType>;
  CreateApiKeyPayload?: CreateApiKeyPayloadResolvers<ContextType>;
  CreateTenantPayload?: CreateTenantPayloadResolvers<ContextType>;
  CreateUserPayload?: CreateUserPayloadResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  KeywrightJSON?: GraphQLScalarType;
  KeywrightUserError?: KeywrightUserErrorResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  PresentedApiKeyToken?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  RevokeApiKeyPayload?: RevokeApiKeyPayloadResolvers<ContextType>;
  RotateApiKeyPayload?: RotateApiKeyPayloadResolvers<ContextType>;
  Tenant?: TenantResolvers<ContextType>;
  TenantKind?: TenantKindResolvers;
  TenantStatus?: TenantStatusResolvers;
  User?: UserResolvers<ContextType>;
  UserStatus?: UserStatusResolvers;
  VerifyApiKeyPayload?: VerifyApiKeyPayloadResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
  ViewerKind?: ViewerKindResolvers;
};

