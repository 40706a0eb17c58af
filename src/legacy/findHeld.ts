import { assert } from '../lib/assert.ts';
import { globalId } from '../lib/ids.ts';
import type { Ctx } from '../store/Ctx.ts';
import { importFormsSql } from '../store/importForms.ts';
import { type Held, type HeldKey, type Holder, identityOf, type KeyState } from './Held.ts';
import type { WantedKey } from './parseImportRow.ts';
import { formOf, type HashRules, hashesOf } from './secretFor.ts';

/**
 * Reads what the rows of a batch may run into: three statements, however many rows there are. The keys that the rows
 * brought in before are locked, so that they are judged and written as they are.
 */
export async function findHeld(ctx: Ctx, rows: readonly WantedKey[], { keyring }: HashRules): Promise<Held> {
  const { users, forms } = await findSurroundings(ctx, rows);
  const keys = await findKeys(ctx, rows);
  const batchForms = rows.flatMap(({ credential: { scheme } }) => (scheme === null ? [] : [formOf(scheme, keyring)]));
  const searchedForms = [...new Set([...forms, ...batchForms])];
  const tokens = rows.flatMap(({ credential }) => hashesOf(credential, searchedForms, keyring));
  const taken = await findTaken(ctx, rows, tokens);
  return {
    users: new Set(users),
    keys,
    identities: new Map(),
    names: holders(taken, 'name', ({ tenant_id, value }) => `${tenant_id}/${value}`),
    lowerCase: new Map(taken.flatMap(({ kind, wanted, value }) => (kind === 'name' ? [[wanted, value]] : []))),
    externalKeyIds: holders(taken, 'externalKeyId', ({ value }) => value),
    tokens: holders(taken, 'token', ({ value }) => value),
    forms: new Set(forms),
    searchedForms,
  };
}

type Surroundings = { readonly users: string[]; readonly forms: string[] };

async function findSurroundings({ em }: Ctx, rows: readonly WantedKey[]): Promise<Surroundings> {
  const users = rows.flatMap(({ fields }) => [fields.ownerUserId, fields.makerUserId]).filter((id) => id != null);
  const [found] = await em.execute<{ found: Surroundings }[]>(
    `select json_build_object(
       'users', array(select u.tenant_id || '/' || u.id from users u where u.id in (select id::uuid from jsonb_array_elements_text(?) as id)),
       'forms', ${importFormsSql}
     ) as found`,
    [textList(users)],
  );
  assert(found !== undefined, 'a select without a table answers one row');
  return found.found;
}

type FoundKey = {
  readonly id: string;
  readonly tenant_id: string;
  readonly source: string;
  readonly legacy_id: string;
  readonly is_minted: boolean;
  readonly secret_no: number;
  readonly version: string;
  readonly hash: string;
  readonly state: KeyState;
};

const time = (column: string) => `to_char(k.${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** In order of their ids: two imports of the same rows wait for each other instead of locking each other out. */
async function findKeys({ em }: Ctx, rows: readonly WantedKey[]): Promise<Map<string, HeldKey>> {
  const identities = rows.flatMap(({ source, legacyId }) => (legacyId === null ? [] : [[source, legacyId]]));
  const found = await em.execute<FoundKey[]>(
    `select k.id, k.tenant_id, k.source, k.legacy_id, k.minted_key_no is not null as is_minted, k.secret_no,
       k.token_hash_key_version as version, encode(k.token_hash, 'hex') as hash,
       json_build_object('name', k.name, 'environment', k.environment, 'scopes', k.scopes, 'status', k.status,
         'ownerUserId', k.owner_user_id, 'makerUserId', k.user_id, 'externalKeyId', k.external_key_id,
         'notBefore', ${time('not_before')}, 'expiresAt', ${time('expires_at')},
         'createdAt', ${time('created_at')}, 'lastUsedAt', ${time('last_used_at')}, 'metadata', k.metadata) as state
     from jsonb_array_elements(?) as wanted join api_keys k on k.source = wanted->>0 and k.legacy_id = wanted->>1
     order by k.id for update of k`,
    [JSON.stringify(identities)],
  );
  return new Map(
    found.map(({ id, tenant_id, source, legacy_id, is_minted, secret_no, version, hash, state }) => [
      identityOf({ source, legacyId: legacy_id }),
      {
        id,
        tenantId: tenant_id,
        state,
        isMinted: is_minted,
        secretNo: secret_no,
        version,
        hash: Buffer.from(hash, 'hex'),
      },
    ]),
  );
}

/** Something wanted, as the database compares it, and which key has it; a name that nobody has comes back as well. */
type Taken = {
  readonly kind: 'name' | 'externalKeyId' | 'token';
  readonly wanted: string;
  readonly value: string;
  readonly tenant_id: string;
  readonly key_id: string | null;
};

async function findTaken({ em }: Ctx, rows: readonly WantedKey[], tokens: readonly string[]): Promise<Taken[]> {
  const names = rows.map(({ tenantId, fields }) => [tenantId, fields.name]);
  const externalKeyIds = rows.map(({ fields }) => fields.externalKeyId).filter((id) => id != null);
  return em.execute<Taken[]>(
    `select 'name' as kind, wanted->>1 as wanted, lower(wanted->>1) as value, (wanted->>0)::uuid as tenant_id, k.id as key_id
       from jsonb_array_elements(?) as wanted
       left join api_keys k on k.tenant_id = (wanted->>0)::uuid and k.name_ci = lower(wanted->>1)
     union all
     select 'externalKeyId', wanted, wanted, k.tenant_id, k.id
       from jsonb_array_elements_text(?) as wanted join api_keys k on k.external_key_id = wanted
     union all
     select 'token', wanted, wanted, s.tenant_id, s.id
       from jsonb_array_elements_text(?) as wanted join (
         select id, tenant_id, token_hash from api_keys union all select api_key_id, tenant_id, token_hash from api_key_retiring_secrets
       ) as s on s.token_hash = decode(wanted, 'hex')`,
    [JSON.stringify(names), textList(externalKeyIds), textList(tokens)],
  );
}

function holders(taken: readonly Taken[], kind: Taken['kind'], keyOf: (found: Taken) => string): Map<string, Holder> {
  return new Map(
    taken
      .filter((found) => found.kind === kind)
      .flatMap((found) => {
        const { key_id: keyId } = found;
        return keyId === null ? [] : [[keyOf(found), { keyId, who: `The key ${globalId('ApiKey', keyId)}` }] as const];
      }),
  );
}

/** Each text once. */
function textList(texts: readonly string[]): string {
  return JSON.stringify([...new Set(texts)]);
}
