import type { Socket } from 'node:net';
import type { App } from './app.ts';
import { parseKeyring } from './crypto/keyring.ts';
import type { Scrape } from './http/metrics.ts';
import { assert } from './lib/assert.ts';
import { SetupError } from './lib/errors.ts';
import { limits } from './lib/limits.ts';
import { createLog } from './lib/log.ts';
import { openApp } from './openApp.ts';
import type { FromWorker, ToWorker, WorkerTask } from './workerMessages.ts';

// One of several processes that serve, started by `workers.ts`. It lives as long as its channel to the primary: however
// that ends, Node ends this process, so that none is left that nobody could stop.

type Running = { readonly app: App; stop(): Promise<void> };

let running: Promise<Running> | undefined;
const scrapes = new Map<number, (scrape: Scrape) => void>();
let scrapesAsked = 0;

/** Resolves when it is on its way; the primary may be gone, and then nobody is left to be told. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((told) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => told());
    else told();
  });
}

/** The metrics of all workers, which the primary adds up. */
function scrape(): Promise<Scrape> {
  return new Promise((resolve) => {
    const id = scrapesAsked++;
    scrapes.set(id, resolve);
    void tell({ kind: 'scrape', id });
  });
}

async function start({ config, database, ring, worker, pretty }: WorkerTask): Promise<Running> {
  const log = createLog({ level: config.logLevel, pretty, worker, destination: 1 });
  const keyring = parseKeyring(ring, 'the primary process');
  const argon2 = { concurrency: limits.workerArgon2Concurrency, waitingMax: limits.workerArgon2QueueMax };
  const app = await openApp(config, { database, keyring }, log, { scrape, argon2 });
  log.info({ pid: process.pid }, 'worker is up');
  log.flush();
  const stop = async () => {
    await app.close();
    log.info('worker stopped');
    log.flush();
  };
  return { app, stop };
}

async function begin(task: WorkerTask): Promise<Running> {
  const started = await start(task);
  await tell({ kind: 'ready', graphiql: started.app.graphiql });
  return started;
}

async function hear(message: ToWorker, socket: Socket | undefined): Promise<void> {
  if (message.kind === 'start') running = begin(message.task);
  assert(running !== undefined, 'a worker is told first what it is to do');
  const { app, stop } = await running;
  switch (message.kind) {
    case 'connection':
      // Nothing comes where its client has reset it on the way.
      if (socket !== undefined) app.take(socket);
      return tell({ kind: 'took' });
    case 'count':
      return tell({ kind: 'counted', id: message.id, snapshot: await app.snapshot() });
    case 'scraped':
      scrapes.get(message.id)?.(message.scrape);
      scrapes.delete(message.id);
      return;
    case 'stop':
      await stop();
      process.exit(0);
  }
}

async function fail(error: unknown): Promise<void> {
  if (error instanceof SetupError) await tell({ kind: 'refused', message: error.message });
  else console.error(error);
  process.exit(1);
}

// Ctrl-C reaches every process of the terminal's group. What is in flight here is answered first: the primary says when.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('message', (message: ToWorker, socket: Socket | undefined) => {
  hear(message, socket).catch(fail);
});
