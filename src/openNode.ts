import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers';
import type { Pool } from 'pg';
import type { Keyring } from './crypto/keyring.ts';
import type { Random } from './crypto/random.ts';
import { ringFingerprint } from './crypto/ringFingerprint.ts';
import { createTokenDigest } from './crypto/tokenDigest.ts';
import { Unavailable } from './lib/errors.ts';
import { limits } from './lib/limits.ts';
import type { Log } from './lib/log.ts';
import type { Nodes } from './store/Ctx.ts';
import { openChangeLog } from './store/changeLog.ts';
import { createNodes } from './store/createNodes.ts';
import type { DatabaseAddress } from './store/DatabaseAddress.ts';
import { openLeaseConnection } from './store/leaseConnection.ts';
import { hearsItself } from './store/listenTrial.ts';
import { isUnusable } from './store/outage.ts';
import { removeOldChanges } from './store/removeOldChanges.ts';
import { createFlights, type Flights } from './verification/flights.ts';
import type { Sleep } from './verification/lease.ts';
import { createMemory, type Memory } from './verification/memory.ts';
import { createReadRows } from './verification/readRows.ts';

/** This process as one of the nodes that answer from memory. */
export type OpenNode = {
  readonly memory: Memory;
  readonly flights: Flights;
  readonly nodes: Nodes;
  /** Takes its first lease; without one, as while the database is away, every verification asks. */
  start(): Promise<void>;
  /** Answers nothing from memory any more and tells the others, who then wait for it no longer. */
  leave(): Promise<void>;
};

/** What a node is made of. */
export type NodeParts = {
  readonly database: DatabaseAddress;
  readonly keyring: Keyring;
  /** For reads of keys. */
  readonly pool: Pool;
  readonly cachedKeys: number;
  readonly outageGraceSeconds: number;
  readonly randomBytes: Random;
  readonly log: Log;
  readonly onImport: () => void;
};

/** Wires one; nothing is asked of the database before it starts. */
export function openNode(parts: NodeParts): OpenNode {
  const { database, keyring, pool, cachedKeys, outageGraceSeconds, randomBytes, log, onImport } = parts;
  const connection = openLeaseConnection(database);
  let tickMs: number = limits.leasePollMs;
  const changeLog = openChangeLog(connection, {
    ringFingerprint: ringFingerprint(keyring),
    tickMs: () => tickMs,
    changesMax: limits.changesReadMax,
  });
  const memory = createMemory({
    log: changeLog,
    clocks: { monotonicMs: () => performance.now(), wallMs: Date.now },
    newId: randomUUID,
    sleep,
    outageGraceSeconds,
    digestOf: createTokenDigest(randomBytes),
    keysMax: cachedKeys,
    onImport,
    onFault: (error) => {
      // A database that is away is told by every request; what is our fault is told once, and is told here.
      if (!(error instanceof Unavailable) && !isUnusable(error)) log.error({ err: error }, 'a lease was not renewed');
    },
  });
  connection.onNotice(() => memory.lease.wake());
  const pruning = setInterval(() => {
    removeOldChanges(pool).catch((error: unknown) => {
      if (!(error instanceof Unavailable)) log.error({ err: error }, 'old changes were not removed');
    });
  }, limits.changesPruneMs);
  pruning.unref();
  return {
    memory,
    flights: createFlights({
      memory,
      readRows: createReadRows(pool),
      statementsMax: limits.verifyPoolConnectionsMax,
      defer: (work) => void setImmediate(work),
    }),
    nodes: createNodes(pool, (change, seq) => memory.changed(change, seq)),
    async start() {
      const hears = await hearsItself(connection, pool);
      if (hears) tickMs = limits.leaseTickMs;
      const how = hears ? 'the database calls this node' : `this node asks the database every ${tickMs} ms`;
      log.info({ listening: hears }, `a change here or elsewhere is learnt because ${how}`);
      await memory.lease.start();
    },
    async leave() {
      clearInterval(pruning);
      await memory.lease.leave().catch(() => {});
      await connection.close();
    },
  };
}

const sleep: Sleep = (ms) => {
  const { promise: done, resolve: end } = Promise.withResolvers<void>();
  const timer = setTimeout(end, ms);
  return {
    done,
    end() {
      clearTimeout(timer);
      end();
    },
  };
};
