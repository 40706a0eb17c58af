import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from '../../../src/app.ts';
import type { Argon2Queue } from '../../../src/crypto/argon2Queue.ts';
import { type Keyring, parseKeyring } from '../../../src/crypto/keyring.ts';
import { systemRandom } from '../../../src/crypto/random.ts';
import { bootstrapCaller } from '../../../src/keys/bootstrap.ts';
import type { Caller } from '../../../src/lib/Caller.ts';
import { createLog } from '../../../src/lib/log.ts';
import type { Prover } from '../../../src/verification/prove.ts';
import { type Verdict, verifyApiKey } from '../../../src/verification/verifyApiKey.ts';
import type { BenchService } from '../startService.ts';

/** A second node of a service, in this process: verifications as they are, without a wire before them. */
export type Verifier = AsyncDisposable & {
  readonly prover: Prover;
  /** As the platform asks: the whole path of `verifyApiKey`. */
  verify(token: string, now: Date): Verdict | Promise<Verdict>;
  now(): Date;
  /** The only way to argon2. */
  readonly argon2Queue: Argon2Queue;
};

/** Whoever asks most: a key of the platform that may do nothing else. */
const gateway: Caller = { ...bootstrapCaller, scopes: ['keywright:keys:verify'] };

/** The ring of a service that was started in this folder. */
export function readServiceRing(folder: string): Keyring {
  const path = join(folder, 'data', 'keyring.json');
  return parseKeyring(readFileSync(path, 'utf8'), path);
}

/** Opens one with the service's own wiring, which has its lease when this resolves. */
export async function openVerifier(
  { database }: Pick<BenchService, 'database'>,
  keyring: Keyring,
  { cachedKeys }: { readonly cachedKeys: number },
): Promise<Verifier> {
  const app = await createApp({
    database,
    keyring,
    tokenPrefix: 'kw',
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    cachedKeys,
    outageGraceSeconds: 0,
    introspection: false,
    log: createLog({ level: 'silent', destination: 1 }),
    randomBytes: systemRandom,
  });
  const { prover, clock, minting } = app.parts;
  return {
    prover,
    verify: (token, now) => verifyApiKey(prover, gateway, now, { token }),
    now: clock,
    argon2Queue: minting.argon2Queue,
    // Its drain is that of a server that never listened.
    [Symbol.asyncDispose]: () => app.close(),
  };
}
