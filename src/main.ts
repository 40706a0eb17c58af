import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeNewKeyFile } from './cli/newKeyFile.ts';
import { type Config, readConfig } from './config.ts';
import type { Secret } from './crypto/Secret.ts';
import { bootstrap, bootstrapCaller, hasPlatformKey } from './keys/bootstrap.ts';
import { SetupError } from './lib/errors.ts';
import { createLog, type Log } from './lib/log.ts';
import { maskedUrl } from './lib/maskedUrl.ts';
import { openApp } from './openApp.ts';
import { type Installation, openInstallation } from './openInstallation.ts';
import type { Service } from './Service.ts';
import { type Ctx, openCtx } from './store/Ctx.ts';
import type { DataFolder } from './store/dataFolder.ts';

/** Starts the service by the environment, and stops it on a signal. */
export async function startService(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const config = readConfig(env);
  const log = createLog({ level: config.logLevel, destination: 1 });
  // Heard from here on: whoever starts a container may end it before it is up, and Postgres must not be left behind.
  const stop = onStopSignal(log);
  const opened: { close(): Promise<void> }[] = [];
  try {
    const installation = await openInstallation(config, {
      purpose: 'keywright start',
      join: false,
      keepsRing: config.workers > 1,
    });
    opened.unshift(installation);
    const service = await openService(config, installation, log);
    opened.unshift(service);
    const { url } = await service.listen();
    // After everything that can fail, and told at once: a failure between the making of a key and the telling would lose it.
    const { folder } = installation;
    const firstKey = folder && (await service.asBootstrap((ctx) => firstPlatformKey(ctx, folder)));
    const graphiql = service.graphiql ? `${url}/` : undefined;
    tellWhere({ url, graphiql }, config, installation, log);
    if (firstKey !== undefined) tellFirstKey(firstKey, graphiql, log);
    await Promise.race([stop, service.hopeless]);
  } finally {
    // In order: what is in flight is answered, then the pools close, then the embedded database, which outlives us all.
    await closeAll(opened);
  }
  log.info('stopped');
  log.flush();
}

/** What serves, in this process or in several that this one starts and watches. */
async function openService(config: Config, installation: Installation, log: Log): Promise<Service> {
  if (config.workers > 1) {
    const { openWorkerService } = await import('./workerService.ts');
    return openWorkerService(config, installation, log);
  }
  const app = await openApp(config, installation, log);
  const asBootstrap: Service['asBootstrap'] = (work) =>
    work(openCtx({ ...app.parts, caller: bootstrapCaller, now: app.parts.clock(), requestId: null }));
  const hopeless = new Promise<never>(() => {});
  return { graphiql: app.graphiql, listen: () => app.listen(), asBootstrap, hopeless, close: () => app.close() };
}

/** Each is closed, whatever becomes of the others; what went wrong first is told. */
async function closeAll(parts: readonly { close(): Promise<void> }[]): Promise<void> {
  const faults: unknown[] = [];
  for (const part of parts) await part.close().catch((fault: unknown) => faults.push(fault));
  if (faults.length > 0) throw faults[0];
}

/** Resolves at the first signal to stop; whoever asks twice is told nothing new, because every step has an end of its own. */
function onStopSignal(log: Log): Promise<void> {
  return new Promise((stop) => {
    let heard = false;
    // A terminal that closes says SIGHUP: its service must not leave a database behind either.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (!heard) log.info({ signal }, 'stopping: answering what is in flight');
        heard = true;
        stop();
      });
    }
  });
}

/** The first key of a fresh embedded database, and the file that holds it where there is no terminal to show it on. */
type FirstKey = { readonly secret: Secret; readonly file: string | undefined };

async function firstPlatformKey(ctx: Ctx, folder: DataFolder): Promise<FirstKey | undefined> {
  if (await hasPlatformKey(ctx)) return undefined;
  const file = process.stdout.isTTY ? undefined : folder.bootstrapKeyPath;
  const keep = async (secret: Secret) => {
    if (file === undefined) return;
    // While no platform key is active, a key in this file works no more: an earlier first start did not get further.
    await rm(file, { force: true });
    await writeNewKeyFile(file, secret);
  };
  const { secret } = await bootstrap(ctx, { replace: false, keep });
  return { secret, file };
}

type Where = { readonly url: string; readonly graphiql: string | undefined };

function tellWhere({ url, graphiql }: Where, config: Config, { folder }: Installation, log: Log): void {
  const database =
    folder === undefined
      ? maskedUrl(config.databaseUrl ?? '')
      : `embedded PostgreSQL in ${shortest(folder.postgresPath)}`;
  if (!process.stdout.isTTY) {
    log.info({ url, graphiql, database }, 'listening');
    return;
  }
  const page = graphiql === undefined ? '' : `  GraphiQL    ${graphiql}     (try it in a browser)\n`;
  console.log(`\n  Keywright   ${url}/graphql\n${page}  Database    ${database}\n  Stop        Ctrl-C\n`);
}

/** As a person would name it: from here, unless it lies elsewhere. */
function shortest(path: string): string {
  const fromHere = relative('', path);
  return fromHere.startsWith('..') ? path : fromHere;
}

function tellFirstKey({ secret, file }: FirstKey, graphiql: string | undefined, log: Log): void {
  if (file !== undefined) {
    log.info({ file }, 'the first platform key is in this file, readable by you alone; nothing else shows it again');
    return;
  }
  const where = graphiql === undefined ? 'in another terminal' : 'on the GraphiQL page, or in another terminal';
  console.log(
    `  Your platform key, with every right. It is shown this once:\n\n  ${secret.reveal()}\n\n` +
      `  Try it ${where}:\n    read -rs KEYWRIGHT_KEY && export KEYWRIGHT_KEY     (paste the key)\n    npx keywright call viewer\n`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await startService();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
