import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JwtOptions } from '../../src/app.ts';

/** Signatures by Node itself, and not by the library that checks them. */
const signers = {
  RS256: { type: 'rsa', sign: (data: Buffer, key: KeyObject) => sign('sha256', data, key) },
  ES256: {
    type: 'ec',
    sign: (data: Buffer, key: KeyObject) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }),
  },
  EdDSA: { type: 'ed25519', sign: (data: Buffer, key: KeyObject) => sign(null, data, key) },
} as const;
export type Algorithm = keyof typeof signers;

/** A key of an identity provider: what it publishes, and what it signs with. */
export type SigningKey = {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
};

/** Makes one. */
export function makeSigningKey(kid: string, alg: Algorithm = 'ES256'): SigningKey {
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : alg === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519');
  return { kid, alg, ...pair, jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

/** The text in which a provider publishes keys. */
export function jwksOf(...keys: readonly SigningKey[]): string {
  return JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
}

export const encodePart = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A JWT with any header and any payload, also such as no provider would make; `undefined` leaves a header's member out. */
export function signJwt(key: SigningKey, claims: unknown, header: Readonly<Record<string, unknown>> = {}): string {
  const head = encodePart({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header });
  const signed = `${head}.${encodePart(claims)}`;
  return `${signed}.${signers[key.alg].sign(Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

export const issuer = 'https://login.example.com/';
export const audience = 'https://keys.example.com';

/** A service's settings for the provider of these tests. */
export function trusting(keys: JwtOptions['keys'], other: Partial<JwtOptions> = {}): JwtOptions {
  const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
  const claims = { tenantClaim: 'tenant', scopeClaim: 'scope' };
  return { issuer, audiences: [audience], keys, algorithms, clockSkewSeconds: 5, ...claims, ...other };
}

/** An address at which a provider publishes its keys: a real server, that counts who asks. */
export type JwksServer = {
  readonly url: string;
  /** How often it was asked. */
  readonly asked: () => number;
  /** What it answers from now on. */
  answer(how: string | ((response: ServerResponse) => void)): void;
  close(): Promise<void>;
};

/** Starts one. */
export async function startJwksServer(text: string): Promise<JwksServer> {
  let asked = 0;
  let how: string | ((response: ServerResponse) => void) = text;
  const server = createServer((_, response) => {
    asked++;
    if (typeof how === 'string') response.writeHead(200, { 'content-type': 'application/json' }).end(how);
    else how(response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    asked: () => asked,
    answer(next) {
      how = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
