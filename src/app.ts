import type { Socket } from 'node:net';
import type { Argon2Bounds, Argon2Queue } from './crypto/argon2Queue.ts';
import { createArgon2Queue } from './crypto/argon2Queue.ts';
import type { JwtTrust, VerifyJwt } from './crypto/jwtVerifier.ts';
import type { Keyring } from './crypto/keyring.ts';
import type { Random } from './crypto/random.ts';
import { createContext, type GraphParts } from './graphql/context.ts';
import { createGraph } from './graphql/createGraph.ts';
import { callerOf } from './http/caller.ts';
import type { HttpLimits } from './http/Door.ts';
import { graphiqlRoutes, hasGraphiql } from './http/graphiql/graphiqlRoutes.ts';
import { graphqlDoor } from './http/graphqlDoor.ts';
import { createMetrics, type PoolCounts, type Scrape } from './http/metrics.ts';
import { operationObserver } from './http/operationObserver.ts';
import { createHttpServer } from './http/server.ts';
import type { MetricsSnapshot } from './http/sumMetrics.ts';
import { verifyRoute } from './http/verify.ts';
import type { Clock } from './lib/clock.ts';
import { limits } from './lib/limits.ts';
import type { Log } from './lib/log.ts';
import { openNode } from './openNode.ts';
import { type OpenRecovery, openRecovery } from './openRecovery.ts';
import { checkFingerprint } from './store/checkKeyring.ts';
import type { DatabaseAddress } from './store/DatabaseAddress.ts';
import { type OpenOrm, openOrm } from './store/orm.ts';
import { openVerifierPool } from './store/verifierPool.ts';
import { createImportedLane, type ImportedLane } from './verification/importedLane.ts';
import { createImportedLookup } from './verification/importedLookup.ts';
import { createUserLookup } from './verification/lookupUser.ts';
import type { Memory } from './verification/memory.ts';
import { createRehash } from './verification/rehash.ts';
import { createUses, type Later, type Uses } from './verification/uses.ts';

/** What a service is made of; tests give other values, never other code. */
export type AppOptions = {
  readonly database: DatabaseAddress;
  readonly keyring: Keyring;
  /** Where the recovery role logs in; undefined unless tokens of lost ring keys are to be recovered. */
  readonly recoveryDatabase?: DatabaseAddress | undefined;
  readonly tokenPrefix: string;
  readonly host: string;
  readonly port: number;
  readonly corsOrigins: readonly string[];
  /** How many keys are kept in memory. */
  readonly cachedKeys: number;
  /** How long known keys are served beyond a lease while the database is away. */
  readonly outageGraceSeconds: number;
  /** Whether strangers may ask for the schema, and find GraphiQL to try it in. */
  readonly introspection: boolean;
  readonly log: Log;
  /** For tests: without it, the database's clock counts for everything. */
  readonly clock?: Clock;
  readonly randomBytes: Random;
  /** What waits before the uses of keys are written; a timer, unless a test does it by hand. */
  readonly later?: Later | undefined;
  /** The identity provider whose users may call; undefined for none. */
  readonly jwt?: JwtOptions | undefined;
  /** For tests, which cannot wait for the real ones. */
  readonly httpLimits?: Partial<HttpLimits>;
  /** How many keys may be made at once; undefined for what a process may that serves alone. */
  readonly argon2?: Argon2Bounds | undefined;
  /** What `/metrics` answers where this process is one of several; undefined for its own numbers. */
  readonly scrape?: (() => Promise<Scrape>) | undefined;
};

/** Whose JWTs are taken, and which of their claims name the tenant and the scopes. */
export type JwtOptions = JwtTrust & { readonly tenantClaim: string; readonly scopeClaim: string };

/** A wired service. */
export type App = {
  /** What a command on the same machine needs to act without a request. */
  readonly parts: GraphParts;
  /** Whether GET / is GraphiQL. */
  readonly graphiql: boolean;
  listen(): Promise<{ url: string }>;
  /** Instead of listening: serves a connection that another process has accepted. */
  take(socket: Socket): void;
  /** This process's own metrics. */
  snapshot(): Promise<MetricsSnapshot>;
  /** Answers what is in flight, then lets go of the database. */
  close(): Promise<void>;
};

/** The only wiring: every part of the service meets the others here. */
export async function createApp(options: AppOptions): Promise<App> {
  const { database, keyring, recoveryDatabase: address, tokenPrefix, log, randomBytes, jwt } = options;
  const verifierPool = openVerifierPool(database);
  const { cachedKeys, outageGraceSeconds } = options;
  const node = openNode({
    database,
    keyring,
    pool: verifierPool,
    cachedKeys,
    outageGraceSeconds,
    randomBytes,
    log,
    onImport: () => imported.forget(),
  });
  const clock = options.clock ?? (() => new Date(node.memory.lease.nowMs()));
  // First: these may refuse the start, and no connection is open yet.
  const verify = jwt && (await loadJwtVerifier(jwt, { clock, log }));
  const recovering = address && (await openRecovery({ address, keyring, clock, log }));
  const open = openOrm(database);
  const importedPool = openVerifierPool(database, {
    name: 'imported',
    connectionsMax: limits.importedPoolConnectionsMax,
  });
  const argon2Queue = createArgon2Queue(options.argon2);
  const imported: ImportedLane = createImportedLane({
    keyring,
    lookup: createImportedLookup(importedPool),
    memory: node.memory,
    monotonicMs: () => performance.now(),
  });
  const rehash = createRehash({
    pool: verifierPool,
    keyring,
    onFault: (error) => log.error({ err: error }, 'a hash could not be made anew'),
  });
  const uses = createUses({
    pool: verifierPool,
    onFault: (error) => log.warn({ err: error }, 'the last uses of keys could not be written'),
    later: options.later,
  });
  const parts: GraphParts = {
    orm: open.orm,
    minting: { keyring, tokenPrefix, randomBytes, argon2Queue },
    prover: {
      keyring,
      memory: node.memory,
      flights: node.flights,
      imported,
      rehash,
      uses,
      recovery: recovering?.recovery,
    },
    nodes: node.nodes,
    clock,
  };

  const provers = {
    prover: parts.prover,
    jwtProver: jwt && verify && { ...jwt, verify, lookupUser: createUserLookup(verifierPool) },
  };
  const graph = createGraph({
    introspection: options.introspection,
    observer: operationObserver(),
    onError: ({ requestId, kind, error }) => log[kind === 'fault' ? 'error' : 'warn']({ requestId, err: error }, kind),
  });
  await graph.apollo.start();
  await node.start();
  const graphiql = options.introspection && hasGraphiql();
  const metrics = createMetrics(
    sources({ open, verifierPool, importedPool, argon2Queue, recovering, memory: node.memory, uses }),
  );
  const server = createHttpServer({
    host: options.host,
    port: options.port,
    corsOrigins: options.corsOrigins,
    routes: [
      graphqlDoor(graph, async (request) => {
        const caller = await callerOf(provers, request.headers, clock());
        const { requestId } = request;
        return createContext(parts, {
          caller,
          requestId,
          get signal() {
            return request.signal;
          },
        });
      }),
      verifyRoute(provers, clock),
      ...(graphiql ? graphiqlRoutes() : []),
    ],
    readiness: [
      // Both pools: the one may be well while the other has nothing left.
      {
        name: 'database',
        check: async () => void (await Promise.all([open.orm.em.execute('select 1'), verifierPool.query('select 1')])),
      },
      { name: 'ring', check: () => checkFingerprint(verifierPool, keyring) },
    ],
    log,
    limits: options.httpLimits ?? {},
    metrics: options.scrape === undefined ? metrics : { ...metrics, text: options.scrape },
  });

  return {
    parts,
    graphiql,
    listen: () => server.listen(),
    take: (socket) => server.take(socket),
    snapshot: () => metrics.snapshot(),
    async close() {
      await server.drain();
      await node.leave();
      await graph.apollo.stop();
      await argon2Queue.drain();
      await recovering?.close();
      // Both at once: each has five seconds, and whoever stops the process has set it an end as well.
      await Promise.all([rehash.drain(), uses.drain()]);
      await open.orm.close(true);
      await verifierPool.end();
      await importedPool.end();
    },
  };
}

/** Loaded only where an identity provider is configured: nobody else waits for it at start, or holds it in memory. */
async function loadJwtVerifier(
  trust: JwtTrust,
  parts: { readonly clock: Clock; readonly log: Log },
): Promise<VerifyJwt> {
  const { openJwtVerifier } = await import('./crypto/jwtVerifier.ts');
  return openJwtVerifier(trust, parts);
}

type Counted = {
  readonly open: OpenOrm;
  readonly verifierPool: CountedPool;
  readonly importedPool: CountedPool;
  readonly argon2Queue: Argon2Queue;
  readonly recovering: OpenRecovery | undefined;
  readonly memory: Memory;
  readonly uses: Uses;
};
type CountedPool = { readonly totalCount: number; readonly idleCount: number; readonly waitingCount: number };

function sources({ open, verifierPool, importedPool, argon2Queue, recovering, memory, uses }: Counted) {
  const counts = (pool: CountedPool | undefined): PoolCounts => ({
    total: pool?.totalCount ?? 0,
    idle: pool?.idleCount ?? 0,
    waiting: pool?.waitingCount ?? 0,
  });
  return {
    pools: {
      main: () => counts(open.pool()),
      verify: () => counts(verifierPool),
      imported: () => counts(importedPool),
      ...(recovering && { recovery: () => counts(recovering.pool) }),
    },
    caches: { keys: () => memory.size },
    lease: () => ({ alive: memory.lease.isAlive(), acked: memory.lease.acked }),
    argon2: { create: () => argon2Queue, ...(recovering && { recover: () => recovering.queue }) },
    uses: () => uses,
  };
}
