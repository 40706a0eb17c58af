import cluster, { type Worker } from 'node:cluster';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Handout, Taker } from './http/handout.ts';
import { SetupError } from './lib/errors.ts';
import { limits } from './lib/limits.ts';
import type { Log } from './lib/log.ts';
import type { WorkerCounts } from './workerCounts.ts';
import type { FromWorker, ToWorker, WorkerTask } from './workerMessages.ts';

/** The processes that serve, as the one sees them that started them and serves nothing. */
export type Workers = {
  /** Starts all of them; a `SetupError` of any of them is that of the start. */
  start(): Promise<{ readonly graphiql: boolean }>;
  /** Rejects when one dies again and again, and replacing it makes no sense any more. */
  readonly hopeless: Promise<never>;
  /** Each answers what is in flight and ends. */
  close(): Promise<void>;
};

type Parts = {
  readonly count: number;
  /** What each is told; its number is added. */
  readonly task: Omit<WorkerTask, 'worker'>;
  readonly handout: Handout;
  readonly counts: WorkerCounts;
  readonly log: Log;
};

/** One of the places for workers; whoever dies in it is replaced. */
type Place = {
  readonly worker: number;
  process: Worker | undefined;
  /** How many died here one after the other without having lived. */
  youngDeaths: number;
  restart: NodeJS.Timeout | undefined;
};

/** How one of them ended. */
type End = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** Makes the places; nothing runs before `start`. */
export function openWorkers(parts: Parts): Workers {
  const { count, handout, log } = parts;
  const places = Array.from({ length: count }, (_, at): Place => {
    return { worker: at + 1, process: undefined, youngDeaths: 0, restart: undefined };
  });
  const hopeless = Promise.withResolvers<never>();
  // Also for those who do not wait for it.
  hopeless.promise.catch(() => {});
  let state: 'starting' | 'serving' | 'stopping' = 'starting';

  const replaceLater = (place: Place, livedMs: number, end: End) => {
    place.youngDeaths = livedMs < limits.workerYoungMs ? place.youngDeaths + 1 : 0;
    const { worker, youngDeaths } = place;
    log.error({ of: worker, ...end, livedMs: Math.round(livedMs), youngDeaths }, 'a worker died and is replaced');
    if (youngDeaths >= limits.workerYoungDeathsMax) return hopeless.reject(diesAgain(worker, end));
    const waitMs = youngDeaths === 0 ? 0 : limits.workerBackOffMs * 2 ** (youngDeaths - 1);
    place.restart = setTimeout(() => {
      // Whatever it cannot start for has been logged, and its death counts.
      fork(place, parts).started.catch((error) => log.error({ of: worker, err: error }, 'a worker did not start'));
      watch(place);
    }, waitMs);
  };
  const watch = (place: Place) => {
    const bornMs = performance.now();
    place.process?.process.once('close', (code, signal) => {
      place.process = undefined;
      if (state === 'serving') replaceLater(place, performance.now() - bornMs, { code, signal });
    });
  };

  return {
    hopeless: hopeless.promise,
    async start() {
      cluster.setupPrimary({
        exec: fileURLToPath(new URL('./worker.ts', import.meta.url)),
        args: [],
        // Lines of all go out through one process: two that write to one pipe may cut each other's in half.
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      });
      const forked = places.map((place) => {
        const { started } = fork(place, parts);
        watch(place);
        return started;
      });
      const [first] = await Promise.all(forked);
      // One that died after it was up and before the last was is replaced like any other.
      state = 'serving';
      for (const place of places) {
        if (place.process === undefined) replaceLater(place, 0, { code: null, signal: null });
      }
      return { graphiql: first?.graphiql ?? false };
    },
    async close() {
      const served = state === 'serving';
      state = 'stopping';
      for (const { restart } of places) clearTimeout(restart);
      await handout.close();
      const ends = await Promise.all(places.map(({ process: running }) => (running ? stopped(running) : undefined)));
      const at = ends.findIndex((code) => code !== undefined && code !== 0);
      // Those that could not start have ended as they had to.
      if (served && at !== -1) throw new Error(`Worker ${at + 1} did not stop in order (${ends[at]}).`);
    },
  };
}

/** Starts a process in a place. */
function fork(place: Place, { task, handout, counts, log }: Parts): { started: Promise<{ graphiql: boolean }> } {
  const worker = cluster.fork();
  place.process = worker;
  forwardLines(worker, log);
  const taker: Taker = { give: (socket) => sendTo(worker, { kind: 'connection' }, socket) };
  const started = Promise.withResolvers<{ graphiql: boolean }>();
  const counted = counts.add((message) => sendTo(worker, message));
  worker.on('error', (error) => log.warn({ of: place.worker, err: error }, 'a worker cannot be reached'));
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'ready') {
      handout.ready(taker);
      started.resolve({ graphiql: message.graphiql });
    } else if (message.kind === 'took') handout.ready(taker);
    else if (message.kind === 'refused') started.reject(new SetupError(message.message));
    else counted.hear(message);
  });
  // At once, and not when it is gone: nothing is given any more to one that cannot be told.
  worker.once('disconnect', () => handout.remove(taker));
  worker.process.once('close', (code, signal) => {
    handout.remove(taker);
    counted.remove();
    started.reject(new SetupError(`Worker ${place.worker} ended before it served (${signal ?? `exit code ${code}`}).`));
  });
  sendTo(worker, { kind: 'start', task: { ...task, worker: place.worker } });
  return { started: started.promise };
}

/** To one that is gone nothing is said; its end is noticed elsewhere. */
function sendTo(worker: Worker, message: ToWorker, socket?: Socket): void {
  if (worker.isConnected()) worker.send(message, socket, { keepOpen: true }, () => {});
}

function forwardLines(worker: Worker, log: Log): void {
  let begun = '';
  worker.process.stdout?.setEncoding('utf8');
  worker.process.stdout?.on('data', (text: string) => {
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) log.finishedLines(begun + text.slice(0, end));
    begun = end > 0 ? text.slice(end) : begun + text;
  });
  // What one that was killed had not finished is still a line of the log, and not the beginning of another's.
  worker.process.stdout?.on('end', () => {
    if (begun !== '') log.finishedLines(`${begun}\n`);
  });
}

/** Tells one to stop and waits until it is gone; answers its exit code, or the signal that ended it. */
function stopped(worker: Worker): Promise<number | string> {
  return new Promise((done) => {
    const late = setTimeout(() => worker.process.kill('SIGKILL'), limits.workerStopMs);
    worker.process.once('close', (code, signal) => {
      clearTimeout(late);
      done(signal ?? code ?? 0);
    });
    sendTo(worker, { kind: 'stop' });
  });
}

function diesAgain(worker: number, { code, signal }: End): SetupError {
  return new SetupError(
    `Worker ${worker} died ${limits.workerYoungDeathsMax} times in a row, each time within ${limits.workerYoungMs / 1000} ` +
      `seconds of its start, the last time by ${signal ?? `exit code ${code}`}, so the service stops. ` +
      'The lines of the log before this say more. Without such lines, look whether the machine has memory for so many WORKERS.',
  );
}
