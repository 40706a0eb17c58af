import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryOf, ringText } from '../crypto/samples.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { countStatements } from '../support/statements.ts';
import { checksum, makeTenant, send, sendRaw, verdictOn } from '../support/verbs.ts';
import { bringIn, bringInOne, digestOf, oldToken, type Row, row } from './importing.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
let user: { id: string };
beforeAll(async () => {
  service = await startTestService({ ring: ringText([entryOf(1, 'active'), entryOf(4, 'import:old')]) });
  tenant = await makeTenant(service);
  ({ user } = await send(service, 'createUser', { email: 'owner@example.com' }, tenant.key));
});
afterAll(() => service.close());

const importRows = (rows: readonly Row[], options?: Row) => bringIn(service, tenant.id, rows, options);
const importOne = (said: Row) => bringInOne(service, tenant.id, said);
const at = (ms: number) => new Date(service.clock.now.getTime() + ms).toISOString();

/** The last event of a key, and how often the verifying nodes were told of it. */
async function lastEvent(keyId: string): Promise<Record<string, unknown>> {
  const [event] = await service.database.sql<Record<string, unknown>>(
    `select e.actor, e.action, e.changes, (select count(*)::int from revocation_log l where l.subject_id = k.id) as logged
     from audit_events e join api_keys k on e.target = 'key_' || keywright_base32(k.id) where e.target = $1 order by e.seq desc limit 1`,
    [keyId],
  );
  return event ?? {};
}

/** Runs while nothing can be added to a table. */
async function withoutInsertsTo<T>(table: string, work: () => Promise<T>): Promise<T> {
  await service.database.sql(
    `create function refuse_insert() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`,
  );
  await service.database.sql(`create trigger refuse_insert before insert on ${table} execute function refuse_insert()`);
  try {
    return await work();
  } finally {
    await service.database.sql('drop function refuse_insert cascade');
  }
}

describe('importApiKeys', () => {
  it('an imported token goes on working as it is, at every door, and is kept only as a keyed hash', async () => {
    const token = oldToken();
    const key = await importOne(row({ token, scopes: ['keywright:keys:read', 'a:*'] }));
    expect(await verdictOn(service, token, { allOf: ['a:b'] })).toBe('VALID');
    for (const headers of [{ 'x-api-key': token }, { authorization: `Bearer ${token}` }] as Record<string, string>[]) {
      const response = await fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ viewer { kind apiKey { id source } } }' }),
      });
      expect(await response.json()).toEqual({
        data: { viewer: { kind: 'TENANT', apiKey: { id: key.id, source: 'mongo' } } },
      });
    }
    const [stored] = await service.database.sql<{ version: string; locks: number; everything: string }>(
      `select k.token_hash_key_version as version, (select count(*)::int from api_key_recovery l where l.api_key_id = k.id) as locks,
         (select string_agg(x::text, '') from (select to_jsonb(a) from api_keys a union all select to_jsonb(e) from audit_events e) as t (x)) as everything
       from api_keys k where 'key_' || keywright_base32(k.id) = $1`,
      [key.id],
    );
    expect(stored).toMatchObject({ version: '1/raw', locks: 0 });
    for (const form of [token, Buffer.from(token).toString('hex')]) {
      expect(stored?.everything).not.toContain(form);
      expect(service.logged.join('')).not.toContain(form);
    }
  });

  it.each(['sha256', 'sha512', 'hmac:old'])('a token of which only the %s is known goes on working', async (scheme) => {
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      const token = oldToken();
      const digest = digestOf[scheme]?.(token).toString(encoding);
      await importOne({ ...row(), token: undefined, digest, scheme });
      expect(await verdictOn(service, token)).toBe('VALID');
      expect(await verdictOn(service, `${token}x`)).toBe('INVALID');
    }
  });

  it('a key without a credential authenticates nobody until it is rotated, and its gateway’s identifier never does', async () => {
    const externalKeyId = 'gateway-key-abcdefghij0123456789';
    const key = await importOne({ ...row(), token: undefined, externalKeyId });
    expect(key).toMatchObject({ externalKeyId, isActive: true, secrets: [{ no: 1, state: 'CURRENT' }] });
    expect(await verdictOn(service, externalKeyId)).toBe('INVALID');
    const { secret } = await send(service, 'rotateApiKey', { id: key.id, graceSeconds: 0 });
    expect(await verdictOn(service, secret)).toBe('VALID');
  });

  it('keeps all that a row says, and its times to the microsecond', async () => {
    const key = await importOne(
      row({
        name: 'Kept whole',
        source: 'api_keys',
        legacyId: '507f1f77bcf86cd799439011',
        externalKeyId: 'gw-1',
        ownerUserId: user.id,
        makerUserId: user.id,
        scopes: ['read', 'write:*'],
        environment: 'TEST',
        status: 'DISABLED',
        notBefore: '2020-01-01T00:00:00.000001Z',
        expiresAt: '2099-12-31T23:59:59.9999999+02:00',
        createdAt: '2019-05-06T07:08:09.123456+02:00',
        lastUsedAt: '2024-02-29 12:00:00Z',
        metadata: { plan: 'pro' },
      }),
    );
    expect(key).toMatchObject({
      name: 'Kept whole',
      source: 'api_keys',
      externalKeyId: 'gw-1',
      owner: { id: user.id },
      maker: { id: user.id },
      tenant: { id: tenant.id },
      scopes: ['read', 'write:*'],
      environment: 'TEST',
      status: 'DISABLED',
      isActive: false,
      notBefore: '2020-01-01T00:00:00.000001Z',
      expiresAt: '2099-12-31T21:59:59.999999Z',
      createdAt: '2019-05-06T05:08:09.123456Z',
      updatedAt: '2019-05-06T05:08:09.123456Z',
      lastUsedAt: '2024-02-29T12:00:00.000Z',
      metadata: { plan: 'pro' },
    });
    const [{ legacy_id }] = (await service.database.sql('select legacy_id from api_keys where external_key_id = $1', [
      'gw-1',
    ])) as [{ legacy_id: string }];
    expect(legacy_id).toBe('507f1f77bcf86cd799439011');
  });

  it('what a row leaves out has its default', async () => {
    const key = await importOne({ name: 'bare', source: 'mongo', scopes: [], token: oldToken() });
    expect(key).toMatchObject({
      environment: 'LIVE',
      status: 'ACTIVE',
      owner: null,
      maker: null,
      scopes: [],
      metadata: {},
      externalKeyId: null,
      notBefore: null,
      expiresAt: null,
      lastUsedAt: null,
      createdAt: service.clock.now.toISOString(),
    });
  });

  it('keys that are over or at rest come in as that', async () => {
    const dead = [
      { status: 'REVOKED', code: 'REVOKED' },
      { status: 'DISABLED', code: 'DISABLED' },
      { expiresAt: '2020-01-01T00:00:00Z', code: 'EXPIRED' },
    ];
    for (const { code, ...said } of dead) {
      const wanted = row(said);
      const key = await importOne(wanted);
      expect(await verdictOn(service, wanted.token)).toBe(code);
      if (code !== 'REVOKED') continue;
      expect(key).toMatchObject({
        revokedAt: service.clock.now.toISOString(),
        revocationReason: 'It was revoked before it was imported.',
        secrets: [],
      });
    }
  });

  it('one event for each key says what came in, without a secret', async () => {
    const wanted = row({ name: 'told', createdAt: '2020-01-01T00:00:00Z', ownerUserId: user.id });
    const key = await importOne(wanted);
    const after = {
      name: 'told',
      environment: 'live',
      scopes: ['read'],
      status: 'active',
      ownerUserId: user.id,
      makerUserId: null,
      externalKeyId: null,
      notBefore: null,
      expiresAt: null,
      createdAt: '2020-01-01T00:00:00.000Z',
      lastUsedAt: null,
      metadata: {},
      source: 'mongo',
      legacyId: wanted.legacyId,
      credential: 'raw',
    };
    const event = await lastEvent(key.id);
    expect(event).toMatchObject({ action: 'importApiKeys', changes: { after }, logged: 0 });
    expect(event.actor).toMatch(/^key_/);
  });

  it('the same call again changes nothing, and says so', async () => {
    const rows = [
      row({ createdAt: '2020-01-01T00:00:00.123456Z', metadata: { b: 1, a: [true] }, ownerUserId: user.id }),
      { ...row({ externalKeyId: 'gw-again' }), token: undefined },
      { ...row(), token: undefined, digest: digestOf.sha256?.('t'.repeat(40)).toString('hex'), scheme: 'sha256' },
      row({ status: 'REVOKED' }),
    ];
    expect(await importRows(rows)).toMatchObject({ imported: 4, updated: 0, unchanged: 0, rejected: 0 });
    const before = await checksum(service);
    const again = await importRows(rows);
    expect(again).toMatchObject({ imported: 0, updated: 0, unchanged: 4, rejected: 0, userErrors: [] });
    expect(
      again.verdicts.map(({ row: index, outcome, renamed, userError, apiKey }: Row) => [
        index,
        outcome,
        renamed,
        userError,
        (apiKey as Row).name,
      ]),
    ).toEqual(rows.map(({ name }: Row, index) => [index, 'UNCHANGED', false, null, name]));
    expect(await checksum(service)).toBe(before);
  });

  it('a row that came in before updates its key; the event says before and after, and the nodes are told', async () => {
    const wanted = row({ metadata: { plan: 'free' }, expiresAt: '2098-01-01T00:00:00Z', ownerUserId: user.id });
    const key = await importOne(wanted);
    const { verdicts, updated } = await importRows([
      { ...wanted, name: 'Other name', scopes: ['write'], status: 'DISABLED', expiresAt: null, ownerUserId: undefined },
    ]);
    expect(updated).toBe(1);
    expect(verdicts[0]).toMatchObject({
      outcome: 'UPDATED',
      apiKey: {
        id: key.id,
        name: 'Other name',
        scopes: ['write'],
        status: 'DISABLED',
        expiresAt: null,
        owner: { id: user.id },
        metadata: { plan: 'free' },
        updatedAt: service.clock.now.toISOString(),
      },
    });
    expect(await lastEvent(key.id)).toMatchObject({
      action: 'importApiKeys',
      changes: {
        before: { name: wanted.name, scopes: ['read'], status: 'active', expiresAt: '2098-01-01T00:00:00.000Z' },
        after: { name: 'Other name', scopes: ['write'], status: 'disabled', expiresAt: null },
      },
      logged: 1,
    });
    expect(await verdictOn(service, wanted.token)).toBe('DISABLED');
  });

  it('keys, events and what the nodes are told come in together or not at all', async () => {
    const known = row();
    await importOne(known);
    const before = await checksum(service);
    for (const table of ['audit_events', 'revocation_log']) {
      const { errors } = await withoutInsertsTo(table, () =>
        sendRaw(service, 'importApiKeys', { tenantId: tenant.id, rows: [row(), { ...known, name: 'not renamed' }] }),
      );
      expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
      expect(await checksum(service)).toBe(before);
    }
  });

  it('another token in a row that came in before ends the first', async () => {
    const wanted = row();
    const key = await importOne(wanted);
    const token = oldToken();
    const { verdicts } = await importRows([{ ...wanted, token }]);
    expect(verdicts[0]).toMatchObject({ outcome: 'UPDATED', apiKey: { id: key.id, secrets: [{ no: 2 }] } });
    expect([await verdictOn(service, wanted.token), await verdictOn(service, token)]).toEqual(['INVALID', 'VALID']);
    expect((await lastEvent(key.id)).changes).toEqual({
      before: { secretNo: 1 },
      after: { secretNo: 2, credential: 'raw' },
    });
  });

  it('a row that brings the token of which a digest came in before changes nothing', async () => {
    const wanted = row();
    const digest = digestOf.sha256?.(wanted.token).toString('hex');
    await importOne({ ...wanted, token: undefined, digest, scheme: 'sha256' });
    const before = await checksum(service);
    expect(await importRows([wanted])).toMatchObject({ unchanged: 1 });
    expect(await checksum(service)).toBe(before);
  });

  it('a key that came in without a credential gets one when its row has one', async () => {
    const wanted = row();
    const key = await importOne({ ...wanted, token: undefined });
    const { verdicts } = await importRows([wanted]);
    expect(verdicts[0]).toMatchObject({ outcome: 'UPDATED', apiKey: { id: key.id, secrets: [{ no: 2 }] } });
    expect(await verdictOn(service, wanted.token)).toBe('VALID');
    expect(await importRows([{ ...wanted, token: undefined }])).toMatchObject({ unchanged: 1 });
    expect(await verdictOn(service, wanted.token)).toBe('VALID');
  });

  it('an older file never brings back a key that was revoked here, nor a token that was rotated out', async () => {
    const [revoked, rotated] = [row(), row()];
    const { id } = await importOne(revoked);
    await send(service, 'revokeApiKey', { id });
    const { id: rotatedId } = await importOne(rotated);
    const { secret } = await send(service, 'rotateApiKey', { id: rotatedId, graceSeconds: 0 });
    const before = await checksum(service);
    expect((await importRows([revoked, rotated])).verdicts).toMatchObject([
      { outcome: 'UNCHANGED', apiKey: { status: 'REVOKED' } },
      { outcome: 'UNCHANGED' },
    ]);
    expect((await importRows([{ ...revoked, status: 'ACTIVE' }])).verdicts).toMatchObject([
      { outcome: 'REJECTED', userError: { code: 'WRONG_STATE', path: ['input', 'rows', '0', 'status'] } },
    ]);
    expect(await checksum(service)).toBe(before);
    expect(await Promise.all([revoked.token, rotated.token, secret].map((token) => verdictOn(service, token)))).toEqual(
      ['REVOKED', 'INVALID', 'VALID'],
    );
  });

  it('a row that says revoked ends its key for ever, with the locks of what it was rotated to', async () => {
    const wanted = row();
    const { id } = await importOne(wanted);
    const { secret } = await send(service, 'rotateApiKey', { id, graceSeconds: 60 });
    const { verdicts } = await importRows([{ ...wanted, status: 'REVOKED' }]);
    expect(verdicts[0]).toMatchObject({
      outcome: 'UPDATED',
      apiKey: { status: 'REVOKED', revokedAt: service.clock.now.toISOString(), secrets: [] },
    });
    expect([await verdictOn(service, wanted.token), await verdictOn(service, secret)]).toEqual(['REVOKED', 'REVOKED']);
    const locks = await service.database.sql(
      `select 1 from api_key_recovery where 'key_' || keywright_base32(api_key_id) = $1`,
      [id],
    );
    expect(locks).toEqual([]);
  });

  it('a use that was seen later than the row’s stays', async () => {
    const wanted = row({ lastUsedAt: '2024-01-01T00:00:00Z' });
    await importOne(wanted);
    const before = await checksum(service);
    expect(await importRows([{ ...wanted, lastUsedAt: '2023-01-01T00:00:00Z' }])).toMatchObject({ unchanged: 1 });
    expect(await checksum(service)).toBe(before);
    const { verdicts } = await importRows([{ ...wanted, lastUsedAt: '2024-01-01T00:00:00.000001Z' }]);
    expect(verdicts[0]).toMatchObject({ outcome: 'UPDATED', apiKey: { lastUsedAt: '2024-01-01T00:00:00.000001Z' } });
  });

  it('a name that is taken gets a suffix where that is asked for, is told of, and keeps it', async () => {
    const rows = [row({ name: 'Production Key' }), row({ name: 'production key' })];
    const { verdicts, imported } = await importRows(rows, { onNameConflict: 'SUFFIX' });
    expect(imported).toBe(2);
    const [first, second] = verdicts;
    expect(first).toMatchObject({ renamed: false, apiKey: { name: 'Production Key' } });
    expect(second).toMatchObject({
      renamed: true,
      apiKey: { name: `production key (${second.apiKey.id.slice(-6)})` },
    });
    const before = await checksum(service);
    for (const onNameConflict of ['SUFFIX', 'REJECT']) {
      const again = await importRows(rows, { onNameConflict });
      expect(again).toMatchObject({ unchanged: 2, verdicts: [{ renamed: false }, { renamed: true }] });
    }
    expect(await checksum(service)).toBe(before);
    const long = 'x'.repeat(255);
    const renamed = (await importRows([row({ name: long }), row({ name: long })], { onNameConflict: 'SUFFIX' }))
      .verdicts[1];
    expect(renamed.apiKey.name).toBe(`${'x'.repeat(246)} (${renamed.apiKey.id.slice(-6)})`);
  });

  it('costs as many statements for a hundred rows as for one', async () => {
    const statements = async (rows: Row[]) =>
      (
        await countStatements(() =>
          service.graph(
            'mutation ($input: ImportApiKeysInput!) { importApiKeys(input: $input) { imported updated } }',
            {
              input: { tenantId: tenant.id, rows },
            },
          ),
        )
      ).length;
    const many = Array.from({ length: 100 }, () => row());
    const one = [row()];
    // The caller's key; begin, role, tenant; users and forms, keys, what is taken; the insert in its savepoint; the keys; the events; commit.
    expect([await statements(one), await statements(many)]).toEqual([13, 13]);
    const renamed = (rows: Row[]) => rows.map((wanted) => ({ ...wanted, name: `${wanted.name} again` }));
    // And the change log: an entry for each key, all by one statement.
    expect([await statements(renamed(one)), await statements(renamed(many))]).toEqual([13, 13]);
  });

  it('takes a hundred rows at most', async () => {
    const before = await checksum(service);
    const { data } = await sendRaw(service, 'importApiKeys', {
      tenantId: tenant.id,
      rows: Array.from({ length: 101 }, () => ({ name: 'a', source: 'b', scopes: [] })),
    });
    expect(data.importApiKeys).toEqual({
      verdicts: [],
      imported: 0,
      updated: 0,
      unchanged: 0,
      rejected: 0,
      userErrors: [
        {
          code: 'INVALID_INPUT',
          message: 'A call has at most 100 rows, and this one has 101.',
          path: ['input', 'rows'],
        },
      ],
    });
    expect(await checksum(service)).toBe(before);
    expect(await importRows([])).toMatchObject({ verdicts: [], imported: 0, userErrors: [] });
  });

  it('is for the platform, with the scope to write tenants', async () => {
    const { secret: reader } = await send(service, 'createApiKey', { name: 'reader', scopes: ['keywright:keys:*'] });
    const before = await checksum(service);
    for (const key of [tenant.key, reader]) {
      const { data, errors } = await sendRaw(service, 'importApiKeys', { tenantId: tenant.id, rows: [row()] }, key);
      expect([data.importApiKeys, errors[0]?.extensions.code]).toEqual([null, 'FORBIDDEN']);
    }
    expect(await checksum(service)).toBe(before);
  });

  it('a tenant that is not there is no row’s fault', async () => {
    const before = await checksum(service);
    expect(await bringIn(service, 'tnt_01k7ra3cp3fn78y00h48sm8nda', [row()])).toMatchObject({
      verdicts: [],
      userErrors: [{ code: 'NOT_FOUND', path: ['input', 'tenantId'] }],
    });
    expect(await bringIn(service, user.id, [row()])).toMatchObject({
      userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'tenantId'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('brings in nothing that outlives the key it is imported with, or may do more', async () => {
    const scopes = ['keywright:tenants:write', 'a:*'];
    const { secret } = await send(service, 'createApiKey', { name: 'brief importer', scopes, expiresAt: at(60_000) });
    const before = await checksum(service);
    const attempt = (said: Row) =>
      send(service, 'importApiKeys', { tenantId: tenant.id, rows: [row({ scopes: ['a:b'], ...said })] }, secret);
    for (const said of [{}, { expiresAt: at(60_001) }]) {
      expect((await attempt(said)).verdicts).toMatchObject([
        { outcome: 'REJECTED', userError: { code: 'EXPIRES_TOO_LATE', path: ['input', 'rows', '0', 'expiresAt'] } },
      ]);
    }
    expect((await attempt({ scopes: ['a:b', 'b'], expiresAt: at(60_000) })).verdicts).toMatchObject([
      { outcome: 'REJECTED', userError: { code: 'SCOPE_NOT_HELD', path: ['input', 'rows', '0', 'scopes'] } },
    ]);
    expect(await checksum(service)).toBe(before);
    expect(await attempt({ expiresAt: at(60_000) })).toMatchObject({ imported: 1 });
    expect(await attempt({ status: 'REVOKED' })).toMatchObject({ imported: 1 });
  });

  it('a key is in the warehouse’s view once, under the event that brought it in', async () => {
    await service.database.sql(`update tenants set account_number = 189 where 'tnt_' || keywright_base32(id) = $1`, [
      tenant.id,
    ]);
    const wanted = row({ source: 'warehouse', legacyId: '507f1f77bcf86cd799439099', makerUserId: user.id });
    const key = await importOne(wanted);
    await importRows([{ ...wanted, scopes: ['read', 'write'] }]);
    const shown = await service.database.sql("select * from datawarehouse.api_users where src = 'warehouse'");
    const [event] = await service.database.sql<{ id: string }>(
      "select replace(id::text, '-', '') as id from audit_events where target = $1 order by seq limit 1",
      [key.id],
    );
    expect(shown).toMatchObject([
      {
        _id: '507f1f77bcf86cd799439099',
        email: 'owner@example.com',
        hdaccountid: 189,
        scopes: '["read","write"]',
        eventn_ctx_event_id: event?.id,
      },
    ]);
  });
});
