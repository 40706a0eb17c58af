import { Client } from 'pg';
import { decodeUuid } from '../../../src/crypto/base32.ts';
import type { Keyring } from '../../../src/crypto/keyring.ts';
import { parseToken } from '../../../src/crypto/token.ts';
import { type BenchRun, type Figure, median, medianRatio } from '../Bench.ts';
import type { BenchService } from '../startService.ts';
import { openVerifier } from './openVerifier.ts';
import type { Tokens } from './Tokens.ts';

/** The key's own row, of which a verification needs no less; of its tenant, owner and retiring secrets nothing. */
const rawSelect = {
  name: 'raw',
  text: `select id, tenant_id, owner_user_id, environment, status, scopes, metadata, not_before, expires_at, secret_no,
      token_hash, token_hash_key_version from api_keys where id = $1`,
};

/** A service with its keys. */
export type Seeded = { readonly service: BenchService; readonly keyring: Keyring; readonly tokens: Tokens };

/**
 * Verifications of what is not remembered, one at a time, beside a raw prepared SELECT by primary key on one connection to the
 * same database; and the same where there are few keys. Each takes one turn after the other.
 */
export async function measureCold(
  run: BenchRun,
  { few, all }: { readonly few: Seeded; readonly all: Seeded },
): Promise<readonly Figure[]> {
  await using remembering = await openVerifier(all.service, all.keyring, { cachedKeys: all.tokens.count * 2 });
  // Nodes without a memory, so that few keys are as cold each time as many.
  await using ofAll = await openVerifier(all.service, all.keyring, { cachedKeys: 0 });
  await using ofFew = await openVerifier(few.service, few.keyring, { cachedKeys: 0 });
  const raw = new Client(all.service.database);
  await raw.connect();
  try {
    let next = 0;
    const contestants = {
      // The same token is presented to the first once only.
      raw: () => raw.query({ ...rawSelect, values: [keyIdOf(all.tokens.at(next + 7))] }),
      once: () => remembering.verify(all.tokens.at(next), remembering.now()),
      all: () => ofAll.verify(all.tokens.at(next + 13), ofAll.now()),
      few: () => ofFew.verify(few.tokens.at(next), ofFew.now()),
    };
    const rounds: Readonly<Record<keyof typeof contestants, number>>[] = [];
    for (let round = 0; round <= run.rounds; round++) {
      run.progress(round === 0 ? 'cold: warming up' : `cold: round ${round} of ${run.rounds}`);
      const times = { raw: [] as number[], once: [] as number[], all: [] as number[], few: [] as number[] };
      const endsMs = performance.now() + run.secondsMax * 1000;
      const last = Math.floor((all.tokens.count * (round + 1)) / (run.rounds + 1));
      for (; next < last && performance.now() < endsMs; next++) {
        run.signal.throwIfAborted();
        for (const [name, ask] of Object.entries(contestants) as [keyof typeof times, () => unknown][]) {
          const startedMs = performance.now();
          await ask();
          times[name].push((performance.now() - startedMs) * 1000);
        }
      }
      next = last;
      if (round === 0) continue;
      rounds.push({ raw: median(times.raw), once: median(times.once), all: median(times.all), few: median(times.few) });
    }
    return figuresOf(rounds, { few: few.tokens.count, all: all.tokens.count });
  } finally {
    await raw.end();
  }
}

function figuresOf(
  rounds: readonly Readonly<Record<'raw' | 'once' | 'all' | 'few', number>>[],
  count: { readonly few: number; readonly all: number },
): Figure[] {
  const of = (what: 'raw' | 'once' | 'all' | 'few') => rounds.map((round) => round[what]);
  return [
    { name: 'cold: raw prepared SELECT', value: median(of('raw')), unit: ' µs' },
    { name: 'cold: one verification', value: median(of('once')), unit: ' µs' },
    {
      name: 'cold: to the raw SELECT',
      value: medianRatio(of('once'), of('raw')),
      unit: ' times',
      bound: { atMost: 1.5 },
    },
    {
      name: `cold: among ${count.all.toLocaleString('en')} keys to ${count.few.toLocaleString('en')}`,
      value: medianRatio(of('all'), of('few')),
      unit: ' times',
      bound: { atMost: 1.2 },
    },
  ];
}

function keyIdOf(token: string): string {
  const keyId = decodeUuid(parseToken(token)?.kid ?? '');
  if (keyId === undefined) throw new Error('This is no token.');
  return keyId;
}
