import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createKeySet } from '../../src/crypto/keySet.ts';
import { jwksFromFile, jwksFromUrl, type ReadJwks } from '../../src/crypto/readJwks.ts';
import { Unavailable } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { createLog } from '../../src/lib/log.ts';
import { type JwksServer, jwksOf, makeSigningKey, startJwksServer } from '../support/identityProvider.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const [one, two] = [makeSigningKey('one'), makeSigningKey('two')];
const { jwksCooldownMs, jwksFreshMs, jwksStaleMs } = limits;

const down = (response: ServerResponse) => void response.writeHead(503).end('not now');

/** A key set on a clock that the test moves. */
function watch(read: ReadJwks) {
  const lines: string[] = [];
  const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  let nowMs = Date.parse('2026-11-20T08:00:00Z');
  const keySet = createKeySet({ name: 'the test', read, clock: () => new Date(nowMs), log });
  return {
    pass(ms: number) {
      nowMs += ms;
    },
    refresh: keySet.refresh,
    /** `found`, or why not. */
    async ask(kid: string | undefined, alg = 'ES256'): Promise<string> {
      const header = kid === undefined ? { alg } : { alg, kid };
      return keySet.keyFor(header).then(
        () => 'found',
        (error: Error) => (error instanceof Unavailable ? `unavailable for ${error.retryAfterSeconds}` : error.name),
      );
    },
    logged: () => lines.map((line) => JSON.parse(line) as { level: string; msg: string; err?: { message: string } }),
  };
}

type AtServer = ReturnType<typeof watch> & { server: JwksServer; hurry(isHurried: boolean): void };

async function atServer(text = jwksOf(one)): Promise<AtServer> {
  const server = await startJwksServer(text);
  onTestFinished(() => server.close());
  // A busy machine takes its time over a good answer; only one that never comes is waited for as short as this.
  let read = jwksFromUrl(server.url, { timeoutMs: 20_000 });
  const hurry = (isHurried: boolean) => {
    read = jwksFromUrl(server.url, { timeoutMs: isHurried ? 50 : 20_000 });
  };
  return Object.assign(
    watch(() => read()),
    { server, hurry },
  );
}

describe('keys of an address', () => {
  it('are read once, and then from memory, until they are stale', async () => {
    const { ask, pass, server } = await atServer();
    for (let i = 0; i < 5; i++) expect(await ask('one')).toBe('found');
    expect(server.asked()).toBe(1);
    pass(jwksFreshMs - 1);
    expect([await ask('one'), server.asked()]).toEqual(['found', 1]);
    pass(1);
    expect([await ask('one'), server.asked()]).toEqual(['found', 2]);
  });

  it('are read once for many who ask at the same moment', async () => {
    const { ask, server } = await atServer();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(i % 2 === 0 ? 'one' : 'unknown')));
    expect(answers.filter((answer) => answer === 'found')).toHaveLength(25);
    expect(answers.filter((answer) => answer === 'JWKSNoMatchingKey')).toHaveLength(25);
    expect(server.asked()).toBe(1);
  });

  it('a new key is found at its first use, as soon as the pause after the last read is over', async () => {
    const { ask, pass, server } = await atServer();
    expect(await ask('one')).toBe('found');
    server.answer(jwksOf(one, two));
    pass(jwksCooldownMs - 1);
    expect([await ask('two'), server.asked()]).toEqual(['JWKSNoMatchingKey', 1]);
    pass(1);
    expect([await ask('two'), server.asked()]).toEqual(['found', 2]);
    expect([await ask('one'), server.asked()]).toEqual(['found', 2]);
  });

  it('a withdrawn key is believed no longer than until the next read', async () => {
    const { ask, pass, server } = await atServer(jwksOf(one, two));
    expect(await ask('one')).toBe('found');
    server.answer(jwksOf(two));
    pass(jwksFreshMs);
    expect([await ask('one'), await ask('two'), server.asked()]).toEqual(['JWKSNoMatchingKey', 'found', 2]);
  });

  it('a flood of unknown keys costs one read in each pause, and takes nothing from known ones', async () => {
    const { ask, pass, server } = await atServer();
    for (let round = 1; round <= 3; round++) {
      const flood = await Promise.all(Array.from({ length: 200 }, (_, i) => ask(`unknown-${round}-${i}`)));
      expect(new Set(flood)).toEqual(new Set(['JWKSNoMatchingKey']));
      expect([await ask('one'), server.asked()]).toEqual(['found', round]);
      pass(jwksCooldownMs);
    }
  });

  it('a key is chosen by its algorithm as well, and none of several without a name', async () => {
    const { ask } = await atServer(jwksOf(one, two));
    expect([await ask('one', 'RS256'), await ask(undefined)]).toEqual([
      'JWKSNoMatchingKey',
      'JWKSMultipleMatchingKeys',
    ]);
    const alone = await atServer(jwksOf(one));
    expect(await alone.ask(undefined)).toBe('found');
  });
});

describe('an address that is down', () => {
  it('with nothing read before, is an outage and no verdict, asked once in each pause', async () => {
    const { ask, pass, server, logged } = await atServer();
    server.answer(down);
    expect(await Promise.all([ask('one'), ask('two')])).toEqual(['unavailable for 10', 'unavailable for 10']);
    pass(4_000);
    expect([await ask('one'), server.asked()]).toEqual(['unavailable for 6', 1]);
    pass(jwksCooldownMs - 4_000);
    expect([await ask('one'), server.asked()]).toEqual(['unavailable for 10', 2]);
    server.answer(jwksOf(one));
    pass(jwksCooldownMs);
    expect([await ask('one'), server.asked()]).toEqual(['found', 3]);
    expect(logged().map(({ level, msg, err }) => [level, msg, err?.message])).toEqual([
      ['warn', 'the keys of the identity provider cannot be read', 'It answered HTTP 503, where 200 is expected.'],
      ['info', 'the keys of the identity provider are there again', undefined],
    ]);
  });

  it('leaves what was read believed, for hours and not one millisecond longer', async () => {
    const { ask, pass, server } = await atServer();
    expect(await ask('one')).toBe('found');
    server.answer(down);
    pass(jwksFreshMs);
    expect([await ask('one'), server.asked()]).toEqual(['found', 2]);
    expect([await ask('one'), server.asked()]).toEqual(['found', 2]);
    pass(jwksStaleMs - jwksFreshMs - 1);
    expect(await ask('one')).toBe('found');
    pass(1);
    expect(await ask('one')).toMatch(/^unavailable/);
    server.answer(jwksOf(one));
    pass(jwksCooldownMs);
    expect(await ask('one')).toBe('found');
  });

  it('says of an unknown key that nobody can tell, because it may be a new one', async () => {
    const { ask, pass, server } = await atServer();
    expect([await ask('one'), await ask('two')]).toEqual(['found', 'JWKSNoMatchingKey']);
    server.answer(down);
    pass(jwksCooldownMs);
    expect([await ask('two'), await ask('two'), await ask('one'), server.asked()]).toEqual([
      'unavailable for 10',
      'unavailable for 10',
      'found',
      2,
    ]);
    server.answer(jwksOf(one));
    pass(jwksCooldownMs);
    expect([await ask('two'), server.asked()]).toEqual(['JWKSNoMatchingKey', 3]);
  });

  it('makes nobody wait who can be answered without, once it is known to be down', async () => {
    const { ask, pass, server } = await atServer();
    expect(await ask('one')).toBe('found');
    server.answer(down);
    pass(jwksFreshMs);
    expect(await ask('one')).toBe('found');
    let answerNow = () => {};
    server.answer((response) => {
      answerNow = () => void response.end(jwksOf(two));
    });
    pass(jwksCooldownMs);
    expect(await ask('one')).toBe('found');
    const waiting = ask('two');
    while (server.asked() < 3) await new Promise(setImmediate);
    answerNow();
    expect([await waiting, await ask('one'), server.asked()]).toEqual(['found', 'JWKSNoMatchingKey', 3]);
  });

  const oversized = JSON.stringify({ keys: [one.jwk], pad: 'x'.repeat(limits.jwksBytesMax) });
  it.each<[string, string | ((response: ServerResponse) => void), RegExp]>([
    ['answers an error', (response) => response.writeHead(500).end(jwksOf(one)), /^It answered HTTP 500/],
    [
      'points elsewhere',
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/keys' }).end(jwksOf(one)),
      /^It answered HTTP 302/,
    ],
    ['answers no content', (response) => response.writeHead(204).end(), /^It answered HTTP 204/],
    ['answers a page', '<html></html>', /^It is not a JSON Web Key Set/],
    ['answers no keys', '{"keys":[]}', /^It has no public key/],
    ['answers more than a key set can be', oversized, /^It is larger than 262144 bytes\.$/],
    [
      'answers more than that, packed small',
      (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(oversized)),
      /^It is larger than 262144 bytes\.$/,
    ],
    ['never answers', () => {}, /timeout/],
    ['begins to answer and stops', (response) => void response.writeHead(200).write('{"keys":['), /timeout/],
    ['hangs up', (response) => void response.destroy(), /fetch failed/],
    [
      'breaks off',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{', () => response.destroy());
      },
      /terminated/,
    ],
  ])('or %s, is read again later and leaves what was read', async (_, how, message) => {
    const { ask, pass, refresh, server, hurry } = await atServer();
    expect(await ask('one')).toBe('found');
    server.answer(how);
    hurry(message.source === 'timeout');
    pass(jwksFreshMs);
    expect([await ask('one'), server.asked()]).toEqual(['found', 2]);
    expect((await refresh())?.message).toMatch(message);
    server.answer(jwksOf(two));
    hurry(false);
    pass(jwksCooldownMs);
    expect([await ask('two'), server.asked()]).toEqual(['found', 4]);
  });

  it('or where nobody listens, is the same', async () => {
    const { ask, server } = await atServer();
    await server.close();
    expect(await ask('one')).toBe('unavailable for 10');
  });
});

describe('keys of a file', () => {
  function inFile(text: string) {
    const path = join(temporaryFolder(), 'keys.json');
    writeFileSync(path, text);
    return Object.assign(watch(jwksFromFile(path)), { path });
  }

  it('are read again at an unknown key, with the same pause', async () => {
    const { path, ask, pass } = inFile(jwksOf(one));
    expect(await ask('one')).toBe('found');
    writeFileSync(path, jwksOf(two));
    expect([await ask('two'), await ask('one')]).toEqual(['JWKSNoMatchingKey', 'found']);
    pass(jwksCooldownMs);
    expect([await ask('two'), await ask('one')]).toEqual(['found', 'JWKSNoMatchingKey']);
  });

  it('that is broken while the service runs, leaves what was read', async () => {
    const { path, ask, pass, refresh } = inFile(jwksOf(one));
    expect(await ask('one')).toBe('found');
    writeFileSync(path, jwksOf(one).slice(0, -5));
    pass(jwksFreshMs);
    expect(await ask('one')).toBe('found');
    expect((await refresh())?.message).toMatch(/^It is not a JSON Web Key Set/);
  });

  it.each([
    ['that is not there', '/nowhere/keys.json', 'It cannot be opened (ENOENT).'],
    ['that is a folder', '/', 'It is not a file.'],
    ['that never ends', '/dev/zero', 'It is not a file.'],
  ])('%s cannot be read', async (_, path, message) => {
    expect((await watch(jwksFromFile(path)).refresh())?.message).toBe(message);
  });

  it('that is larger than a key set can be is not read to its end', async () => {
    const { refresh } = inFile(' '.repeat(limits.jwksBytesMax + 1));
    expect((await refresh())?.message).toBe('It is larger than 262144 bytes.');
  });
});

it('a clock that was set back stops nothing', async () => {
  const { ask, pass, server } = await atServer();
  expect(await ask('one')).toBe('found');
  server.answer(jwksOf(two));
  pass(-24 * 3_600_000);
  expect([await ask('two'), server.asked()]).toEqual(['found', 2]);
});
