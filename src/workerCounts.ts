import { type MetricsSnapshot, sumCounts, sumMetrics } from './http/sumMetrics.ts';
import { limits } from './lib/limits.ts';
import type { FromWorker, ToWorker } from './workerMessages.ts';

/** Adds up the metrics of all workers, whichever of them is asked. */
export type WorkerCounts = {
  /** A worker that is there from now on, and how to reach it. */
  add(tell: (message: ToWorker) => void): {
    hear(message: Extract<FromWorker, { kind: 'scrape' | 'counted' }>): void;
    remove(): void;
  };
};

type Member = { readonly tell: (message: ToWorker) => void; last: MetricsSnapshot; answers: Map<number, () => void> };

/** Those of dead workers count on, as far as they were known: a sum that fell would look like a restart, and count twice. */
export function createWorkerCounts(): WorkerCounts {
  const members = new Set<Member>();
  let gone: Promise<MetricsSnapshot> = Promise.resolve([]);
  let asked = 0;

  /** Asks one; who is too busy to answer, or dies meanwhile, counts with what it said last. */
  const ask = (member: Member) =>
    new Promise<void>((resolve) => {
      const id = asked++;
      const done = () => {
        clearTimeout(late);
        member.answers.delete(id);
        resolve();
      };
      const late = setTimeout(done, limits.workerSnapshotMs);
      member.answers.set(id, done);
      member.tell({ kind: 'count', id });
    });

  const scrape = async () => {
    const asking = [...members];
    await Promise.all(asking.map(ask));
    // Both read in one moment: who dies in between would be missing from the sum, or in it twice.
    let [added, before] = [gone, await gone];
    while (added !== gone) [added, before] = [gone, await gone];
    return sumMetrics([...[...members].map(({ last }) => last), before]);
  };

  return {
    add(tell) {
      const member: Member = { tell, last: [], answers: new Map() };
      members.add(member);
      return {
        hear(message) {
          if (message.kind === 'counted') {
            member.last = message.snapshot;
            member.answers.get(message.id)?.();
            return;
          }
          const { id } = message;
          void scrape().then((answer) => tell({ kind: 'scraped', id, scrape: answer }));
        },
        remove() {
          if (!members.delete(member)) return;
          const { last } = member;
          gone = gone.then((before) => sumCounts([before, last]));
          for (const done of member.answers.values()) done();
        },
      };
    },
  };
}
