import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNumber } from '../../../src/crypto/base62.ts';
import { createKeyring, parseKeyring } from '../../../src/crypto/keyring.ts';
import { systemRandom } from '../../../src/crypto/random.ts';
import { callerOf } from '../../../src/http/caller.ts';
import { newUuid, parseGlobalId } from '../../../src/lib/ids.ts';
import { verifyApiKey } from '../../../src/verification/verifyApiKey.ts';
import { mintFor } from '../../support/mintedKeys.ts';
import { countStatements } from '../../support/statements.ts';
import { createWorld, type Made, type World } from './world.ts';

let world: World;
let good: Made;
let token: string;
beforeAll(async () => {
  world = await createWorld();
  good = await world.make();
  ({ token } = good);
});
afterAll(() => world.service.close());

const invalid = { verdict: { code: 'INVALID', valid: false } };
const invalidText = '{"code":"INVALID","valid":false}';

/** Where the parts of a token begin, with the prefix of the tests: `kw_live_`, id, `_`, secret, ring number, tag, checksum. */
const at = { environment: 3, kid: 8, secret: 35, ringNo: 78, tag: 80, crc: 91, end: 97 } as const;

/** A token with a part replaced, and a checksum that is right again: only the tag can tell it from a real one. */
function forged(from: number, part: string): string {
  const body = `${token.slice(0, from)}${part}${token.slice(from + part.length, at.crc)}`;
  return body + encodeNumber(crc32(body), 6);
}

/** Another character of the same kind: of those that may stand there, most often. */
const other = (char: string) => (/\d/.test(char) ? (char === '7' ? '5' : '7') : char === 'a' ? 'b' : 'a');

/** Of the shape of a token, and known to be none without the database. */
const shaped: Readonly<Record<string, () => readonly string[]>> = {
  'one character changed, at each position': () =>
    [...token].map((char, index) => `${token.slice(0, index)}${other(char)}${token.slice(index + 1)}`),
  'one character in the other case, at every fourth place': () =>
    [...token].flatMap((char, index) => {
      if (index % 4 > 0) return [];
      const changed = char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase();
      return changed === char ? [] : [`${token.slice(0, index)}${changed}${token.slice(index + 1)}`];
    }),
  'two neighbours swapped, at every fourth place': () =>
    [...token].flatMap((char, index) => {
      if (index % 4 > 0) return [];
      const next = token[index + 1];
      return next === undefined || next === char ? [] : [token.slice(0, index) + next + char + token.slice(index + 2)];
    }),
  'another prefix, with a checksum': () => [forged(0, 'xx'), forged(1, 'x')],
  'the other environment, with a checksum': () => [forged(at.environment, 'test')],
  'another id, with a checksum': () => [forged(at.kid + 25, other(token[at.kid + 25] ?? ''))],
  'another secret, with a checksum': () => [forged(at.secret, '7'.repeat(43))],
  'another ring number, with a checksum': () => ['00', '02', 'A1', 'zz'].map((no) => forged(at.ringNo, no)),
  'another tag, with a checksum': () => ['0'.repeat(11), 'z'.repeat(11)].map((tag) => forged(at.tag, tag)),
  'another checksum': () => ['000000', 'zzzzzz'].map((crc) => token.slice(0, at.crc) + crc),
  'made by another deployment': () => {
    const stranger = parseKeyring(createKeyring(new Date(), systemRandom), 'the test');
    const keyId = parseGlobalId('ApiKey', good.apiKey.id, []);
    return [mintFor(stranger, keyId), mintFor(stranger, keyId, { environment: 'test' })].map((made) => made.token);
  },
};

/** Of no shape that this service makes: it might be an older system's. */
const shapeless: Readonly<Record<string, () => readonly string[]>> = {
  'of each shorter length': () => Array.from({ length: at.end }, (_, length) => token.slice(0, length)),
  'cut at its front': () => [1, 3, 7, 8, 9, 34, 35, 96].map((cut) => token.slice(cut)),
  'longer than itself': () => [1, 2, 3, 13, 14, 400, 415, 416, 5_000].map((more) => token + '0'.repeat(more)),
  'with something around it': () => [
    ` ${token}`,
    `${token} `,
    `${token}\n`,
    `"${token}"`,
    `Bearer ${token}`,
    `\0${token}`,
  ],
  'in another alphabet': () => [
    token.replace('_live_', '-live-'),
    token.toUpperCase(),
    `${token.slice(0, -1)}é`,
    `${token.slice(0, -1)}\u{1f511}`,
    `${token.slice(0, -1)}\ud83d`,
    token.replace('kw', 'кw'),
    `${token.slice(0, at.kid)}8${token.slice(at.kid + 1)}`,
    `${token.slice(0, at.kid + 1)}i${token.slice(at.kid + 2)}`,
  ],
  'words, JSON, SQL, JWT': () => [
    'null',
    '{}',
    "' or 1=1 --",
    '%',
    'eyJhbGciOiJub25lIn0.e30.',
    'a'.repeat(97),
    '0',
    ' ',
  ],
};

describe('what this service did not make is INVALID at every door, cold and warm', () => {
  it.each(Object.entries({ ...shaped, ...shapeless }))('%s', async (_, make) => {
    await Promise.all(make().map((bad) => world.expectEverywhere({ token: bad }, world.own.key, invalid)));
  });

  it('and the token that all of it was made from is good', async () => {
    await world.expectEverywhere({ token }, world.own.key, {
      verdict: { ...good.verdict, code: 'VALID', valid: true },
    });
  });
});

describe('INVALID is one answer', () => {
  /** One token for each reason that there is. */
  const reasons = async (): Promise<readonly string[]> => {
    const keyId = parseGlobalId('ApiKey', good.apiKey.id, []);
    const elsewhere = await world.make({}, world.foreign.id);
    return [
      'malformed',
      '',
      forged(at.secret, '7'.repeat(43)),
      mintFor(world.service.keyring, newUuid()).token,
      mintFor(world.service.keyring, keyId).token,
      mintFor(world.service.keyring, keyId, { environment: 'test' }).token,
      elsewhere.token,
    ];
  };

  it('byte for byte, headers included, malformed or forged or unknown or foreign or of the other environment', async () => {
    const answers: string[] = [];
    for (const bad of await reasons()) {
      const sent = [
        { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: bad }) },
        { headers: { 'x-keywright-token': bad } },
      ];
      for (const { headers, ...body } of sent) {
        const answer = await fetch(`${world.service.url}/v1/verify`, {
          method: 'POST',
          headers: { ...headers, 'x-api-key': world.own.key, 'x-request-id': 'one' } as Record<string, string>,
          ...body,
        });
        const told = [...answer.headers].filter(([name]) => name !== 'date');
        answers.push(JSON.stringify([answer.status, told, await answer.text()]));
      }
    }
    expect(new Set(answers).size).toBe(1);
    expect(JSON.parse(answers[0] ?? '')).toEqual([200, expect.any(Array), invalidText]);
  });
});

describe('what costs the database nothing', () => {
  /** The statements about keys that some tokens cost, for a caller that is known already. */
  async function statementsFor(tokens: readonly string[]): Promise<number> {
    const { prover, clock } = world.service.parts;
    const caller = await callerOf({ prover, jwtProver: undefined }, { 'x-api-key': world.own.key }, clock());
    if (caller === undefined) throw new Error('A key was presented.');
    const sent = await countStatements(async () => {
      for (const bad of tokens) await verifyApiKey(prover, caller, clock(), { token: bad });
    });
    return sent.filter((text) => text.includes('api_keys')).length;
  }

  it('a token of our shape that we did not make, whatever is wrong with it', async () => {
    for (const [name, make] of Object.entries(shaped)) expect([name, await statementsFor(make())]).toEqual([name, 0]);
  });

  it('a text of another shape, while nothing was imported, but for one question in five seconds', async () => {
    const startedMs = performance.now();
    const tokens = Object.values(shapeless).flatMap((make) => make());
    const sent = await statementsFor(tokens);
    expect(sent).toBeLessThanOrEqual(1 + (performance.now() - startedMs) / 5_000);
    expect(tokens.length).toBeGreaterThan(100);
  });
});

describe('a row that was copied by SQL verifies for nobody', () => {
  const uuidOf = (made: Made) => parseGlobalId('ApiKey', made.apiKey.id, []);

  it('its hash in another key: not even with that key’s own tag', async () => {
    const [from, onto] = [await world.make(), await world.make()];
    const { sql } = world.service.database;
    const [row] = await sql<{ hash: Buffer }>('select token_hash as hash from api_keys where id = $1', [uuidOf(from)]);
    // No two keys may have one hash: so it moves.
    await sql('update api_keys set token_hash = sha256(token_hash) where id = $1', [uuidOf(from)]);
    await sql('update api_keys set token_hash = $2 where id = $1', [uuidOf(onto), row?.hash]);
    // Whoever has both the ring and the table still needs the secret of this very key.
    const moved = mintFor(world.service.keyring, uuidOf(onto), { random: () => secretBytes(from.token) }).token;
    expect(moved.slice(at.secret, at.ringNo)).toBe(from.token.slice(at.secret, at.ringNo));
    for (const bad of [moved, onto.token])
      await world.expectEverywhere({ token: bad }, world.service.platformKey, invalid);
  });

  it('its hash as a retiring secret of another key', async () => {
    const [from, onto] = [await world.make(), await world.make()];
    await world.service.database.sql(
      `insert into api_key_retiring_secrets (api_key_id, secret_no, tenant_id, token_hash, token_hash_key_version, created_at, expires_at)
       select $2, 7, tenant_id, token_hash, token_hash_key_version, now(), now() + interval '1 day' from api_keys where id = $1`,
      [uuidOf(from), uuidOf(onto)],
    );
    const moved = mintFor(world.service.keyring, uuidOf(onto), { random: () => secretBytes(from.token) }).token;
    await world.expectEverywhere({ token: moved }, world.service.platformKey, invalid);
  });

  it('itself in another tenant', async () => {
    const moved = await world.make();
    const { sql } = world.service.database;
    const tenantId = parseGlobalId('Tenant', world.foreign.id, []);
    await sql('delete from api_key_recovery where api_key_id = $1', [uuidOf(moved)]);
    await sql('update api_keys set tenant_id = $2, user_id = null where id = $1', [uuidOf(moved), tenantId]);
    for (const key of [world.service.platformKey, world.own.key, world.foreign.key]) {
      await world.expectEverywhere({ token: moved.token }, key, invalid);
    }
  });

  it('itself in the other environment', async () => {
    const moved = await world.make();
    await world.service.database.sql(`update api_keys set environment = 'test' where id = $1`, [uuidOf(moved)]);
    await world.expectEverywhere({ token: moved.token }, world.service.platformKey, invalid);
  });
});

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The 32 bytes that a token's secret stands for. */
function secretBytes(of: string): Uint8Array {
  const digits = of.slice(at.secret, at.ringNo);
  const value = [...digits].reduce((sum, digit) => sum * 62n + BigInt(base62.indexOf(digit)), 0n);
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}
