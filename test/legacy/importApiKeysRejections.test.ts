import { createHmac } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { mintToken } from '../../src/crypto/token.ts';
import { hashImported } from '../../src/crypto/tokenHash.ts';
import { newUuid } from '../../src/lib/ids.ts';
import { entryOf, materialOf, ringText } from '../crypto/samples.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, makeTenant, send, sendRaw, verdictOn } from '../support/verbs.ts';
import { bringIn, bringInOne, digestOf, oldToken, type Row, row } from './importing.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
let other: typeof tenant;
const peppers = Array.from({ length: 17 }, (_, index) => entryOf(10 + index, `import:p${index}`));
beforeAll(async () => {
  service = await startTestService({ ring: ringText([entryOf(1, 'active'), entryOf(4, 'import:old'), ...peppers]) });
  [tenant, other] = [await makeTenant(service), await makeTenant(service)];
});
afterAll(() => service.close());

const importRows = (rows: readonly Row[], options?: Row) => bringIn(service, tenant.id, rows, options);
const importOne = (said: Row) => bringInOne(service, tenant.id, said);

/** Imports one row that must be refused, and answers why; nothing may have changed, and nothing of a credential be told. */
async function refusalOf(said: Row, options?: Row): Promise<{ code: string; message: string; path: string[] }> {
  const before = await checksum(service);
  const answer = await importRows([said], options);
  expect(answer).toMatchObject({ imported: 0, updated: 0, unchanged: 0, rejected: 1, userErrors: [] });
  expect(answer.verdicts).toMatchObject([{ row: 0, outcome: 'REJECTED', apiKey: null, renamed: false }]);
  expect(await checksum(service)).toBe(before);
  for (const text of [said.token, said.digest]) {
    if (typeof text !== 'string' || text.length < 8) continue;
    expect(JSON.stringify(answer)).not.toContain(text.slice(0, 8));
    expect(service.logged.join('')).not.toContain(text.slice(0, 8));
  }
  return answer.verdicts[0].userError;
}

const stranger = parseKeyring(createKeyring(new Date(), systemRandom), 'the test');
const native = () =>
  mintToken({
    ring: stranger,
    prefix: 'kw',
    environment: 'live',
    keyId: newUuid(),
    random: systemRandom,
  }).token.reveal();
const mistyped = (token: string) => `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
const sha256 = (token: string) => digestOf.sha256?.(token).toString('hex');

describe('a row that cannot come in says why, and changes nothing:', () => {
  it.each<[string, Row, string, string]>([
    ['a name of blanks', { name: '  ' }, 'INVALID_INPUT', 'name'],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, 'INVALID_INPUT', 'name'],
    ['no source', { source: '' }, 'INVALID_INPUT', 'source'],
    ['a source of 65 characters', { source: 'x'.repeat(65) }, 'INVALID_INPUT', 'source'],
    ['this service as source', { source: 'Keywright' }, 'INVALID_INPUT', 'source'],
    ['a legacy id with a line break', { legacyId: 'a\nb' }, 'INVALID_INPUT', 'legacyId'],
    ['an empty legacy id', { legacyId: '' }, 'INVALID_INPUT', 'legacyId'],
    ['an external key id of 256 characters', { externalKeyId: 'x'.repeat(256) }, 'INVALID_INPUT', 'externalKeyId'],
    ['an owner of the wrong kind', { ownerUserId: 'key_01k7ra3cp3fn78y00h48sm8nda' }, 'INVALID_INPUT', 'ownerUserId'],
    ['an owner who is not there', { ownerUserId: 'usr_01k7ra3cp3fn78y00h48sm8nda' }, 'NOT_FOUND', 'ownerUserId'],
    ['a maker who is not there', { makerUserId: 'usr_01k7ra3cp3fn78y00h48sm8nda' }, 'NOT_FOUND', 'makerUserId'],
    ['a scope that is none', { scopes: ['read', 'a b'] }, 'INVALID_INPUT', 'scopes.1'],
    ['a time without an offset', { createdAt: '2020-01-01T00:00:00' }, 'INVALID_INPUT', 'createdAt'],
    ['a day that is not on the calendar', { expiresAt: '2021-02-29T00:00:00Z' }, 'INVALID_INPUT', 'expiresAt'],
    ['a time before 1970', { createdAt: '1969-12-31T23:59:59Z' }, 'INVALID_INPUT', 'createdAt'],
    ['a creation that is to come', { createdAt: '2999-01-01T00:00:00Z' }, 'INVALID_INPUT', 'createdAt'],
    ['a use that is to come', { lastUsedAt: '2999-01-01T00:00:00Z' }, 'INVALID_INPUT', 'lastUsedAt'],
    [
      'a window that ends as it begins',
      { notBefore: '2999-01-01T00:00:00.000001Z', expiresAt: '2999-01-01T00:00:00.000001Z' },
      'INVALID_INPUT',
      'notBefore',
    ],
    ['metadata that is no object', { metadata: [1] }, 'INVALID_INPUT', 'metadata'],
    ['an empty token', { token: '' }, 'INVALID_INPUT', 'token'],
    ['a token with a space', { token: 'abcdefghij 0123456789 klmnopqrst' }, 'INVALID_INPUT', 'token'],
    ['a token that no header carries', { token: 'abcdefghij0123456789klmnopqrstü' }, 'INVALID_INPUT', 'token'],
    ['a token of 513 characters', { token: 'ab0123456789cdef'.repeat(33).slice(0, 513) }, 'INVALID_INPUT', 'token'],
    ['a token of this service’s shape', { token: native() }, 'UNUSABLE_CREDENTIAL', 'token'],
    ['one that is mistyped besides', { token: mistyped(native()) }, 'UNUSABLE_CREDENTIAL', 'token'],
    ['a fingerprint', { token: `kwfp${'0123456789abcdef'.repeat(2).slice(0, 28)}` }, 'UNUSABLE_CREDENTIAL', 'token'],
    ['a bcrypt hash as token', { token: `$2b$12$${'abcdefghij0123456789'.repeat(3)}` }, 'UNUSABLE_CREDENTIAL', 'token'],
    ['a token of 24 hexadecimal digits', { token: '507f1f77bcf86cd799439011' }, 'WEAK_TOKEN', 'token'],
    ['a token of one character', { token: 'a'.repeat(100) }, 'WEAK_TOKEN', 'token'],
    ['token and digest', { digest: sha256('x'), scheme: 'sha256' }, 'INVALID_INPUT', 'digest'],
    ['a scheme and no digest', { scheme: 'sha256' }, 'INVALID_INPUT', 'scheme'],
  ])('%s', async (_, said, code, path) => {
    const refusal = await refusalOf(row(said));
    expect([refusal.code, refusal.path]).toEqual([code, ['input', 'rows', '0', ...path.split('.')]]);
  });

  it.each<[string, Row, string, string]>([
    ['no scheme', { digest: sha256('x') }, 'INVALID_INPUT', 'scheme'],
    ['an unknown scheme', { digest: sha256('x'), scheme: 'md5' }, 'INVALID_INPUT', 'scheme'],
    ['a scheme that is no digest', { digest: sha256('x'), scheme: 'raw' }, 'INVALID_INPUT', 'scheme'],
    ['a pepper that the ring lacks', { digest: sha256('x'), scheme: 'hmac:gone' }, 'UNUSABLE_CREDENTIAL', 'scheme'],
    ['too few bytes', { digest: sha256('x'), scheme: 'sha512' }, 'INVALID_INPUT', 'digest'],
    ['too many bytes', { digest: `${sha256('x')}00`, scheme: 'sha256' }, 'INVALID_INPUT', 'digest'],
    ['neither hexadecimal nor base64', { digest: '*'.repeat(64), scheme: 'sha256' }, 'INVALID_INPUT', 'digest'],
    [
      'bcrypt',
      { digest: `$2y$10$${'a1b2c3d4'.repeat(7).slice(0, 53)}`, scheme: 'sha256' },
      'UNUSABLE_CREDENTIAL',
      'digest',
    ],
    ['argon2', { digest: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA' }, 'UNUSABLE_CREDENTIAL', 'digest'],
    ['scrypt', { digest: 'scrypt:32768:8:1$salt$00ff' }, 'UNUSABLE_CREDENTIAL', 'digest'],
    ['pbkdf2', { digest: 'pbkdf2_sha256$600000$salt$aGFzaA==' }, 'UNUSABLE_CREDENTIAL', 'digest'],
    ['what is called bcrypt', { digest: sha256('x'), scheme: 'bcrypt' }, 'UNUSABLE_CREDENTIAL', 'digest'],
  ])('a digest of %s', async (_, said, code, path) => {
    const refusal = await refusalOf({ ...row(), token: undefined, ...said });
    expect([refusal.code, refusal.path]).toEqual([code, ['input', 'rows', '0', path]]);
  });

  it('a weak token comes in where that is asked for, and a strong one anyway', async () => {
    const token = 'abcdef0123';
    expect((await refusalOf(row({ token }))).message).toContain('40 bits at most, and 112 are the least');
    expect(await importRows([row({ token })], { allowWeak: true })).toMatchObject({ imported: 1 });
    expect(await verdictOn(service, token)).toBe('VALID');
  });

  it('a token that another key has: as it is, as a digest, of another tenant, retiring or revoked', async () => {
    const [plain, digested, foreign, retiring, revoked] = [row(), row(), row(), row(), row()];
    await importOne(plain);
    await importOne({ ...digested, token: undefined, digest: sha256(digested.token), scheme: 'sha256' });
    await bringInOne(service, other.id, foreign);
    const { id } = await importOne(retiring);
    await send(service, 'rotateApiKey', { id, graceSeconds: 60 });
    await send(service, 'revokeApiKey', { id: (await importOne(revoked)).id });
    for (const { token } of [plain, digested, foreign, retiring, revoked]) {
      const refusal = await refusalOf(row({ token }));
      expect(refusal).toMatchObject({ code: 'TOKEN_TAKEN', path: ['input', 'rows', '0', 'token'] });
      expect(refusal.message).toMatch(/^The key key_\w{26} has this token already\./);
    }
    expect(
      await refusalOf({ ...row(), token: undefined, digest: sha256(digested.token), scheme: 'sha256' }),
    ).toMatchObject({
      code: 'TOKEN_TAKEN',
      path: ['input', 'rows', '0', 'digest'],
    });
  });

  it('a legacy id of another tenant’s key, an external key id that is taken, another environment', async () => {
    const wanted = row({ externalKeyId: 'gateway-1', environment: 'LIVE' });
    await importOne(wanted);
    expect(await refusalOf(row({ externalKeyId: 'gateway-1' }))).toMatchObject({
      code: 'EXTERNAL_KEY_ID_TAKEN',
      path: ['input', 'rows', '0', 'externalKeyId'],
    });
    expect(await refusalOf({ ...wanted, environment: 'TEST' })).toMatchObject({
      code: 'WRONG_STATE',
      path: ['input', 'rows', '0', 'environment'],
    });
    const foreign = row();
    await bringInOne(service, other.id, foreign);
    expect(await refusalOf({ ...foreign, token: oldToken() })).toMatchObject({
      code: 'LEGACY_ID_TAKEN',
      path: ['input', 'rows', '0', 'legacyId'],
    });
  });

  it('a name that a key of the tenant has, whatever its case and its state', async () => {
    const { apiKey } = await send(service, 'createApiKey', { name: 'Ünique' }, tenant.key);
    await send(service, 'revokeApiKey', { id: apiKey.id }, tenant.key);
    const refusal = await refusalOf(row({ name: 'üNIQUE' }));
    expect(refusal).toMatchObject({ code: 'NAME_TAKEN', path: ['input', 'rows', '0', 'name'] });
    expect(refusal.message).toContain(apiKey.id);
  });

  it('a user of another tenant is not there', async () => {
    const { user } = await send(service, 'createUser', { email: 'foreign@example.com' }, other.key);
    for (const field of ['ownerUserId', 'makerUserId']) {
      expect(await refusalOf(row({ [field]: user.id }))).toMatchObject({
        code: 'NOT_FOUND',
        message: 'There is no such user in this tenant.',
        path: ['input', 'rows', '0', field],
      });
    }
  });
});

describe('rows of one call', () => {
  it('a bad row never stops the rest, and the counts add up', async () => {
    const known = row();
    await importOne(known);
    const changed = row();
    await importOne(changed);
    const rows = [row(), row({ token: 'weak' }), known, row({ name: '' }), { ...changed, scopes: [] }, row()];
    const { verdicts, ...counts } = await importRows(rows);
    expect(verdicts.map((verdict: Row) => verdict.outcome)).toEqual([
      'IMPORTED',
      'REJECTED',
      'UNCHANGED',
      'REJECTED',
      'UPDATED',
      'IMPORTED',
    ]);
    expect(verdicts.map((verdict: Row) => verdict.row)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(verdicts[3].userError.path).toEqual(['input', 'rows', '3', 'name']);
    expect(counts).toEqual({ imported: 2, updated: 1, unchanged: 1, rejected: 2, userErrors: [] });
    expect(await verdictOn(service, String(rows[5]?.token))).toBe('VALID');
  });

  it('of two that want the same the first gets it, and the other says who has it', async () => {
    const token = oldToken();
    const { verdicts } = await importRows([
      row({ token, name: 'Twice', legacyId: 'twin', externalKeyId: 'gateway-twin' }),
      row({ token }),
      row({ name: 'twice' }),
      row({ legacyId: 'twin' }),
      row({ externalKeyId: 'gateway-twin' }),
      // In a scheme that nothing was imported in before.
      { ...row(), token: undefined, digest: digestOf.sha512?.(token).toString('hex'), scheme: 'sha512' },
    ]);
    expect(verdicts.map(({ outcome, userError }: Row) => [outcome, (userError as Row | null)?.code])).toEqual([
      ['IMPORTED', undefined],
      ['REJECTED', 'TOKEN_TAKEN'],
      ['REJECTED', 'NAME_TAKEN'],
      ['REJECTED', 'LEGACY_ID_TAKEN'],
      ['REJECTED', 'EXTERNAL_KEY_ID_TAKEN'],
      ['REJECTED', 'TOKEN_TAKEN'],
    ]);
    for (const { userError } of verdicts.slice(1)) expect(userError.message).toMatch(/^rows\.0 has /);
    expect(await verdictOn(service, token)).toBe('VALID');
  });

  it('a rejected row takes nothing: the next may have its name', async () => {
    const rows = [
      row({ name: 'Wanted', token: oldToken(), ownerUserId: 'usr_01k7ra3cp3fn78y00h48sm8nda' }),
      row({ name: 'Wanted' }),
    ];
    expect(await importRows(rows)).toMatchObject({ imported: 1, rejected: 1 });
  });

  it('tokens are stored in sixteen forms at most, all of which verify', async () => {
    const made = await startTestService({ ring: ringText([entryOf(1, 'active'), ...peppers]) });
    try {
      const { id } = await makeTenant(made);
      const tokens = peppers.map(() => oldToken());
      const rows = tokens.map((token, index) => ({
        ...row({ name: `pepper ${index}`, token: undefined }),
        digest: createHmac('sha256', Buffer.from(materialOf(10 + index), 'base64url'))
          .update(token)
          .digest('hex'),
        scheme: `hmac:p${index}`,
      }));
      const { verdicts, imported } = await bringIn(made, id, rows);
      expect(imported).toBe(16);
      expect(verdicts[16]).toMatchObject({
        outcome: 'REJECTED',
        userError: { code: 'WRONG_STATE', path: ['input', 'rows', '16', 'digest'] },
      });
      expect(await bringIn(made, id, rows)).toMatchObject({ unchanged: 16, rejected: 1 });
      const codes = await Promise.all(tokens.map((token) => verdictOn(made, token)));
      expect(codes).toEqual([...Array(16).fill('VALID'), 'INVALID']);
    } finally {
      await made.close();
    }
  });
});

describe('what only the database knows', () => {
  /** Runs an import while a transaction of somebody else, which did `statement`, is about to be committed. */
  async function beside(statement: string, rows: readonly Row[]) {
    const somebody = new Client(service.database.admin);
    await somebody.connect();
    await somebody.query('begin');
    await somebody.query(statement);
    const answer = importRows(rows);
    const waits =
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'transactionid'";
    for (let seen = 0; seen === 0; ) seen = (await service.database.sql(waits)).length;
    await somebody.query('commit');
    await somebody.end();
    return answer;
  }
  const keyNamed = (name: string, hash = `sha256('${name}')`) =>
    `insert into api_keys (id, tenant_id, name, environment, token_hash, token_hash_key_version)
     select gen_random_uuid(), tenant_id, '${name}', 'live', ${hash}, '1' from api_keys where 'key_' || keywright_base32(id) = '${tenant.keyId}'`;

  it('rejects the one new row whose name was taken a moment ago, and no other', async () => {
    const rows = [row(), row(), row({ name: 'Taken just now' }), row(), row()];
    const { verdicts, imported, rejected } = await beside(keyNamed('taken JUST now'), rows);
    expect([imported, rejected]).toEqual([4, 1]);
    expect(verdicts[2]).toMatchObject({
      outcome: 'REJECTED',
      apiKey: null,
      userError: { code: 'NAME_TAKEN', path: ['input', 'rows', '2', 'name'] },
    });
    for (const { token } of rows.toSpliced(2, 1)) expect(await verdictOn(service, token)).toBe('VALID');
    expect(await verdictOn(service, rows[2]?.token ?? '')).toBe('INVALID');
    const events = await service.database.sql(
      "select changes->'after'->>'name' as name from audit_events where action = 'importApiKeys' order by seq desc limit 4",
    );
    expect(events.map((event) => event.name).sort()).toEqual(
      rows
        .toSpliced(2, 1)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('rejects the one row whose token another key got a moment ago', async () => {
    const token = oldToken();
    const rows = [row(), { ...row(), token: undefined, digest: sha256(token), scheme: 'sha256' }];
    const [{ hash }] = (await service.database.sql("select encode($1::bytea, 'hex') as hash", [
      hashImported(service.keyring, 1, 'sha256', Buffer.from(sha256(token) ?? '', 'hex')),
    ])) as [{ hash: string }];
    const { verdicts, imported } = await beside(keyNamed('quicker', `'\\x${hash}'::bytea`), rows);
    expect(imported).toBe(1);
    expect(verdicts[1]).toMatchObject({ userError: { code: 'TOKEN_TAKEN', path: ['input', 'rows', '1', 'digest'] } });
  });

  it('rejects the one changed row whose new name was taken a moment ago, and no other', async () => {
    const rows = [row(), row(), row()];
    await importRows(rows);
    const renamed = rows.map((wanted, index) => ({ ...wanted, name: `Renamed ${index}` }));
    const { verdicts, updated, rejected } = await beside(keyNamed('renamed 1'), renamed);
    expect([updated, rejected]).toEqual([2, 1]);
    expect(verdicts[1]).toMatchObject({ userError: { code: 'NAME_TAKEN', path: ['input', 'rows', '1', 'name'] } });
    expect(await importRows(rows)).toMatchObject({ updated: 2, unchanged: 1 });
  });

  it('leaves a key revoked that was revoked a moment ago', async () => {
    const wanted = row();
    const { id } = await importOne(wanted);
    const revoke = `update api_keys set status = 'revoked', revoked_at = now() where 'key_' || keywright_base32(id) = '${id}'`;
    const { verdicts } = await beside(revoke, [{ ...wanted, name: 'too late' }]);
    expect(verdicts).toMatchObject([{ outcome: 'UNCHANGED', apiKey: { status: 'REVOKED', name: wanted.name } }]);
    expect(await verdictOn(service, wanted.token)).toBe('REVOKED');
  });

  it('the same rows twice at once come in once', async () => {
    const rows = Array.from({ length: 10 }, () => row());
    const answers = await Promise.all(
      [1, 2].map(() => sendRaw(service, 'importApiKeys', { tenantId: tenant.id, rows })),
    );
    const counts = answers.map(({ data }) => data?.importApiKeys?.imported ?? 0);
    expect(counts.toSorted()).toEqual([0, 10]);
    const [{ keys }] = (await service.database.sql(
      'select count(*)::int as keys from api_keys where legacy_id = any($1)',
      [rows.map(({ legacyId }) => legacyId)],
    )) as [{ keys: number }];
    expect(keys).toBe(10);
    expect(await importRows(rows)).toMatchObject({ unchanged: 10 });
  });
});

describe('a request that is wrong as a whole', () => {
  it('repeats nothing of the rows that stand beside the mistake', async () => {
    const { token, ...rest } = row();
    const wrong: [unknown, string][] = [
      [token, '; Expected type "ImportApiKeysInput" to be an object.'],
      [
        { tenantId: tenant.id, rows: [token] },
        ' at "input.rows[0]"; Expected type "ImportApiKeyInput" to be an object.',
      ],
      [
        { tenantId: tenant.id, rows: [{ token, source: 'mongo', scopes: [] }] },
        ' at "input.rows[0]"; Field "name" of required type "String!" was not provided.',
      ],
      [
        { tenantId: tenant.id, rows: [{ ...rest, token: { token } }] },
        ' at "input.rows[0].token"; A token is a string.',
      ],
      [
        { tenantId: tenant.id, rows: [{ ...rest, name: { token } }] },
        ' at "input.rows[0].name"; String cannot represent a non string value.',
      ],
    ];
    const before = await checksum(service);
    for (const [input, told] of wrong) {
      const { errors } = await sendRaw(service, 'importApiKeys', input as Row);
      expect(errors.map(({ message }) => message)).toEqual([`Variable "$input" got invalid value${told}`]);
      expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
    expect(service.logged.join('')).not.toContain(token.slice(0, 8));
    expect(await checksum(service)).toBe(before);
  });

  it('a token in the text of a query is refused', async () => {
    const token = oldToken();
    const { data, errors } = await service.graph(
      `mutation { importApiKeys(input: { tenantId: "${tenant.id}", rows: [{ name: "a", source: "b", scopes: [], token: "${token}" }] }) { imported } }`,
    );
    expect([data, errors[0]?.message]).toEqual([undefined, expect.stringContaining('Send the token as a variable')]);
  });
});
