import { Unavailable } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { KeyRow } from './KeyRow.ts';
import type { Memory, ReadStart } from './memory.ts';
import type { ReadRows } from './readRows.ts';

/** A row as it was read, or undefined for none, and when its read began. */
export type Found = { readonly row: KeyRow | undefined; readonly read: ReadStart };

/** Looks keys up: whoever asks for one key at one moment asks once, and all who ask at one moment ask together. */
export type Flights = {
  /** `isFresh`: the read begins after this call. Without it, what is found is so, and what is not found may be there since. */
  find(keyId: string): { readonly found: Promise<Found>; readonly isFresh: boolean };
  /** The same, and never an answer to a question that was sent before. */
  findFresh(keyId: string): Promise<Found>;
};

type Flight = PromiseWithResolvers<Found> & {
  readonly keyId: string;
  /** Undefined as long as it has not been sent. */
  read: ReadStart | undefined;
};

/** What flights are made of. */
export type FlightParts = {
  readonly memory: Pick<Memory, 'beginRead' | 'mayJoin'>;
  readonly readRows: ReadRows;
  /** Statements at once. */
  readonly statementsMax: number;
  /** Runs something when all who ask at this moment have asked. */
  readonly defer: (work: () => void) => void;
};

/** Single flights, sent in batches. */
export function createFlights({ memory, readRows, statementsMax, defer }: FlightParts): Flights {
  /** The latest of each key. */
  const flights = new Map<string, Flight>();
  let waiting: Flight[] = [];
  let deferred = false;
  let sending = 0;

  async function send(batch: readonly Flight[]): Promise<void> {
    sending += 1;
    const read = memory.beginRead();
    for (const flight of batch) flight.read = read;
    try {
      const rows = await readRows(batch.map(({ keyId }) => keyId));
      for (const flight of batch) flight.resolve({ row: rows.get(flight.keyId), read });
    } catch (error) {
      for (const flight of batch) flight.reject(error);
    }
    for (const flight of batch) if (flights.get(flight.keyId) === flight) flights.delete(flight.keyId);
    sending -= 1;
    sendWaiting();
  }

  function sendWaiting(): void {
    while (waiting.length > 0 && sending < statementsMax) {
      const batch = waiting.slice(0, limits.lookupBatchMax);
      waiting = waiting.slice(limits.lookupBatchMax);
      void send(batch);
    }
  }

  function begin(keyId: string): Promise<Found> {
    if (waiting.length >= limits.lookupsWaitingMax) {
      return Promise.reject(new Unavailable('Too many keys wait to be looked up. Try again.'));
    }
    const flight: Flight = { ...Promise.withResolvers<Found>(), keyId, read: undefined };
    flights.set(keyId, flight);
    waiting.push(flight);
    if (!deferred) {
      deferred = true;
      defer(() => {
        deferred = false;
        sendWaiting();
      });
    }
    return flight.promise;
  }

  /** One that is still to be sent reads what is so after this moment; one that was sent may have read what was so before. */
  function findFresh(keyId: string): Promise<Found> {
    const under = flights.get(keyId);
    return under !== undefined && under.read === undefined ? under.promise : begin(keyId);
  }

  return {
    find(keyId) {
      const under = flights.get(keyId);
      if (under === undefined) return { found: begin(keyId), isFresh: true };
      if (under.read === undefined) return { found: under.promise, isFresh: true };
      if (!memory.mayJoin(under.read, keyId)) return { found: begin(keyId), isFresh: true };
      return { found: under.promise, isFresh: false };
    },
    findFresh,
  };
}
