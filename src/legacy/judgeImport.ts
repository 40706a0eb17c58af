import { encodeUuid } from '../crypto/base32.ts';
import { canonicalJson } from '../lib/canonicalJson.ts';
import { Refusal } from '../lib/errors.ts';
import { globalId } from '../lib/ids.ts';
import { limits } from '../lib/limits.ts';
import { type Held, type HeldKey, type Holder, identityOf, type KeyState } from './Held.ts';
import { fieldOf } from './parseCredential.ts';
import { importedTimeOf } from './parseImportedTime.ts';
import type { WantedKey } from './parseImportRow.ts';
import { type HashRules, hashesOf, type NewSecret, secretFor } from './secretFor.ts';

/** What becomes of a row; `renamed`: its key goes by another name than it asked for. */
export type Decision =
  | {
      readonly outcome: 'IMPORTED' | 'UPDATED';
      readonly keyId: string;
      readonly renamed: boolean;
      readonly key: WantedChange;
    }
  | { readonly outcome: 'UNCHANGED'; readonly keyId: string; readonly renamed: boolean };

/** A key as it is to be written: new, or instead of what it was. */
export type WantedChange = {
  readonly wanted: WantedKey;
  readonly before: HeldKey | undefined;
  readonly state: KeyState;
  /** Null where the secret stays. */
  readonly secret: NewSecret | null;
};

/** What a row is judged by beside what others have. */
export type JudgeRules = HashRules & {
  readonly now: Date;
  /** When the credential of the caller ends: what it imports may not outlive it. */
  readonly latest: Date | null;
  readonly onNameConflict: 'REJECT' | 'SUFFIX';
  readonly newId: () => string;
};

/**
 * Judges one row by what the database and the earlier rows have, and takes for it what it is given. Throws a `Refusal`
 * for a row that is rejected; nothing is taken for that one.
 */
export function judgeImport(wanted: WantedKey, held: Held, rules: JudgeRules): Decision {
  refuseUnknownUsers(wanted, held);
  const before = findBefore(wanted, held);
  if (before?.state.status === 'revoked') return leaveRevoked(wanted, before, held);
  const id = before?.id ?? rules.newId();
  const secret = secretFor(wanted.credential, before, rules);
  refuseTakenToken(wanted, id, held, rules);
  refuseTooManyForms(wanted, secret, held);
  refuseTakenExternalId(wanted, id, held);
  const name = chooseName(wanted, id, held, rules, before);
  const state = stateOf(wanted, before, name, rules);
  refuseBadWindow(wanted, state, rules);
  take(wanted, { id, state, secret }, held, rules);

  const renamed = name !== wanted.fields.name;
  const isChanged = secret !== null || before === undefined || canonicalJson(before.state) !== canonicalJson(state);
  if (!isChanged) return { outcome: 'UNCHANGED', keyId: id, renamed };
  const outcome = before === undefined ? 'IMPORTED' : 'UPDATED';
  return { outcome, keyId: id, renamed, key: { wanted, before, state, secret } };
}

function refuse(wanted: WantedKey, code: Refusal['code'], field: string, message: string): never {
  throw new Refusal(code, message, [...wanted.path, field]);
}

function refuseUnknownUsers(wanted: WantedKey, { users }: Held): void {
  for (const field of ['ownerUserId', 'makerUserId'] as const) {
    const userId = wanted.fields[field];
    if (userId == null || users.has(`${wanted.tenantId}/${userId}`)) continue;
    refuse(wanted, 'NOT_FOUND', field, 'There is no such user in this tenant.');
  }
}

/** The key that the row brought in before, if it did. */
function findBefore(wanted: WantedKey, held: Held): HeldKey | undefined {
  const { source, legacyId, tenantId, fields } = wanted;
  if (legacyId === null) return undefined;
  const identity = identityOf({ source, legacyId });
  const twin = held.identities.get(identity);
  if (twin !== undefined) refuse(wanted, 'LEGACY_ID_TAKEN', 'legacyId', `${twin.who} has this source and legacy id.`);
  const before = held.keys.get(identity);
  if (before === undefined) return undefined;
  if (before.tenantId !== tenantId) {
    const message = `${nameOf(before.id)}, of another tenant, has this source and legacy id.`;
    refuse(wanted, 'LEGACY_ID_TAKEN', 'legacyId', message);
  }
  if ((fields.environment ?? before.state.environment) !== before.state.environment) {
    refuse(wanted, 'WRONG_STATE', 'environment', `${nameOf(before.id)} is of ${before.state.environment}, for ever.`);
  }
  return before;
}

/** What was revoked is over: no file of an older system brings it back. */
function leaveRevoked(wanted: WantedKey, before: HeldKey, held: Held): Decision {
  const { status } = wanted.fields;
  if (status !== undefined && status !== 'revoked') {
    refuse(wanted, 'WRONG_STATE', 'status', `${nameOf(before.id)} was revoked, and stays so.`);
  }
  takeIdentity(wanted, holderOf(wanted, before.id), held);
  return { outcome: 'UNCHANGED', keyId: before.id, renamed: before.state.name !== wanted.fields.name };
}

function refuseTakenToken(wanted: WantedKey, id: string, held: Held, { keyring }: HashRules): void {
  const { tokens, searchedForms } = held;
  for (const hash of hashesOf(wanted.credential, searchedForms, keyring)) {
    const holder = tokens.get(hash);
    if (holder === undefined || holder.keyId === id) continue;
    refuse(
      wanted,
      'TOKEN_TAKEN',
      fieldOf(wanted.credential),
      `${holder.who} has this token already. Each key has one of its own.`,
    );
  }
}

/** A presented token is tried in all of them, so they are few; a form that is in use already costs nothing. */
function refuseTooManyForms(wanted: WantedKey, secret: NewSecret | null, { forms }: Held): void {
  const isNew = secret?.isImported === true && !forms.has(secret.version);
  if (!isNew || forms.size < limits.importFormsMax) return;
  const message =
    `Imported tokens are stored in ${forms.size} forms (schemes and ring keys) already, and there is no room for ` +
    `${secret.version}. Rewrap those of older ring keys first.`;
  refuse(wanted, 'WRONG_STATE', fieldOf(wanted.credential), message);
}

function refuseTakenExternalId(wanted: WantedKey, id: string, { externalKeyIds }: Held): void {
  const holder = externalKeyIds.get(wanted.fields.externalKeyId ?? '');
  if (holder === undefined || holder.keyId === id) return;
  refuse(wanted, 'EXTERNAL_KEY_ID_TAKEN', 'externalKeyId', `${holder.who} has this external key id.`);
}

/** The name that is asked for, or another that begins like it where that may be. */
function chooseName(wanted: WantedKey, id: string, held: Held, rules: JudgeRules, before?: HeldKey): string {
  const { name } = wanted.fields;
  const suffixed = withSuffix(name, id);
  // A key that was given another name when it first came in keeps that: the same row again changes nothing.
  if (before?.state.name === suffixed) return suffixed;
  const holder = held.names.get(nameKey(wanted.tenantId, name, held));
  if (holder === undefined || holder.keyId === id) return name;
  if (rules.onNameConflict === 'SUFFIX') return suffixed;
  const message = `${holder.who} has this name, whatever its case; revoked keys keep theirs.`;
  return refuse(wanted, 'NAME_TAKEN', 'name', message);
}

/** "Production Key (8sm8nd)": the end of the key's public id, so that neither chance nor the order of rows decides. */
function withSuffix(name: string, id: string): string {
  const suffix = ` (${encodeUuid(id).slice(-limits.nameSuffixChars)})`;
  return [...name].slice(0, limits.nameCharsMax - suffix.length).join('') + suffix;
}

function nameKey(tenantId: string, name: string, { lowerCase }: Held): string {
  return `${tenantId}/${lowerCase.get(name) ?? name}`;
}

const newState = {
  environment: 'live',
  status: 'active',
  ownerUserId: null,
  makerUserId: null,
  externalKeyId: null,
  notBefore: null,
  expiresAt: null,
  lastUsedAt: null,
  metadata: {},
} as const;

function stateOf({ fields }: WantedKey, before: HeldKey | undefined, name: string, { now }: JudgeRules): KeyState {
  const old = before?.state ?? { ...newState, createdAt: importedTimeOf(now) };
  const said = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const state: KeyState = { ...old, scopes: fields.scopes, ...said, name };
  // A use that was seen here is not forgotten for an older one that was seen there.
  const isLater = (old.lastUsedAt ?? '') > (state.lastUsedAt ?? '');
  return isLater ? { ...state, lastUsedAt: old.lastUsedAt } : state;
}

function refuseBadWindow(wanted: WantedKey, state: KeyState, { latest }: JudgeRules): void {
  const { notBefore, expiresAt, status } = state;
  if (notBefore !== null && expiresAt !== null && notBefore >= expiresAt) {
    refuse(wanted, 'INVALID_INPUT', 'notBefore', `A key is valid from a time before its expiry, ${expiresAt}.`);
  }
  if (latest === null || status === 'revoked') return;
  if (expiresAt !== null && expiresAt <= importedTimeOf(latest)) return;
  const message = `The key that imports it expires at ${latest.toISOString()}: give an expiry no later than that.`;
  refuse(wanted, 'EXPIRES_TOO_LATE', 'expiresAt', message);
}

type Given = { readonly id: string; readonly state: KeyState; readonly secret: NewSecret | null };

/** From here on it is this row's. */
function take(wanted: WantedKey, { id, state, secret }: Given, held: Held, { keyring }: HashRules): void {
  const holder = holderOf(wanted, id);
  takeIdentity(wanted, holder, held);
  held.names.set(nameKey(wanted.tenantId, state.name, held), holder);
  if (state.externalKeyId !== null) held.externalKeyIds.set(state.externalKeyId, holder);
  if (secret?.isImported === true) held.forms.add(secret.version);
  for (const hash of hashesOf(wanted.credential, held.searchedForms, keyring)) held.tokens.set(hash, holder);
}

function takeIdentity({ source, legacyId }: WantedKey, holder: Holder, { identities }: Held): void {
  if (legacyId !== null) identities.set(identityOf({ source, legacyId }), holder);
}

function holderOf({ path }: WantedKey, keyId: string): Holder {
  return { keyId, who: path.join('.') };
}

function nameOf(keyId: string): string {
  return `The key ${globalId('ApiKey', keyId)}`;
}
