import { Client } from 'pg';
import type { Answered, GraphAnswer, TestService } from './service.ts';

/** What came of a request: it was done, or it answered a retry, or it was refused with this code. */
export type Outcome = 'done' | 'replayed' | (string & {});

/** A request, ready to be sent. */
export type Send = () => Promise<GraphAnswer>;

/** A lock that stops requests on their way, or a change that does, and then stays. */
export type Hold = {
  readonly sql: string;
  readonly values?: readonly unknown[];
  readonly ends?: 'rollback' | 'commit';
};

/** What every change comes by, inside of its transaction: where it writes its event. */
export const atItsEvent: Hold = { sql: 'lock table audit_events in exclusive mode' };

/** Lets requests meet inside of the service. */
export type RaceTrack = {
  /**
   * Sends requests, each when the one before was stopped inside by a lock, or is over; and lets go once this is so of the
   * last. Undefined where the machine was so slow that the service gave up waiting.
   */
  run(hold: Hold, requests: readonly Send[]): Promise<readonly Outcome[] | undefined>;
  close(): Promise<void>;
};

/** Opens one on a service, with a connection for the locks. */
export async function openRaceTrack({ database }: TestService): Promise<RaceTrack> {
  const holder = new Client(database.admin);
  await holder.connect();
  const countWaiting = async () => {
    const [row] = await database.sql<{ count: number }>(
      "select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return row?.count ?? 0;
  };
  /** Until a request waits for a lock in the database, beside those that wait already, or has its answer. */
  const untilStopped = async (answer: Promise<unknown>, waiting: number) => {
    let isOver = false;
    void answer.then(() => {
      isOver = true;
    });
    while (!isOver && (await countWaiting()) <= waiting);
  };
  return {
    async run({ sql, values = [], ends = 'rollback' }, requests) {
      await holder.query('begin');
      await holder.query(sql, [...values]);
      const answers: Promise<GraphAnswer>[] = [];
      for (const send of requests) {
        const waiting = await countWaiting();
        const answer = send();
        answers.push(answer);
        await untilStopped(answer, waiting);
      }
      await holder.query(ends);
      const outcomes = (await Promise.all(answers)).map(outcomeOf);
      return outcomes.every((outcome) => outcome !== undefined) ? outcomes : undefined;
    },
    close: () => holder.end(),
  };
}

/** What a request came to; undefined for one that was told to try again. No fault of our own is an outcome. */
export function outcomeOf({ data, errors }: GraphAnswer): Outcome | undefined {
  const [error] = errors;
  if (error === undefined) {
    const [payload] = Object.values(data as Record<string, Answered>);
    return payload.userErrors[0]?.code ?? (payload.replayed === true ? 'replayed' : 'done');
  }
  const { code } = error.extensions;
  if (!['UNAVAILABLE', 'UNAUTHENTICATED', 'FORBIDDEN'].includes(code)) throw new Error(JSON.stringify(error));
  return code === 'UNAVAILABLE' ? undefined : code;
}
