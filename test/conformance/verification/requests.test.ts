import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOf } from '../../../src/http/caller.ts';
import type { Caller } from '../../../src/lib/Caller.ts';
import { Unavailable } from '../../../src/lib/errors.ts';
import { verifyApiKey } from '../../../src/verification/verifyApiKey.ts';
import { verifyApiKeys } from '../../../src/verification/verifyApiKeys.ts';
import { RawClient } from '../../http/RawClient.ts';
import { type Answered, startTestService, type TestService } from '../../support/service.ts';
import { checksum, makeTenant, send, sendRaw } from '../../support/verbs.ts';
import { type Door, doorsOf } from './doors.ts';

let service: TestService;
let doors: readonly Door[];
let tenant: Awaited<ReturnType<typeof makeTenant>>;
let token: string;
let count = 0;
beforeAll(async () => {
  service = await startTestService({
    httpLimits: { headersTimeoutMs: 400, requestTimeoutMs: 400, connectionsCheckMs: 20, lingerMs: 20 },
  });
  doors = doorsOf(service);
  tenant = await makeTenant(service);
  ({ secret: token } = await make());
});
afterAll(() => service.close());

const make = (input: Record<string, unknown> = {}): Promise<Answered> =>
  send(service, 'createApiKey', { name: `key ${++count}`, ...input }, tenant.key);
const batchOf = (tokens: readonly string[]) => ({ items: tokens.map((one) => ({ token: one })) });

describe('a batch', () => {
  it('of 100 is judged, of 101 or of none refused as a whole', async () => {
    const before = await checksum(service);
    const { verifications } = await send(service, 'verifyApiKeys', batchOf(Array(100).fill(token)), tenant.key);
    expect(verifications.map(({ code }: Answered) => code)).toEqual(Array(100).fill('VALID'));
    for (const size of [101, 0]) {
      expect(await send(service, 'verifyApiKeys', batchOf(Array(size).fill(token)), tenant.key)).toEqual({
        verifications: null,
        userErrors: [
          {
            code: 'INVALID_INPUT',
            message: `One request verifies from 1 to 100 tokens, not ${size}.`,
            path: ['input', 'items'],
          },
        ],
      });
    }
    expect(await checksum(service)).toBe(before);
  });

  it('of duplicates, blanks and one good key is answered item by item, in its order', async () => {
    const { secret: expired } = await make({ expiresAt: new Date(service.clock.now.getTime() + 1).toISOString() });
    service.clock.now = new Date(service.clock.now.getTime() + 1);
    const tokens = ['', 'x', 'x', ' ', expired, expired, '', `${token} `, token, 'x'];
    for (const round of ['cold', 'warm']) {
      const { verifications } = await send(service, 'verifyApiKeys', batchOf(tokens), tenant.key);
      const codes = verifications.map(({ code }: Answered) => code);
      expect([round, ...codes]).toEqual([
        round,
        ...['INVALID', 'INVALID', 'INVALID', 'INVALID', 'EXPIRED', 'EXPIRED', 'INVALID', 'INVALID', 'VALID', 'INVALID'],
      ]);
    }
  });
});

describe('a body that is no question', () => {
  const paths = ['/v1/verify', '/graphql'] as const;
  /** The code of a failure, in the form of either path. */
  const codeIn = (body: Answered) => body.error?.code ?? body.errors[0].extensions.code;

  it.each(
    paths.flatMap((path) =>
      ['', ' ', '{', '{"token":', 'token=x', '\u0000', '{"token":"x"}x'].map((body) => [path, body]),
    ),
  )('at %s: %j is a 400', async (path, body) => {
    const answer = await fetch(service.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': tenant.key },
      body,
    });
    // Where a body may be absent, one without a byte is: what is missing then is the token.
    const expected = path === '/v1/verify' && body === '' ? 'INVALID_INPUT' : 'BAD_REQUEST';
    expect([answer.status, codeIn(await answer.json())]).toEqual([400, expected]);
  });

  /** Opens a connection on which chunks are announced. */
  async function openChunked(path: string): Promise<RawClient> {
    const client = await RawClient.connect(Number(new URL(service.url).port));
    client.send(
      `POST ${path} HTTP/1.1\r\nhost: x\r\nx-api-key: ${tenant.key}\r\ncontent-type: application/json\r\n` +
        'transfer-encoding: chunked\r\n\r\n',
    );
    return client;
  }

  it.each(paths)(
    'at %s, in chunks for ever: is refused as soon as it is too long, and the connection ends',
    async (path) => {
      const client = await openChunked(path);
      const chunk = `1000\r\n${' '.repeat(0x1000)}\r\n`;
      for (let sent = 0; sent < 9; sent++) client.send(chunk);
      const { status, body, headers } = await client.answer();
      expect([status, codeIn(JSON.parse(body)), headers.connection]).toEqual([413, 'PAYLOAD_TOO_LARGE', 'close']);
      await client.closed;
    },
  );

  it.each(paths)(
    'at %s, in chunks that stop: is refused when its time is up, and the connection ends',
    async (path) => {
      const client = await openChunked(path);
      client.send('1\r\n{\r\n');
      const { status, body, headers } = await client.answer();
      expect([status, codeIn(JSON.parse(body)), headers.connection]).toEqual([408, 'REQUEST_TIMEOUT', 'close']);
      await client.closed;
    },
  );
});

describe('a caller whose own key is revoked in the middle of its load', () => {
  it('is refused from the answer on, at every door, and its last good answers came before', async () => {
    const { secret: caller, apiKey } = await make({ scopes: ['keywright:keys:verify'] });
    let answered = false;
    const heard = { before: new Set<string>(), after: new Set<string>() };
    let asked = 0;
    const load = doors.map(async (door) => {
      for (let after = 0; after < 5; ) {
        const began = answered;
        const result = await door.ask({ token }, caller);
        asked++;
        heard[began ? 'after' : 'before'].add(
          'denied' in result ? result.denied : 'verdict' in result ? result.verdict.code : '?',
        );
        if (began) after++;
        // What is remembered is answered without a pause, and would leave no time for anybody else.
        await nextTurn();
      }
    });
    while (asked < 50) await nextTurn();
    const { propagation, userErrors } = (
      await service.graph(
        `mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { propagation { effective } userErrors { code } } }`,
        { input: { id: apiKey.id } },
        tenant.key,
      )
    ).data.revokeApiKey;
    answered = true;
    await Promise.all(load);
    expect([propagation.effective, userErrors]).toEqual([true, []]);
    expect([...heard.after]).toEqual(['UNAUTHENTICATED']);
    // While the revocation is on its way, either may be true.
    expect([...heard.before].filter((code) => code !== 'UNAUTHENTICATED')).toEqual(['VALID']);
  });
});

describe('while the database is away', () => {
  const away = async (work: () => Promise<void>) => {
    const { sql } = service.database;
    const [{ name = '' } = {}] = await sql<{ name: string }>('select current_database() as name');
    await sql(`alter database ${name} connection limit 0`);
    await sql(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    try {
      await work();
    } finally {
      await sql(`alter database ${name} connection limit -1`);
    }
  };

  it('what has to be looked up is UNAVAILABLE at every door, and one such item fails its whole batch', async () => {
    // Each is presented for the first time now: no node knows it.
    const cold = await Promise.all([...doors, 'batch'].map(async () => (await make()).secret as string));
    const callers = await Promise.all(
      doors.map(async () => (await make({ scopes: ['keywright:keys:verify'] })).secret as string),
    );
    await away(async () => {
      for (const [index, door] of doors.entries()) {
        expect([door.name, await door.ask({ token: cold[index] ?? '' }, tenant.key)]).toEqual([
          door.name,
          { unavailable: true },
        ]);
        // Nobody is refused for being unknown meanwhile, either.
        expect([door.name, await door.ask({ token }, callers[index] ?? '')]).toEqual([
          door.name,
          { unavailable: true },
        ]);
      }
      const items = batchOf(['forged', cold.at(-1) ?? '', 'forged']);
      const { data, errors } = await sendRaw(service, 'verifyApiKeys', items, tenant.key);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAVAILABLE']);
      expect(data?.verifyApiKeys ?? null).toBe(null);
    });
    // And nobody keeps it for a verdict.
    for (const door of doors) await untilAvailable(door);
    for (const [index, door] of doors.entries()) {
      const heard = await door.ask({ token: cold[index] ?? '' }, callers[index] ?? '');
      expect([door.name, heard]).toEqual([door.name, { verdict: expect.objectContaining({ code: 'VALID' }) }]);
    }
  });

  it('so it is for a caller that is known already: not one item of the batch is judged', async () => {
    const { prover, clock } = service.parts;
    const caller = await callerOf({ prover, jwtProver: undefined }, { 'x-api-key': tenant.key }, clock());
    const { secret: cold } = await make();
    await away(async () => {
      const items = ['forged', cold, 'forged'].map((one) => ({ token: one }));
      const known = caller as Caller;
      await expect(verifyApiKey(prover, known, clock(), { token: cold })).rejects.toBeInstanceOf(Unavailable);
      await expect(verifyApiKeys(prover, known, clock(), { items })).rejects.toBeInstanceOf(Unavailable);
    });
    for (const door of doors) await untilAvailable(door);
  });

  /** Each connection that broke may cost one try. */
  async function untilAvailable(door: Door): Promise<void> {
    for (let tries = 0; tries < 20; tries++) {
      if (!('unavailable' in (await door.ask({ token }, tenant.key)))) return;
    }
    throw new Error('still unavailable');
  }
});
