import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { Keyring } from '../../../src/crypto/keyring.ts';
import { hashSecret } from '../../../src/crypto/tokenHash.ts';
import { globalId, newUuid } from '../../../src/lib/ids.ts';
import type { Random } from '../../crash/Random.ts';
import { mintFor } from '../../support/mintedKeys.ts';
import { type Gate, type Gates, openGate } from './checker.ts';
import type { Database } from './database.ts';

/** A token, ready to be sent, and what it depends on. */
export type Token = { readonly item: string; readonly gates: Gates; readonly name: string };

/** Something that is changed, by one change at a time. */
export type Subject = { readonly id: string; readonly gate: Gate; busy: boolean };

/** A key and the one token of it that is to be good. */
export type Key = Subject & { readonly owner: Gate | null; readonly tenant: Gate; token: Token };

/** A user or a tenant: whoever changes it changes some tokens. */
export type Group = Subject & { readonly keys: readonly Key[] };

/** Everybody there is, and which tokens are presented. */
export type Population = {
  readonly users: readonly Group[];
  readonly tenants: readonly Group[];
  /** A key that works, or rests, and that nobody is changing; undefined if there is none left to take. */
  anyKey(): Key | undefined;
  /** A token is to be presented more often from now on: something about it has changed. */
  touched(token: Token): void;
  /** The key is over; another one is presented instead. */
  bury(key: Key): void;
  /** One request's worth of tokens. */
  draw(): readonly Token[];
  /** Only those that were changed last: for a node that cannot answer now, and must not be wrong afterwards. */
  drawTouched(): readonly Token[];
};

/** How many there are; keys beyond those that are presented take the place of revoked ones. */
export type PopulationSize = { readonly tenants: number; readonly users: number; readonly keys: number };

/** Keys in use at one moment: every node is asked for each of them several times a second. */
const presentedMax = 2000;
/**
 * Of the hundred in a request: of those that are being changed at this moment, so that every node reads and remembers while
 * they change; of those that were changed lately; and of those that were revoked at any time.
 */
const drawnNewest = 8;
const drawnTouched = 8;
const drawnBuried = 4;
/** Somewhat more than there are changes on their way. */
const newestMax = 12;
const drawn = 100;
/** Changes of some eight seconds: as long as a node is stopped at most. */
const touchedMax = 300;

/** The item of a request that presents a token. */
export function itemOf(token: string): string {
  return `{"token":"${token}"}`;
}

/** The caller of everything: a key of the platform, which nobody changes. Answers its token. */
export async function makePlatformKey({ rows }: Database, ring: Keyring): Promise<string> {
  const tenantId = newUuid();
  const { keyId, secret, token } = mintFor(ring, newUuid());
  const hash = hashSecret(ring, ring.activeNo, { keyId, tenantId, secret });
  await rows("insert into tenants (id, name, slug, kind) values ($1, 'Platform', 'platform', 'platform')", [tenantId]);
  await rows(
    `insert into api_keys (id, tenant_id, name, environment, token_hash, token_hash_key_version, minted_key_no, scopes)
     values ($1, $2, 'Bench', 'live', $3, $4, $5, '["*", "keywright:*"]')`,
    [keyId, tenantId, hash, String(ring.activeNo), ring.activeNo],
  );
  return token;
}

/** Makes everybody by SQL, without the argon2 of a creation. */
export async function makePopulation(
  admin: Client,
  { ring, random, size }: { readonly ring: Keyring; readonly random: Random; readonly size: PopulationSize },
): Promise<Population> {
  const tenants: Group[] = [];
  const users: Group[] = [];
  const keys: Key[] = [];
  for (let t = 0; t < size.tenants; t++) {
    const tenantId = randomUUID();
    await admin.query("insert into tenants (id, name, slug, kind) values ($1, $2, $2, 'organization')", [
      tenantId,
      `tenant-${t}`,
    ]);
    const tenant = { id: globalId('Tenant', tenantId), gate: openGate(), busy: false, keys: [] as Key[] };
    const own = await makeUsers(admin, tenantId, size.users);
    const made = await makeKeys(admin, ring, { tenantId, tenant, users: own, count: size.keys });
    tenants.push(tenant);
    users.push(...own);
    keys.push(...made);
  }
  await admin.query('vacuum analyze');
  return populationOf({ tenants, users, keys: random.shuffle(keys) }, random);
}

type Owner = Group & { readonly userId: string; readonly keys: Key[] };

async function makeUsers(admin: Client, tenantId: string, count: number): Promise<Owner[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await admin.query(
    "insert into users (id, tenant_id, email) select id, $1, id || '@example.com' from unnest($2::uuid[]) id",
    [tenantId, ids],
  );
  return ids.map((userId) => ({ userId, id: globalId('User', userId), gate: openGate(), busy: false, keys: [] }));
}

async function makeKeys(
  admin: Client,
  ring: Keyring,
  of: { tenantId: string; tenant: Subject & { keys: Key[] }; users: readonly Owner[]; count: number },
): Promise<Key[]> {
  const { tenantId, tenant, users, count } = of;
  const rows: { id: string; owner: string | null; hash: Uint8Array }[] = [];
  const keys: Key[] = [];
  for (let n = 0; n < count; n++) {
    const { keyId, secret, token } = mintFor(ring, newUuid());
    // Every other key is a person's.
    const owner = n % 2 === 0 ? users[(n / 2) % users.length] : undefined;
    const gate = openGate();
    const gates: Gates = { secret: openGate(), key: gate, owner: owner?.gate ?? null, tenant: tenant.gate };
    const id = globalId('ApiKey', keyId);
    const made = { item: itemOf(token), gates, name: `${id}, its first secret` };
    const key: Key = { id, gate, busy: false, owner: gates.owner, tenant: tenant.gate, token: made };
    rows.push({
      id: keyId,
      owner: owner?.userId ?? null,
      hash: hashSecret(ring, ring.activeNo, { keyId, tenantId, secret }),
    });
    keys.push(key);
    tenant.keys.push(key);
    owner?.keys.push(key);
  }
  const columns = [rows.map((row) => row.id), rows.map((row) => row.owner), rows.map((row) => row.hash)];
  await admin.query(
    `insert into api_keys (id, tenant_id, owner_user_id, name, environment, token_hash, token_hash_key_version, minted_key_no, scopes)
     select id, $1, owner, id::text, 'live', hash, $2, $3, '["orders:read"]'
     from unnest($4::uuid[], $5::uuid[], $6::bytea[]) as made (id, owner, hash)`,
    [tenantId, String(ring.activeNo), ring.activeNo, ...columns],
  );
  return keys;
}

type Everybody = {
  readonly tenants: readonly Group[];
  readonly users: readonly Group[];
  readonly keys: readonly Key[];
};

function populationOf({ tenants, users, keys }: Everybody, random: Random): Population {
  const presented = keys.slice(0, presentedMax);
  const reserve = keys.slice(presentedMax);
  const buried: Token[] = [];
  const touched: Token[] = [];
  const newest: Token[] = [];
  let next = 0;
  const some = (tokens: readonly Token[], count: number) =>
    Array.from({ length: tokens.length === 0 ? 0 : count }, () => tokens[random.below(tokens.length)] as Token);
  return {
    tenants,
    users,
    anyKey() {
      for (let tries = 0; tries < 20; tries++) {
        const key = random.pick(presented);
        if (key !== undefined && !key.busy) return key;
      }
      return undefined;
    },
    touched(token) {
      touched[next] = token;
      next = (next + 1) % touchedMax;
      newest.push(token);
      if (newest.length > newestMax) newest.shift();
    },
    bury(key) {
      buried.push(key.token);
      const at = presented.indexOf(key);
      const fresh = reserve.pop();
      if (at < 0) return;
      if (fresh === undefined) presented.splice(at, 1);
      else presented[at] = fresh;
    },
    draw() {
      const rare = [...some(newest, drawnNewest), ...some(touched, drawnTouched), ...some(buried, drawnBuried)];
      const rest = Array.from({ length: drawn - rare.length }, () => random.pick(presented)?.token as Token);
      return [...rare, ...rest];
    },
    drawTouched: () => some(touched, drawn),
  };
}
