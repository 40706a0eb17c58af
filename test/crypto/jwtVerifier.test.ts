import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openJwtVerifier } from '../../src/crypto/jwtVerifier.ts';
import { SetupError } from '../../src/lib/errors.ts';
import { createLog } from '../../src/lib/log.ts';
import {
  audience,
  issuer,
  jwksOf,
  makeSigningKey,
  signJwt,
  startJwksServer,
  trusting,
} from '../support/identityProvider.ts';
import { projectFolder } from '../support/serviceProcess.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const key = makeSigningKey('one');
const now = new Date('2026-11-20T08:00:00Z');
const seconds = now.getTime() / 1000;
const claims = { iss: issuer, aud: audience, sub: 'ada', exp: seconds + 60 };

function open(file: string, other: Parameters<typeof trusting>[1] = {}) {
  const log = createLog({ level: 'silent', destination: { write: () => {} } });
  return openJwtVerifier(trusting({ file }, other), { clock: () => now, log });
}

function fileOf(text: string): string {
  const path = join(temporaryFolder(), 'keys.json');
  writeFileSync(path, text);
  return path;
}

describe('the keys of a file', () => {
  it('prove a JWT', async () => {
    const verify = await open(fileOf(jwksOf(key)));
    expect(await verify(signJwt(key, claims), now)).toEqual({ claims });
  });

  it.each([
    ['is missing', '/nowhere/keys.json', 'It cannot be opened (ENOENT).'],
    ['is a folder', '/', 'It is not a file.'],
  ])('that %s stop the start, with a sentence', async (_, path, reason) => {
    await expect(open(path)).rejects.toEqual(
      new SetupError(
        `JWT_JWKS_FILE (${path}) cannot be used. ${reason} Name a readable file with the provider's JSON Web Key Set.`,
      ),
    );
  });

  it('that are not a key set, or private, stop it as well', async () => {
    const wrong = [
      ['{', /^JWT_JWKS_FILE \(.*\) cannot be used\. It is not a JSON Web Key Set: expected/],
      [JSON.stringify({ keys: [key.privateKey.export({ format: 'jwk' })] }), /Key 1 of it is private or shared\./],
    ] as const;
    for (const [text, message] of wrong) {
      const refused = await open(fileOf(text)).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(SetupError);
      expect((refused as SetupError).message).toMatch(message);
    }
  });
});

it('the keys of an address are asked for at the start, which does not wait for them', async () => {
  const server = await startJwksServer('');
  const asked = new Promise<() => void>((resolve) => {
    server.answer((response) => resolve(() => void response.end(jwksOf(key))));
  });
  const log = createLog({ level: 'silent', destination: { write: () => {} } });
  const verify = await openJwtVerifier(trusting({ url: server.url }), { clock: () => now, log });
  const answer = await asked;
  const proof = verify(signJwt(key, claims), now);
  answer();
  expect(await proof).toEqual({ claims });
  expect(server.asked()).toBe(1);
  await server.close();
});

it('an algorithm that is not allowed proves nothing, though the key is there', async () => {
  const verify = await open(fileOf(jwksOf(key)), { algorithms: ['RS256'] });
  expect(await verify(signJwt(key, claims), now)).toEqual({ fault: 'algorithm' });
});

it('without a skew, the end is the end', async () => {
  const verify = await open(fileOf(jwksOf(key)), { clockSkewSeconds: 0 });
  const token = signJwt(key, claims);
  expect(await verify(token, new Date((seconds + 60) * 1000 - 1))).toEqual({ claims });
  expect(await verify(token, new Date((seconds + 60) * 1000))).toEqual({ fault: 'expired' });
});

it('a claim is one that the JWT has, and not what every object has', async () => {
  const verify = await open(fileOf(jwksOf(key)));
  const proof = await verify(
    signJwt(key, `${JSON.stringify(claims).slice(0, -1)},"__proto__":{"tenant":"acme"}}`),
    now,
  );
  if (!('claims' in proof)) throw new Error(proof.fault);
  expect([proof.claims.constructor, proof.claims.tenant]).toEqual([undefined, undefined]);
});

describe('no JWT makes it fail', () => {
  it('however it was cut or changed', async () => {
    const verify = await open(fileOf(jwksOf(key)));
    const token = signJwt(key, claims);
    const place = fc.nat(token.length - 1);
    const change = fc.record({
      place,
      length: fc.nat(40),
      by: fc.string({ unit: fc.constantFrom(...'eyJ._-A9+='), maxLength: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const changed = changes.reduce(
          (text, { place, length, by }) => text.slice(0, place) + by + text.slice(place + length),
          token,
        );
        const proof = await verify(changed, now);
        // What base64url ignores at the end of a part may change, and nothing else.
        if ('claims' in proof) expect(proof.claims).toEqual(claims);
      }),
      { numRuns: 1_000 },
    );
  });

  it('whatever its issuer signs', async () => {
    const verify = await open(fileOf(jwksOf(key)));
    const names = fc.constantFrom(
      'iss',
      'aud',
      'sub',
      'exp',
      'nbf',
      'iat',
      'kid',
      'typ',
      'cty',
      'crit',
      'b64',
      'jwk',
      'zip',
      'x5c',
    );
    const members = fc.dictionary(names, fc.jsonValue(), { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(members, members, async (header, payload) => {
        const proof = await verify(signJwt(key, { ...claims, ...payload }, header), now);
        if ('claims' in proof) expect(proof.claims).toMatchObject({ iss: issuer });
      }),
      { numRuns: 500 },
    );
  });
});

it('nothing of it is loaded by a service without an identity provider', () => {
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    const { createApp } = await import('./src/app.ts');
    const { createKeyring, parseKeyring } = await import('./src/crypto/keyring.ts');
    const { createLog } = await import('./src/lib/log.ts');
    const { systemRandom } = await import('./src/crypto/random.ts');
    await createApp({
      database: { connectionString: 'postgres://nobody@127.0.0.1:1/nothing' },
      keyring: parseKeyring(createKeyring(new Date(), systemRandom), 'the test'),
      ...{ tokenPrefix: 'kw', host: '127.0.0.1', port: 0, corsOrigins: [], introspection: false },
      ...{ log: createLog({ level: 'silent', destination: 2 }), clock: () => new Date(), randomBytes: systemRandom },
    });
    console.log(JSON.stringify(loaded.filter((url) => url.startsWith('file:'))));
    process.exit();`;
  const args = ['--input-type=module', '--eval', program];
  const loaded: string[] = JSON.parse(execFileSync(process.execPath, args, { cwd: projectFolder, encoding: 'utf8' }));
  expect(loaded.some((url) => url.endsWith('/src/http/caller.ts'))).toBe(true);
  expect(loaded.filter((url) => /\/jose\/|jwtVerifier|keySet/.test(url))).toEqual([]);
});
