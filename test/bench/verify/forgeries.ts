import { createKeyring, type Keyring, parseKeyring } from '../../../src/crypto/keyring.ts';
import { systemRandom } from '../../../src/crypto/random.ts';
import { mintToken } from '../../../src/crypto/token.ts';
import { newUuid } from '../../../src/lib/ids.ts';
import { countStatements } from '../../support/statements.ts';
import { type BenchRun, type Figure, median } from '../Bench.ts';
import type { Seeded } from './cold.ts';
import { openVerifier, type Verifier } from './openVerifier.ts';

const forgeries = 10_000;
const unknownKeys = 100;
/** Each is presented so often, one after the other. */
const unknownTimes = 10;

/** Tokens as only a holder of a ring can make them, of a ring that is not the service's: their shape and checksum are right. */
export function forge(count: number): readonly string[] {
  const ring = parseKeyring(createKeyring(new Date(), systemRandom), 'a forger');
  return Array.from({ length: count }, () => mint(ring));
}

/** What is no key of ours: forgeries, and tokens of keys that are gone. */
export async function measureForgeries(run: BenchRun, { service, keyring }: Seeded): Promise<readonly Figure[]> {
  await using verifier = await openVerifier(service, keyring, { cachedKeys: 1000 });
  const forged = forge(forgeries);
  const argon2 = countArgon2(verifier);
  const rounds: number[] = [];
  const statements = await countStatements(async () => {
    for (let round = 0; round <= run.rounds; round++) {
      run.signal.throwIfAborted();
      const each = await refusedUs(verifier, forged);
      if (round > 0) rounds.push(each);
    }
  });
  const unknown = await statementsOfUnknown(verifier, keyring);
  return [
    { name: 'forged: one of them', value: median(rounds), unit: ' µs' },
    { name: 'forged: statements', value: statements.length, unit: '', bound: { atMost: 0 } },
    { name: 'forged: argon2', value: argon2.count, unit: '', bound: { atMost: 0 } },
    { name: 'unknown with a good tag: statements of each presentation', value: unknown, unit: '' },
  ];
}

/** What one forgery takes. None of them gets as far as a promise, let alone a database. */
async function refusedUs(verifier: Verifier, forged: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  for (const token of forged) await refused(verifier, token);
  return ((performance.now() - startedMs) * 1000) / forged.length;
}

async function refused(verifier: Verifier, token: string): Promise<void> {
  const { code } = await verifier.verify(token, verifier.now());
  if (code !== 'INVALID') throw new Error(`What is no key was answered ${code}.`);
}

/** Tokens of keys that were made here and deleted since; they are remembered for a few seconds as such. */
async function statementsOfUnknown(verifier: Verifier, keyring: Keyring): Promise<number> {
  const tokens = Array.from({ length: unknownKeys }, () => mint(keyring));
  const statements = await countStatements(async () => {
    for (const token of tokens) for (let time = 0; time < unknownTimes; time++) await refused(verifier, token);
  });
  return statements.length / (unknownKeys * unknownTimes);
}

function mint(ring: Keyring): string {
  const minted = mintToken({ ring, prefix: 'kw', environment: 'live', keyId: newUuid(), random: systemRandom });
  return minted.token.reveal();
}

/** Counts from here on. */
function countArgon2({ argon2Queue }: Verifier): { readonly count: number } {
  const counted = { count: 0 };
  const { run } = argon2Queue;
  argon2Queue.run = (job, options) => {
    counted.count++;
    return run(job, options);
  };
  return counted;
}
