import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Keyring } from '../../src/crypto/keyring.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { createTokenDigest } from '../../src/crypto/tokenDigest.ts';
import { createFlights } from '../../src/verification/flights.ts';
import type { ImportedLane } from '../../src/verification/importedLane.ts';
import { createMemory, type Memory } from '../../src/verification/memory.ts';
import { type Prover, prove } from '../../src/verification/prove.ts';
import { createReadRows } from '../../src/verification/readRows.ts';
import type { Proven } from '../../src/verification/rehash.ts';

/** The lane of imported tokens where there are none. */
export const noneImported: ImportedLane = { find: async () => undefined, forget: () => {} };

/** What notes the uses of keys where nobody looks at them. */
const unnoted: Prover['uses'] = { note: () => true, waiting: 0, written: 0, dropped: 0, drain: async () => {} };

const noRehash: Prover['rehash'] = { offer: () => {}, waiting: 0, drain: async () => {} };

/** A memory that never gets a lease: whoever asks it asks the database. */
export function noMemory(): Memory {
  const unasked = async () => {
    throw new Error('Nobody renews a lease here.');
  };
  return createMemory({
    log: { tickMs: 1, read: unasked, renew: unasked, leave: unasked, forget: unasked },
    clocks: { monotonicMs: () => performance.now(), wallMs: Date.now },
    newId: randomUUID,
    sleep: () => ({ done: Promise.resolve(), end: () => {} }),
    outageGraceSeconds: 0,
    digestOf: createTokenDigest(systemRandom),
    keysMax: 0,
    onImport: () => {},
    onFault: () => {},
  });
}

/** A prover that asks the database for every token. */
export function proverOn(
  pool: Pool,
  keyring: Keyring,
  { imported = noneImported, rehash = noRehash, recovery }: Partial<Prover> = {},
): Prover {
  const memory = noMemory();
  const flights = createFlights({ memory, readRows: createReadRows(pool), statementsMax: 4, defer: setImmediate });
  return { keyring, memory, flights, imported, rehash, uses: unnoted, recovery };
}

/** The row that proved a token, with the secret that was presented: as whoever may make its hash anew is offered it. */
export async function proveRow(prover: Prover, token: string): Promise<Proven | undefined> {
  const offered: Proven[] = [];
  const offer = (proven: Proven) => {
    offered.push(proven);
    prover.rehash.offer(proven);
  };
  const proof = await prove({ ...prover, rehash: { ...noRehash, offer } }, token);
  return proof && offered[0];
}
